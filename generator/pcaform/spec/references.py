"""References to CAs of other stacks, by name: their ARNs from a lock file, or from where only Terraform reads them.

A lock file has the ARN and the key's algorithm of each CA that others refer to, by stack and key. It is read like a PEM
file: relative to the file of the spec that names it, on a disk or in git.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from posixpath import dirname, join, normpath
from typing import Annotated, Any, Literal, cast

from pydantic import Field, ValidationError

from pcaform.core import facts
from pcaform.core.finding import Finding
from pcaform.core.problems import Invalid
from pcaform.spec.cas import CertificateAuthority, Reference
from pcaform.spec.extends import Reader
from pcaform.spec.messages import describe_error, describe_value, loc_of, suggest
from pcaform.spec.parse import load_pem_files
from pcaform.spec.stack import Spec
from pcaform.spec.types import STACK, CaArn, Key, Model, Provider
from pcaform.spec.yaml_reader import Document, Loc, parse

_AUTHORITIES = "certificate_authorities"
LoadParts = Callable[[Spec, Document, Reader], Spec]
"""Reads what a spec has in other files."""
LOCK_FILE: Loc = ("references", "lock_file")
"""Where a spec names its lock file."""
STACK_NAME, _CA_NAME = "{stack}", "{certificate_authority}"
"""Stand for the name of the other stack, and the CA's key in it."""
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


def join_stacks(spec: Spec, stacks: Mapping[str, Spec]) -> Spec | None:
    """Return a spec with the CAs of other stacks that it names, and those above them, as if they were its own.

    None where none of them is in `stacks`.
    """
    joined: dict[str, CertificateAuthority] = {}

    def add(stack: str, key: str, name: str) -> str | None:
        other = stacks.get(stack)
        ca = other.certificate_authorities.get(key) if other else None
        if isinstance(ca, Reference):
            return add(ca.stack or "", ca.certificate_authority or "", name)
        if other is None or ca is None:
            return None
        if name not in joined:
            joined[name] = ca
            parent = ca.parent and add(stack, ca.parent, f"{stack}.{ca.parent}")
            region = other.region_of(key)
            provider = ca.provider if region == spec.aws.region else Provider(region=region)
            joined[name] = ca.model_copy(update={"parent": parent, "provider": provider})
        return name

    for key, stack, name in list_references(spec):
        add(stack, name, key)
    return spec.with_authorities(joined) if joined else None


def lock_file_name(spec: Spec, document: Document) -> str | None:
    """Return the name of a spec's lock file, relative to the spec; None where it needs none."""
    name = spec.references.lock_file if spec.references else None
    if name is None or not any(True for _ in list_references(spec)):
        return None
    return normpath(join(dirname(document.layer(LOCK_FILE).place), name))


def list_unresolved(spec: Spec) -> Iterator[tuple[str, Reference]]:
    """Yield key and entry of each CA whose ARN only Terraform reads, when it plans."""
    for key, ca in spec.certificate_authorities.items():
        if isinstance(ca, Reference) and ca.arn is None:
            yield key, ca


def remote_state(spec: Spec, stack: str) -> tuple[str, dict[str, Any]]:
    """Return the backend with its settings that has the state of another stack, by what `references` says."""
    [(kind, settings)] = ((spec.references and spec.references.remote_state) or {"": {}}).items()
    return kind, _name_stack(settings, stack)


def parameter_name(spec: Spec, stack: str, key: str) -> str | None:
    """Return the name of the parameter with the ARN of a stack's CA, by what `references` says; None without one."""
    name = spec.references.ssm_parameter if spec.references else None
    return name and name.replace(STACK_NAME, stack).replace(_CA_NAME, key)


def _name_stack(value: Any, stack: str) -> Any:
    if isinstance(value, dict):
        return {name: _name_stack(each, stack) for name, each in value.items()}
    if isinstance(value, list):
        return [_name_stack(each, stack) for each in value]
    return value.replace(STACK_NAME, stack) if isinstance(value, str) else value


def load_parts(spec: Spec, document: Document, read: Reader) -> Spec:
    """Return the spec with what is in other files; raises Invalid with every problem."""
    return resolve_references(load_pem_files(spec, document, read), document, read)


def resolve_references(spec: Spec, document: Document, read: Reader) -> Spec:
    """Return the spec with the ARN of each CA that is named by its stack; raises Invalid with each that has none."""
    name = lock_file_name(spec, document)
    if name is None:
        return spec  # a reference without a source is a finding of a rule
    locked, shown = _read_lock_file(name, document, read), _display(name, document)
    problems: list[Finding] = []
    resolved = {}
    for key, stack, name_there in list_references(spec):
        reference, cas = cast("Reference", spec.certificate_authorities[key]), locked.get(stack, {})
        found = cas.get(name_there)
        if found is None:
            what, known = (f"'{name_there}' of the stack '{stack}'", cas) if cas else (f"the stack '{stack}'", locked)
            word = name_there if cas else stack
            message = (
                f"{what} is not in {shown}{suggest(word, known)}: once it is applied, 'pcaform lock' writes it there"
            )
            problems.append(_problem(document, key, "certificate_authority" if cas else "stack", message))
        elif reference.key_algorithm not in (None, found.key_algorithm):
            message = f"the key is {found.key_algorithm} in {shown}: write that, or leave 'key_algorithm' out"
            problems.append(_problem(document, key, "key_algorithm", message))
        else:
            update = {"arn": found.arn, "key_algorithm": found.key_algorithm}
            resolved[key] = reference.model_copy(update=update)
    if problems:
        raise Invalid(problems)
    return spec.with_authorities(resolved)


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
        return parse_lock_file(read(name), _display(name, document))
    except OSError as error:
        message = f"'{_display(name, document)}' cannot be read here: {error.strerror}. 'pcaform lock' writes it"
        raise Invalid([document.problem(LOCK_FILE, message, rule=_RULE)]) from None


def _display(name: str, document: Document) -> str:
    """Return the name of a lock file in messages, beside that of the spec, which may begin with a git revision."""
    revision, colon, path = document.path.rpartition(":")
    return revision + colon + normpath(join(dirname(path), name))


def _problem(document: Document, key: str, field: str, message: str) -> Finding:
    return document.problem((_AUTHORITIES, key, field), message, rule=_RULE)
