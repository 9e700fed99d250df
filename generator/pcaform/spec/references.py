"""References to CAs of other stacks, by name: their ARNs from a checked-in lock file.

A lock file has the ARN and the key's algorithm of each CA that others refer to, by stack and key. It is read like a PEM
file: relative to the file of the spec that names it, on a disk or in git.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from posixpath import dirname, join
from typing import Annotated, Literal, cast

from pydantic import Field, ValidationError

from pcaform.core import facts
from pcaform.core.finding import Finding
from pcaform.core.problems import Invalid
from pcaform.spec.cas import Reference
from pcaform.spec.extends import Reader
from pcaform.spec.messages import describe_error, describe_value, loc_of, suggest
from pcaform.spec.parse import load_pem_files
from pcaform.spec.stack import Spec
from pcaform.spec.types import STACK, CaArn, Key, Model
from pcaform.spec.yaml_reader import Document, Loc, parse

_AUTHORITIES = "certificate_authorities"
LOCK_FILE: Loc = ("references", "lock_file")
"""Where a spec names its lock file."""
_RULE = "reference"


class LockedCa(Model):
    """A CA that other stacks refer to."""

    arn: CaArn
    """The ARN of the CA."""
    key_algorithm: facts.KeyAlgorithm
    """The algorithm of the CA's key."""


StackName = Annotated[str, Field(pattern=STACK, max_length=64)]


class LockFile(Model):
    """The CAs that stacks refer to in others, by stack and key."""

    version: Literal[1]
    """The version of this format."""
    stacks: dict[StackName, dict[Key, LockedCa]]
    """The CAs of each stack, by key."""


def list_references(spec: Spec) -> Iterator[tuple[str, str, str]]:
    """Yield the key of each CA that is named by its stack, with the stack and the key there."""
    for key, ca in spec.certificate_authorities.items():
        if isinstance(ca, Reference) and ca.stack is not None:
            yield key, ca.stack, ca.certificate_authority or ""


def needed_stacks(spec: Spec) -> list[str]:
    """Return the names of the stacks whose CAs a spec uses."""
    return list(dict.fromkeys(stack for _, stack, _ in list_references(spec)))


def lock_file_name(spec: Spec, document: Document) -> str | None:
    """Return the name of a spec's lock file, relative to the spec; None where it needs none."""
    if spec.references is None or not any(True for _ in list_references(spec)):
        return None
    return join(dirname(document.layer(LOCK_FILE).place), spec.references.lock_file)


def load_parts(spec: Spec, document: Document, read: Reader) -> Spec:
    """Return the spec with what is in other files; raises Invalid with every problem."""
    return resolve_references(load_pem_files(spec, document, read), document, read)


def resolve_references(spec: Spec, document: Document, read: Reader) -> Spec:
    """Return the spec with the ARN of each CA that is named by its stack; raises Invalid with each that has none."""
    name = lock_file_name(spec, document)
    if name is None:
        return spec  # a reference without a source is a finding of a rule
    locked = _read_lock_file(name, document, read)
    problems: list[Finding] = []
    resolved = {}
    for key, stack, name_there in list_references(spec):
        reference, cas = cast("Reference", spec.certificate_authorities[key]), locked.get(stack, {})
        found = cas.get(name_there)
        if found is None:
            what, known = (f"'{name_there}' of the stack '{stack}'", cas) if cas else (f"the stack '{stack}'", locked)
            word = name_there if cas else stack
            message = (
                f"{what} is not in {name}{suggest(word, known)}: once it is applied, 'pcaform lock' writes it there"
            )
            problems.append(_problem(document, key, "certificate_authority" if cas else "stack", message))
        elif reference.key_algorithm not in (None, found.key_algorithm):
            message = f"the key is {found.key_algorithm} in {name}: write that, or leave 'key_algorithm' out"
            problems.append(_problem(document, key, "key_algorithm", message))
        else:
            update = {"arn": found.arn, "key_algorithm": found.key_algorithm}
            resolved[key] = reference.model_copy(update=update)
    if problems:
        raise Invalid(problems)
    return spec.model_copy(update={_AUTHORITIES: {**spec.certificate_authorities, **resolved}})


@lru_cache(maxsize=4)
def parse_lock_file(content: bytes, path: str) -> Mapping[str, Mapping[str, LockedCa]]:
    """Return the CAs in a lock file by stack and key; raises Invalid with every problem, located in it.

    Many specs have the same one, so it is kept.
    """
    document = parse(content, path)
    if not isinstance(document.data, Mapping):
        message = f"a lock file is a mapping, seen {describe_value(document.data)}"
        raise Invalid([document.problem((), message, rule=_RULE)])
    try:
        return LockFile.model_validate(document.data).stacks
    except ValidationError as error:
        records = error.errors(include_url=False)
        raise Invalid(
            [document.problem(loc_of(each), describe_error(each, LockFile), rule=_RULE) for each in records]
        ) from None


def _read_lock_file(name: str, document: Document, read: Reader) -> Mapping[str, Mapping[str, LockedCa]]:
    try:
        return parse_lock_file(read(name), join(dirname(document.path), name))
    except OSError as error:
        message = f"{describe_value(name)} cannot be read here: {error.strerror}. 'pcaform lock' writes it"
        raise Invalid([document.problem(LOCK_FILE, message, rule=_RULE)]) from None


def _problem(document: Document, key: str, field: str, message: str) -> Finding:
    return document.problem((_AUTHORITIES, key, field), message, rule=_RULE)
