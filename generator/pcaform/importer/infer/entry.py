"""Inferred entries of a spec, each with its resources and the CAs that it references."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pcaform.sources.inventory import ImportNote, Resource

_CAS = "certificate_authorities"


@dataclass(frozen=True, slots=True)
class SpecEntry:
    """One entry of a section."""

    section: str
    key: str
    data: dict[str, Any]
    resource: Resource
    """The resource for notes about the entry."""
    addresses: tuple[tuple[str, str], ...] = ()
    """Pairs of a resource's current address and its address in a rendered stack."""
    referenced_cas: frozenset[str] = frozenset()
    """The ARNs of the CAs that it references."""
    unmoved: tuple[str, ...] = ()
    """Addresses of resources that the entry includes, but that cannot move to a rendered stack."""


@dataclass(slots=True)
class Entries:
    """Collected entries and notes."""

    entries: list[SpecEntry] = field(default_factory=list)
    notes: list[ImportNote] = field(default_factory=list)

    def leave_out(self, resource: Resource, reason: str) -> None:
        """Add a note why a resource is not in the spec."""
        self.notes.append(ImportNote("left out", resource.address, reason))


def covered_addresses(entries: Iterable[SpecEntry]) -> Iterator[str]:
    """Yield the address of each resource in an entry."""
    for entry in entries:
        yield from (old for old, _ in entry.addresses)
        yield from entry.unmoved


def parents_first(entries: Sequence[SpecEntry]) -> list[SpecEntry]:
    """Return entries in their order, but each CA after its parent, as a user would write them."""
    cas = {entry.key: entry for entry in entries if entry.section == _CAS}
    below: dict[str | None, list[str]] = {}
    for key, entry in cas.items():
        parent = entry.data.get("parent")
        below.setdefault(parent if parent in cas else None, []).append(key)
    ordered: dict[str, None] = {}
    waiting = below.get(None, [])[::-1]
    while waiting:
        ordered[key := waiting.pop()] = None
        waiting += below.get(key, [])[::-1]
    every = [*ordered, *(key for key in cas if key not in ordered)]  # the rules report cycles of parents
    return [*(cas[key] for key in every), *(entry for entry in entries if entry.section != _CAS)]
