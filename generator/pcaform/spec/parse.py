"""Document -> spec: the models applied to a document, each of their errors located in it.

`certificate_authority_defaults` are laid under every CA first, and looked at by themselves as well: a mistake in them
is told even where no CA takes it over.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import Invalid, Problem
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.messages import DEFAULTS, describe_error, describe_value, is_about_key, place_of
from pcaform.spec.stack import Spec
from pcaform.spec.types import tag_of
from pcaform.spec.yaml_reader import Document, Loc

_AUTHORITIES = "certificate_authorities"
_ANY_AUTHORITY = "*"
_KEY_ERRORS = {"extra_forbidden"}


def parse_spec(document: Document) -> Spec:
    """Return the spec in a document; raises Invalid with every problem of its shape."""
    data = document.data
    if not isinstance(data, Mapping):
        raise Invalid.one(document.problem((), f"a spec is a mapping, seen {describe_value(data)}", rule="shape"))
    records = _defaults_errors(data)
    try:
        spec = Spec.model_validate(_merged(document, data))
    except ValidationError as error:
        records += _records(error)
    if records:
        raise Invalid(list(dict.fromkeys(_problem(document, record) for record in records)))
    return spec


def locate(document: Document, loc: Loc) -> Loc:
    """Return where a value of a CA really stands: below the CA, or in the defaults that gave it.

    For a key that stands nowhere it is the mapping that lacks it.
    """
    own_depth = 2
    if len(loc) <= own_depth or loc[0] != _AUTHORITIES:
        return loc
    shared = (DEFAULTS, *loc[own_depth:])
    is_own = _depth(document.data, loc) - own_depth >= _depth(document.data, shared) - 1
    return loc if is_own else shared


def _records(error: ValidationError) -> list[Any]:
    """Return the records of an error, without "too short" for a list that is so only because its items are wrong."""
    return [
        record
        for record in error.errors(include_url=False)
        if record["type"] != "too_short" or len(record["input"]) < record["ctx"]["min_length"]
    ]


def _defaults_errors(data: Mapping[str, Any]) -> list[Any]:
    """Return what is wrong with the defaults whatever CA they serve; what they lack is the CA's to give."""
    defaults = data.get(DEFAULTS)
    if not isinstance(defaults, Mapping):
        return []
    try:
        CertificateAuthority.model_validate(defaults)
    except ValidationError as error:
        return [
            {**record, "loc": (_AUTHORITIES, _ANY_AUTHORITY, tag_of("managed"), *record["loc"])}
            for record in _records(error)
            if record["type"] != "missing"
        ]
    return []


def _merged(document: Document, data: Mapping[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in data.items() if key != DEFAULTS}
    defaults, authorities = data.get(DEFAULTS), data.get(_AUTHORITIES)
    if defaults is None:
        return rest
    if not isinstance(defaults, Mapping):
        problem = document.problem(
            (DEFAULTS,), f"'{DEFAULTS}' is {describe_value(defaults)}, allowed: a mapping", rule="shape"
        )
        raise Invalid.one(problem)
    if isinstance(authorities, Mapping):
        rest[_AUTHORITIES] = {
            key: value if _is_reference(value) else merge(defaults, value) for key, value in authorities.items()
        }
    return rest


def _is_reference(authority: Any) -> bool:
    return isinstance(authority, Mapping) and authority.get("managed") is False


def merge(below: Any, above: Any) -> Any:
    """Return `above` laid over `below`, mapping by mapping; any other value replaces what is below it."""
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return above
    merged = {key: merge(below[key], above[key]) if key in below else above[key] for key in above}
    return {**{key: value for key, value in below.items() if key not in above}, **merged}


def _problem(document: Document, record: Any) -> Problem:
    loc: Loc = place_of(record)
    if record["type"] == "union_tag_invalid":
        loc = (*loc, record["ctx"]["discriminator"].strip("'"))
    is_key = is_about_key(record)
    place = locate(document, loc[:-1] if is_key else loc)
    of_key = is_key or record["type"] in _KEY_ERRORS
    return document.problem(place, describe_error(record, Spec), rule="shape", of_key=of_key)


def _depth(data: Any, loc: Loc) -> int:
    """Return how many steps of a path there are in the data."""
    for depth, step in enumerate(loc):
        if isinstance(data, Mapping) and step in data:
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return depth
    return len(loc)
