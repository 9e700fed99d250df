"""Document -> spec: validates a document with the models and locates each error in it.

`certificate_authority_defaults` are merged into every CA first, and are also validated by themselves, so that an error
in them is reported even if every CA overrides the value. The file names of certificates are then replaced by the text
of the files, so that later stages only see values.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from pcaform.core.finding import Finding
from pcaform.core.problems import Invalid
from pcaform.spec.cas import CertificateAuthority, OfflineActivation
from pcaform.spec.messages import DEFAULTS, describe_error, describe_value, is_about_key, is_echo, loc_of
from pcaform.spec.stack import Spec
from pcaform.spec.types import tag_of
from pcaform.spec.yaml_reader import Document, Loc

_AUTHORITIES = "certificate_authorities"
_ANY_AUTHORITY = "*"
_KEY_ERRORS = {"extra_forbidden"}
_PEM = "-----BEGIN "
_PEM_NAMES = ("certificate", "certificate_chain", "certificate_signing_request")


class Violation(NamedTuple):
    """What is wrong at a path of a spec, or with its last key; with a position in the spec's file it is a finding."""

    loc: Loc
    message: str
    of_key: bool = False


def parse_spec(document: Document) -> Spec:
    """Return the spec in a document; raises Invalid with every problem of its shape."""
    data = document.data
    if not isinstance(data, Mapping):
        raise Invalid([document.problem((), f"a spec is a mapping, seen {describe_value(data)}", rule="shape")])
    records = _check_defaults(data)
    try:
        spec = Spec.model_validate(_merge_defaults(document, data))
    except ValidationError as error:
        records += _error_records(error)
    if records:
        said = [record for record in records if not is_echo(record, records, Spec)]
        raise Invalid(list(dict.fromkeys(_problem(document, record) for record in said)))
    return spec


def locate(document: Document, loc: Loc) -> Loc:
    """Return the real path of a value of a CA: in the CA itself, or in the defaults that it comes from.

    For a missing key it is the mapping in which it is missing.
    """
    own_depth = 2
    if len(loc) <= own_depth or loc[0] != _AUTHORITIES:
        return loc
    shared = (DEFAULTS, *loc[own_depth:])
    is_own = _depth(document.data, loc) - own_depth >= _depth(document.data, shared) - 1
    return loc if is_own else shared


def _error_records(error: ValidationError) -> list[Any]:
    """Return the records of an error, without "too short" for a list that is only short because of invalid items."""
    return [
        record
        for record in error.errors(include_url=False)
        if record["type"] != "too_short" or len(record["input"]) < record["ctx"]["min_length"]
    ]


def _check_defaults(data: Mapping[str, Any]) -> list[Any]:
    """Return the errors of the defaults by themselves; a missing key is not one, since each CA may have it."""
    defaults = data.get(DEFAULTS)
    if not isinstance(defaults, Mapping):
        return []
    try:
        CertificateAuthority.model_validate(defaults)
    except ValidationError as error:
        return [
            {**record, "loc": (_AUTHORITIES, _ANY_AUTHORITY, tag_of("managed"), *record["loc"])}
            for record in _error_records(error)
            if record["type"] != "missing"
        ]
    return []


def _merge_defaults(document: Document, data: Mapping[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in data.items() if key != DEFAULTS}
    defaults, authorities = data.get(DEFAULTS), data.get(_AUTHORITIES)
    if defaults is None:
        return rest
    if not isinstance(defaults, Mapping):
        problem = document.problem(
            (DEFAULTS,), f"'{DEFAULTS}' is {describe_value(defaults)}, allowed: a mapping", rule="shape"
        )
        raise Invalid([problem])
    if isinstance(authorities, Mapping):
        rest[_AUTHORITIES] = {
            key: value if _is_reference(value) else merge(defaults, value) for key, value in authorities.items()
        }
    return rest


def _is_reference(authority: Any) -> bool:
    return isinstance(authority, Mapping) and authority.get("managed") is False


def merge(defaults: Any, overrides: Any) -> Any:
    """Return `overrides` merged over `defaults`, mapping by mapping; any other value replaces the default."""
    if not (isinstance(defaults, Mapping) and isinstance(overrides, Mapping)):
        return overrides
    merged = {key: merge(defaults[key], overrides[key]) if key in defaults else overrides[key] for key in overrides}
    return {**{key: value for key, value in defaults.items() if key not in overrides}, **merged}


def _problem(document: Document, record: Any) -> Finding:
    loc: Loc = loc_of(record)
    if record["type"] == "union_tag_invalid":
        loc = (*loc, record["ctx"]["discriminator"].strip("'"))
    is_key = is_about_key(record)
    real_loc = locate(document, loc[:-1] if is_key else loc)
    of_key = is_key or record["type"] in _KEY_ERRORS
    return document.problem(real_loc, describe_error(record, Spec), rule="shape", of_key=of_key)


def _depth(data: Any, loc: Loc) -> int:
    """Return how many steps of a path exist in the data."""
    for depth, step in enumerate(loc):
        if isinstance(data, Mapping) and step in data:
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return depth
    return len(loc)


Reader = Callable[[str], str]
"""From a file's name to its text; raises OSError or ValueError if there is none."""


def file_reader(directory: Path) -> Reader:
    """Return a function that reads files relative to a directory, that of the spec."""
    return lambda name: (directory / name).read_text(encoding="ascii")


def load_pem_files(spec: Spec, document: Document, read: Reader) -> Spec:
    """Return the spec with the text of every file instead of its name; names are relative to the spec's directory.

    Raises Invalid with each file that cannot be read as text, located at its name.
    """
    problems: list[Finding] = []
    changed = {}
    for key, authority in spec.certificate_authorities.items():
        if not isinstance(authority, CertificateAuthority) or not isinstance(authority.activation, OfflineActivation):
            continue
        texts = {}
        for name, value in _list_file_names(authority.activation):
            try:
                texts[name] = read(value)
            except (OSError, ValueError) as error:
                loc: Loc = (_AUTHORITIES, key, "activation", name)
                problems.append(
                    document.problem(locate(document, loc), _describe_unreadable(value, error), rule="file")
                )
        activation = authority.activation.model_copy(update=texts)
        changed[key] = authority.model_copy(update={"activation": activation})
    if problems:
        raise Invalid(problems)
    return spec.model_copy(update={"certificate_authorities": {**spec.certificate_authorities, **changed}})


def _list_file_names(activation: OfflineActivation) -> Iterator[tuple[str, str]]:
    for name in _PEM_NAMES:
        value = getattr(activation, name)
        if value is not None and not value.lstrip().startswith(_PEM):
            yield name, value


def _describe_unreadable(value: str, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else "it is not a text file"
    return f"'{value}' is neither a certificate in PEM nor a file that can be read here: {reason}"
