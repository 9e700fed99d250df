"""The inventory: resources in one form for all sources, from which `importer.infer` makes a spec."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pcaform.core import facts
from pcaform.core.finding import Finding, Severity
from pcaform.core.formats.report import alias
from pcaform.core.unicode import visible
from pcaform.terraform import addresses
from pcaform.terraform.schema import SourceKind

SYMBOLIC = "symbolic-"
"""Prefix of symbolic ids, in place of ids that AWS assigned and no file has. None gets into a spec."""
_SYMBOLIC = re.compile(rf"certificate(?:-authority)?/{SYMBOLIC}[A-Za-z0-9-]+")

_CA = re.compile(facts.CA_ARN + r"(?![\w*?$-])")

NoteKind = Literal["left out", "unknown", "ambiguous", "ignored", "listed"]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its type, its address in the source, and the attributes in `terraform.schema.ATTRIBUTES`.

    Attributes have the provider's names and shapes, as in a state, for every source. `id` is the provider's id if the
    source has it, `origin` the location for messages, such as `main.tf:12`. A reference is a resource that is not
    managed here: a data source in a state, a CA that another account shares. `provider` is the alias of its provider
    configuration, None if the source does not tell. `unread` names attributes that it has, but that could not be read.
    Any plan replaces what is tainted, and deletes what an address holds besides its object (`is_replaced`).
    """

    type: str
    address: str
    attributes: Mapping[str, Any]
    id: str = ""
    origin: str = ""
    is_reference: bool = False
    provider: str | None = ""
    unread: frozenset[str] = frozenset()
    is_replaced: bool = False

    def module_key(self, prefix: str) -> str | None:
        """Return KEY if the innermost module is named `<prefix>KEY`, as in a stack rendered by pcaform."""
        names = addresses.modules(self.address)
        return names[-1].removeprefix(prefix) if names and names[-1].startswith(prefix) else None


@dataclass(frozen=True, slots=True)
class ImportNote(Finding):
    """Something that is not in the spec, or not as it exists, and the reason.

    Left out: a spec cannot represent it. Unknown: it could not be read (denied, throttled, failed), which is never
    taken for absent. Ambiguous: there is more than one reading; the reason names them. Ignored: a rule
    that it breaks, and that its entry ignores. Listed: it does not belong into
    a spec, so there is nothing to do.
    """

    rule: NoteKind
    severity: Severity = field(default=Severity.WARNING, kw_only=True)

    kind = alias("rule", str)
    address = alias("subject", str)
    reason = alias("message", str)

    def __str__(self) -> str:
        """Return the one-line form `kind: address: reason`."""
        return visible(f"{self.kind}: {self.address}: {self.reason}")


@dataclass(frozen=True, slots=True)
class Provider:
    """Settings of a provider block that a state does not have: role, default tags, and those for all providers."""

    region: str
    account_id: str
    assume_role: Mapping[str, Any] | None
    default_tags: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inventory:
    """The resources about private CAs in a source, and notes on what is not among them.

    Only Terraform files have `providers`, by alias, and `backend` (or `cloud`). `others` counts the instances of other
    resources by address, without keys; `used` are the CAs that these name, by ARN, each with the ARN of the first of
    them, if it has one. `account_id` is the account that was read live, `region` the first one named; a stack in it
    refers to CAs that other accounts share.
    """

    resources: tuple[Resource, ...]
    notes: tuple[ImportNote, ...] = field(default=())
    source: SourceKind = field(kw_only=True)
    providers: Mapping[str, Provider] = field(default_factory=dict)
    backend: Mapping[str, Mapping[str, Any]] | None = None
    others: Mapping[str, int] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    account_id: str = ""
    region: str = ""
    unselected: tuple[Resource, ...] = ()
    """CAs that filters left out, which others may refer to; of these only the description is known."""

    @property
    def hazard(self) -> tuple[str, ...]:
        """What is so where no spec comes of a state, as lines for the user."""
        if not self.source.is_applied_over or not (self.resources or self.others):
            return ()
        text = (
            "no spec was written, so none forgets what this state holds: a stack over it destroys all that it does not"
        )
        return (f"{text} describe. Give a stack another state, or name each address under 'removed' as 'forget'",)

    def of_type(self, kind: str) -> list[Resource]:
        """Return the resources of one type, in the source's order."""
        return [resource for resource in self.resources if resource.type == kind]


def find_cas(value: object) -> Iterator[str]:
    """Yield the ARN of each CA that a value names, at any depth: whatever the argument is, its resource uses the CA."""
    if isinstance(value, str):
        yield from _CA.findall(value)
    elif isinstance(value, dict | list | tuple):
        for each in value.items() if isinstance(value, dict) else value:
            yield from find_cas(each)


def is_symbolic(text: str) -> bool:
    """Tell whether a text contains a symbolic id."""
    return bool(_SYMBOLIC.search(text))
