"""What the table of arguments says of a resource or a field of a spec, and what each kind of source can tell.

Importers ask for a capability, never for the name of a source.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pcaform.terraform import resource_types as types
from pcaform.terraform.arguments import ARGUMENTS, Argument, Source

_COMPUTED: Mapping[str, tuple[str, ...]] = {
    types.AUTHORITY: ("arn", "certificate", "certificate_chain", "certificate_signing_request", "prevent_destroy"),
    types.CERTIFICATE: ("arn", "certificate", "certificate_chain"),
    types.ACM_CERTIFICATE: ("arn", "not_after", "renewal_summary", "status"),
    **dict.fromkeys((types.IAM_USER, types.IAM_ROLE, types.IAM_POLICY, types.CLOUDFRONT_DISTRIBUTION), ("arn",)),
    types.S3_BUCKET: ("arn", "region"),
}
"""What sources read besides arguments; `prevent_destroy` is a lifecycle setting, which only Terraform files have."""


@cache
def arguments_of(resource: str) -> tuple[Argument, ...]:
    """Return the rows of a resource type."""
    return tuple(row for row in ARGUMENTS if row.resource == resource)


def computed_attributes(resource: str) -> tuple[str, ...]:
    """Return what AWS decides of a resource, as far as sources read it."""
    return _COMPUTED.get(resource, ())


@cache
def by_path() -> Mapping[str, Argument]:
    """Return the row of each field of a spec, such as `certificate_authorities.*.type`."""
    return {path: row for row in ARGUMENTS for path in row.paths}


def _fields_of_a_ca(rows: Iterable[Argument]) -> tuple[str, ...]:
    paths = (path.split(".") for row in rows for path in row.paths)
    return tuple(dict.fromkeys(field for section, _, field, *_ in paths if section == "certificate_authorities"))


@cache
def plain_defaults(resource: str) -> Mapping[str, Any]:
    """Return the arguments that a module takes as the spec has them, with what each has if it is left out."""
    return {row.name: default_of(row.paths[0]) for row in arguments_of(resource) if row.is_plain}


@cache
def provider_defaults(resource: str) -> Mapping[str, Any]:
    """Return what the provider plans for the arguments of a resource, outside of blocks, that are left out."""
    return {row.name: row.default for row in arguments_of(resource) if row.default is not None and row.name == row.top}


@cache
def identity_fields() -> tuple[str, ...]:
    """Return the fields of a CA that AWS never changes: with another value it is another CA, with another key."""
    return _fields_of_a_ca(row for row in arguments_of(types.AUTHORITY) if row.is_fixed)


@cache
def certificate_terms() -> tuple[str, ...]:
    """Return the fields of a CA that its own certificate was issued with: another value needs another certificate."""
    return _fields_of_a_ca(arguments_of(types.CERTIFICATE))


def default_of(path: str) -> Any:
    """Return what a field of a spec has in effect where its argument is left out; None if that depends."""
    row = by_path()[path]
    return row.aws_default if row.default is None else row.default


def read_fields(resource: str, section: str, attributes: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """Return a resource's attributes as the fields of an item of a section: nested like the spec, without empty ones.

    What is left out has its default; a block is the first of its list, as in a state. Only fields that the source
    carries are there.
    """
    fields: dict[str, Any] = {}
    for row in arguments_of(resource):
        for path in row.paths:
            if path.startswith(f"{section}.*.") and row.is_argument and source in row.carried:
                value = _value_at(attributes, row.name)
                *blocks, name = path.split(".")[2:]
                inner = fields
                for block in blocks:
                    inner = inner.setdefault(block, {})
                inner[name] = default_of(path) if _is_left_out(value) else value
    return fields


@cache
def block_defaults(resource: str, block: str) -> Mapping[str, Any]:
    """Return what AWS takes for the arguments of a block that are left out."""
    rows = (row for row in arguments_of(resource) if row.name.rpartition(".")[0] == block and row.is_argument)
    return {row.name.rpartition(".")[2]: row.aws_default for row in rows if row.aws_default is not None}


def read_plain(resource: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource's plain arguments, of `plain_defaults`, by their attributes."""
    found = ((name, attributes.get(name), default) for name, default in plain_defaults(resource).items())
    return {name: default if _is_left_out(value) else value for name, value, default in found}


