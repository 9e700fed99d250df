"""Document -> spec: the models applied to a document, each of their errors located in it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pcaform.document import Document, Loc
from pcaform.problems import Invalid, Problem
from pcaform.spec.stack import Spec
from pcaform.spec.wording import message, seen

DEFAULTS = "certificate_authority_defaults"
_AUTHORITIES = "certificate_authorities"
_KEY_ERRORS = {"extra_forbidden"}


def read(document: Document) -> Spec:
    """Return the spec in a document; raises Invalid with every problem of its shape."""
    data = document.data
    if not isinstance(data, Mapping):
        raise Invalid.one(document.problem((), f"a spec is a mapping, seen {seen(data)}", rule="shape"))
    try:
        return Spec.model_validate(_merged(document, data))
    except ValidationError as error:
        records = error.errors(include_url=False)
        raise Invalid(list(dict.fromkeys(_problem(document, record) for record in records))) from None


def located(document: Document, loc: Loc) -> Loc:
    """Return where a value of a CA really stands: below the CA, or in the defaults that gave it."""
    own_depth = 2
    if len(loc) <= own_depth or loc[0] != _AUTHORITIES or _holds(document.data, loc):
        return loc
    shared = (DEFAULTS, *loc[own_depth:])
    return shared if _holds(document.data, shared) else loc


def _merged(document: Document, data: Mapping[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in data.items() if key != DEFAULTS}
    defaults, authorities = data.get(DEFAULTS), data.get(_AUTHORITIES)
    if defaults is None:
        return rest
    if not isinstance(defaults, Mapping):
        problem = document.problem((DEFAULTS,), f"'{DEFAULTS}' is {seen(defaults)}, allowed: a mapping", rule="shape")
        raise Invalid.one(problem)
    if isinstance(authorities, Mapping):
        rest[_AUTHORITIES] = {key: merge(defaults, value) for key, value in authorities.items()}
    return rest


def merge(below: Any, above: Any) -> Any:
    """Return `above` laid over `below`, mapping by mapping; any other value replaces what is below it."""
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return above
    merged = {key: merge(below[key], above[key]) if key in below else above[key] for key in above}
    return {**{key: value for key, value in below.items() if key not in above}, **merged}


def _problem(document: Document, record: Any) -> Problem:
    loc: Loc = record["loc"]
    if record["type"] == "union_tag_invalid":
        loc = (*loc, record["ctx"]["discriminator"].strip("'"))
    is_key = loc[-1:] == ("[key]",)
    place = located(document, loc[:-1] if is_key else loc)
    of_key = is_key or record["type"] in _KEY_ERRORS
    return document.problem(place, message(record, Spec), rule="shape", of_key=of_key)


def _holds(data: Any, loc: Loc) -> bool:
    for step in loc:
        if isinstance(data, Mapping) and step in data:
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return False
    return True
