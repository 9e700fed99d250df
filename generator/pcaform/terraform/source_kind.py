"""What each kind of source can tell: importers ask for a capability, never for the name of a source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.terraform.arguments import Source


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
    """Whether its resources have Terraform addresses, from which a stack moves them; else it imports CAs by ARN."""
    is_applied_over: bool
    """Whether a stack is applied over it: Terraform then destroys what it holds and the stack does not have."""
    knows_requests: bool
    """Whether it has the requests of CA certificates: validity, template, and the CA that signed."""
    has_certificates: bool
    """Whether it has the text of certificates, which name the issuer of a CA whose request is not known."""
    knows_shared_cas: bool
    """Whether a reference in it is a CA that another account shares with this one; else it is a data source."""
    owns_principals: bool
    """Whether a stack has its users and roles as resources; else it only attaches policies to them."""
    selects_principals: bool
    """Whether it has only principals that can use private CAs, by whatever policy; else those have to be selected."""
    lists_other_resources: bool
    """Whether it has resources that are not about private CAs, beside those that are."""
    has_providers: bool
    """Whether it has the blocks of providers, and in them what no resource shows."""
    has_default_tags: bool
    """Whether the default tags of a provider can be told from the tags of a resource."""


_SOURCES: tuple[Source, ...] = ("state", "hcl", "live")
_CAPABILITIES: Mapping[str, tuple[Any, ...]] = {
    "description": ("a Terraform state", "a configuration", "a live account"),
    "noun": ("state", "files", "account"),
    "has_addresses": (True, True, False),
    "is_applied_over": (True, False, False),
    "knows_requests": (True, True, False),
    "has_certificates": (True, False, True),
    "knows_shared_cas": (False, False, True),
    "owns_principals": (True, True, False),
    "selects_principals": (False, False, True),
    "lists_other_resources": (True, True, False),
    "has_providers": (False, True, False),
    "has_default_tags": (True, True, False),
}
"""Each field of a kind, for each of these sources in this order."""
STATE, HCL, LIVE = (
    SourceKind(name=name, **{field: row[number] for field, row in _CAPABILITIES.items()})
    for number, name in enumerate(_SOURCES)
)
KINDS: Mapping[Source, SourceKind] = {kind.name: kind for kind in (STATE, LIVE, HCL)}
