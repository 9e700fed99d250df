"""Document -> spec: validates a document with the models and locates each error in it.

`certificate_authority_defaults` are merged into every CA first, and are also validated by themselves, so that an error
in them is reported even if every CA overrides the value. The file names of certificates are then replaced by the
certificates in the files, so that later stages only see values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import reduce
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any, NamedTuple

from pydantic import ValidationError

from pcaform.core import facts, pem
from pcaform.core.files import read_file
from pcaform.core.finding import Finding
from pcaform.core.problems import Invalid
from pcaform.spec.cas import CertificateAuthority, OfflineActivation
from pcaform.spec.extends import Reader, merge
from pcaform.spec.messages import DEFAULTS, describe_error, describe_value, is_about_key, is_echo, loc_of
from pcaform.spec.stack import Spec
from pcaform.spec.types import tag_of
from pcaform.spec.yaml_reader import Document, Loc, has_step

_AUTHORITIES = "certificate_authorities"
_PEM_NAMES = {
    "certificate": (pem.CERTIFICATE, facts.MAX_CERTIFICATE),
    "certificate_chain": (pem.CERTIFICATE, facts.MAX_CHAIN),
    "certificate_signing_request": (pem.REQUEST, facts.MAX_CERTIFICATE),
}
_SHORT = 40
"""Characters: the shortest private key in base64 has more."""


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
            {**record, "loc": (_AUTHORITIES, "*", tag_of("managed"), *record["loc"])}
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
            key: value if isinstance(value, Mapping) and value.get("managed") is False else merge(defaults, value)
            for key, value in authorities.items()
        }
    return rest


def _problem(document: Document, record: Any) -> Finding:
    loc: Loc = loc_of(record)
    if record["type"] == "union_tag_invalid":
        loc = (*loc, record["ctx"]["discriminator"].strip("'"))
    is_key = is_about_key(record)
    real_loc = locate(document, loc[:-1] if is_key else loc)
    of_key = is_key or record["type"] == "extra_forbidden"
    return document.problem(real_loc, describe_error(record, Spec), rule="shape", of_key=of_key)


def _depth(data: Any, loc: Loc) -> int:
    """Return how many steps of a path exist in the data."""
    for depth, step in enumerate(loc):
        if not has_step(data, step):
            return depth
        data = data[step]
    return len(loc)


def file_reader(directory: Path) -> Reader:
    """Return a function that reads files relative to a directory, that of the spec."""
    return lambda name: read_file(directory / name, limit=pem.MAX_FILE_SIZE)


def load_pem_files(spec: Spec, document: Document, read: Reader) -> Spec:
    """Return the spec with nothing but the certificates of every file or text.

    The names of files are relative to the file in which they stand. Raises Invalid with each file that cannot be read,
    or holds anything else in PEM, located at its name.
    """
    problems: list[Finding] = []
    changed = {}
    for key, authority in spec.certificate_authorities.items():
        if not isinstance(authority, CertificateAuthority) or not isinstance(authority.activation, OfflineActivation):
            continue
        texts = {}
        for name, (label, limit) in _PEM_NAMES.items():
            value = getattr(authority.activation, name)
            loc = locate(document, (_AUTHORITIES, key, "activation", name))
            folder = dirname(document.layer(loc).place)
            try:
                texts[name] = value and _load_pem(value, read, folder, label=label, limit=limit)
            except ValueError as error:
                problem = document.problem(loc, str(error), rule="file")
                problems.append(problem if _is_file_name(value) else hide_source(problem))
        activation = authority.activation.model_copy(update=texts)
        changed[key] = authority.model_copy(update={"activation": activation})
    if problems:
        raise Invalid(problems)
    return spec.with_authorities(changed) if changed else spec


def list_pem_files(spec: Spec, document: Document) -> Iterator[str]:
    """Yield the name of each file of certificates, relative to the spec."""
    for key, authority in spec.managed.items():
        for name in _PEM_NAMES if isinstance(authority.activation, OfflineActivation) else ():
            loc = locate(document, (_AUTHORITIES, key, "activation", name))
            value = reduce(lambda data, step: data.get(step, {}), loc, document.data)
            if isinstance(value, str) and pem.BEGIN not in value:
                yield normpath(join(dirname(document.layer(loc).place), value))


def _load_pem(value: str, read: Reader, folder: str, *, label: str, limit: int) -> str:
    """Return the PEM of a value, a text or the name of a file in `folder`.

    Raises ValueError with a message that shows no text.
    """
    subject = describe_value(value) if _is_file_name(value) else "this text"
    try:
        content = value.encode() if pem.BEGIN in value else read(normpath(join(folder, value)))
        text = pem.extract(content, label)
    except OSError as error:
        raise ValueError(
            f"{subject} is neither a certificate in PEM nor a file that can be read here: {error.strerror}"
        ) from None
    except ValueError as error:
        raise ValueError(f"{subject} cannot be used: {error}") from None
    if len(text) > limit:
        raise ValueError(f"{subject} cannot be used: it has {len(text)} bytes, allowed: at most {limit}")
    return text


def _is_file_name(value: str) -> bool:
    """Tell whether a value looks like a file's name, which a message may show; a key without its markers does not."""
    return "\n" not in value and pem.BEGIN not in value and ("." in value or len(value) <= _SHORT)


def hide_source(problem: Finding) -> Finding:
    """Return a problem that does not show the line of the spec, which may hold a secret."""
    return replace(problem, location=problem.location and replace(problem.location, source=""))
