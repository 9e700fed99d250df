"""What inference yields: entries of a spec, each with the resources that it stands for and the CAs that it names."""

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
    entry: dict[str, Any]
    resource: Resource
    """What remarks about the entry point at."""
    addresses: tuple[tuple[str, str], ...] = ()
    """Where each resource that the entry stands for is now, and where a rendered stack has it."""
    needs: frozenset[str] = frozenset()
    """The ARNs of the CAs that it names."""
    unmoved: tuple[str, ...] = ()
    """Addresses of what the entry says too, and what no address of a rendered stack can take over."""


@dataclass(slots=True)
class Entries:
    """Items and remarks as they are collected."""

    items: list[SpecEntry] = field(default_factory=list)
    notes: list[ImportNote] = field(default_factory=list)

    def leave_out(self, resource: Resource, reason: str) -> None:
        """Remember why a resource is not in the spec."""
        self.notes.append(ImportNote("left out", resource.address, reason))


def covered_addresses(items: Iterable[SpecEntry]) -> Iterator[str]:
    """Yield the address of each resource that some entry stands for."""
    for item in items:
        yield from (old for old, _ in item.addresses)
        yield from item.unmoved


def parents_first(items: Sequence[SpecEntry]) -> list[SpecEntry]:
    """Return entries in their order, but each CA behind the one that is above it: as a person would write them."""
    authorities = {item.key: item for item in items if item.section == _CAS}
    below: dict[str | None, list[str]] = {}
    for key, item in authorities.items():
        parent = item.entry.get("parent")
        below.setdefault(parent if parent in authorities else None, []).append(key)
    ordered: dict[str, None] = {}
    waiting = below.get(None, [])[::-1]
    while waiting:
        ordered[key := waiting.pop()] = None
        waiting += below.get(key, [])[::-1]
    every = [*ordered, *(key for key in authorities if key not in ordered)]  # parents in a circle are for the rules
    return [*(authorities[key] for key in every), *(item for item in items if item.section != _CAS)]