def _is_left_out(value: Any) -> bool:
    """Tell whether a state has nothing: it writes what is not set as null, empty or zero."""
    return value is None or value == "" or (value == 0 and value is not False)


def _value_at(attributes: Any, name: str) -> Any:
    for step in name.split("."):
        block = attributes[0] if isinstance(attributes, list) and attributes else attributes
        attributes = block.get(step) if isinstance(block, Mapping) else None
    return attributes


@cache
def forces_replacement(resource: str, path: str) -> bool:
    """Tell whether another value at a path of a resource (`a[0].b`) replaces it; a set is one value as a whole."""
    plain = "".join(part.partition("]")[2] if "]" in part else part for part in path.split("["))
    return any(
        row.replaces and (plain == row.name or plain.startswith(f"{row.name}.")) for row in arguments_of(resource)
    )


def is_same(resource: str, path: str, one: Any, other: Any) -> bool:
    """Tell whether two values of an argument are one to the provider: null and empty, another order, another JSON."""
    if (one or None) == (other or None):
        return isinstance(one, bool) == isinstance(other, bool)
    form = next((row.form for row in arguments_of(resource) if row.name == path), "exact")
    return form in _FORMS and _FORMS[form](one) == _FORMS[form](other)


def normal_json(value: Any) -> Any:
    """Return a text of JSON with sorted keys and lists: policies that differ in order alone are the same."""
    try:
        return json.dumps(_sorted(json.loads(value)), sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        return value


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True))
    return value


_FORMS: Mapping[str, Callable[[Any], Any]] = {
    "json": normal_json,
    "unordered": lambda value: sorted(set(value)) if isinstance(value, list) else value,
}
"""What the provider takes for the same. Another case it takes for another value, although AWS keeps only lower case."""


def _readable() -> Iterator[tuple[str, frozenset[str]]]:
    for resource in dict.fromkeys(row.resource for row in ARGUMENTS if row.resource):
        names = {row.top for row in arguments_of(resource) if row.is_read and row.is_argument}
        tags = ("tags", "tags_all") if "tags" in names else ()
        yield resource, frozenset((*names, *tags, *computed_attributes(resource)))


ATTRIBUTES: Mapping[str, frozenset[str]] = dict(_readable())
"""The attributes that sources read of each resource type. Others, such as keys and secrets, never leave the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKind:
    """The capabilities of a kind of source. None has a default: a new source has to state each."""

    name: Source
    """Its name in reports and in `carried` of the table of fields."""
    description: str
    """What it is, for people: `a Terraform state`."""
    noun: str
    """What holds its resources, for people: `state`, as in "the same state"."""
    has_addresses: bool
    """Whether it is Terraform's: its resources have addresses, from which a stack moves them, and the requests of CA
    certificates, beside resources that are not about CAs. Else it is an account: a stack imports its CAs by ARN, a
    reference is a CA that another account shares with it, and it has only principals that can use private CAs.
    """
    is_applied_over: bool
    """Whether a stack is applied over it: Terraform then destroys what it holds and the stack does not have."""
    has_certificates: bool
    """Whether it has the text of certificates, which name the issuer of a CA whose request is not known."""
    owns_principals: bool
    """Whether a stack has its users and roles as resources; else it only attaches policies to them."""
    has_providers: bool
    """Whether it has the blocks of providers, and in them what no resource shows."""
    has_default_tags: bool
    """Whether the default tags of a provider can be told from the tags of a resource."""


_SOURCES: tuple[Source, ...] = ("state", "plan", "hcl", "live")
_CAPABILITIES: Mapping[str, tuple[Any, ...]] = {
    "description": ("a Terraform state", "a plan", "a configuration", "a live account"),
    "noun": ("state", "plan", "files", "account"),
    "has_addresses": (True, True, True, False),
    "is_applied_over": (True, True, False, False),
    "has_certificates": (True, True, False, True),
    "owns_principals": (True, True, True, False),
    "has_providers": (False, True, True, False),
    "has_default_tags": (True, True, True, False),
}
"""Each field of a kind, for each of these sources in this order."""
STATE, PLAN, HCL, LIVE = (
    SourceKind(name=name, **{field: row[number] for field, row in _CAPABILITIES.items()})
    for number, name in enumerate(_SOURCES)
)
KINDS: Mapping[Source, SourceKind] = {kind.name: kind for kind in (STATE, PLAN, LIVE, HCL)}
