"""Inferred entries of a spec, each with its resources and the CAs that it references."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.documents import Statement, read_statements
from pcaform.iam.normalize import normalized_statements
from pcaform.sources.inventory import ImportNote, Resource
from pcaform.spec.messages import describe_error
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names

CAS = "certificate_authorities"
INCOMPLETE_RESOURCE = "it is incomplete: its creation failed, or the state was edited"


class NotRepresentable(Exception):  # noqa: N818 - it is a result, not a fault
    """Why one resource cannot be written into a spec."""


@contextmanager
def representable() -> Iterator[None]:
    """Raise NotRepresentable for data that a spec cannot have, and for a resource of which a part is missing."""
    try:
        yield
    except ValidationError as error:
        raise NotRepresentable(describe_reason(error)) from None
    except PARTIAL_DATA_ERRORS:
        raise NotRepresentable(INCOMPLETE_RESOURCE) from None


def describe_reason(error: ValidationError) -> str:
    """Describe why an existing value cannot be represented in a spec."""
    return "; ".join(describe_error(record, Spec) for record in error.errors(include_url=False))


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

    @property
    def id(self) -> tuple[str, str]:
        """Section and key."""
        return self.section, self.key

    @property
    def covered_addresses(self) -> Iterator[str]:
        """The address of each resource in the entry."""
        yield from (old for old, _ in self.addresses)
        yield from self.unmoved


def move(resource: Resource, module: str, key: str | None = None) -> tuple[str, str]:
    """Return a resource's address, and its address in a module of a rendered stack."""
    return resource.address, module_names.resource(module, resource.type, key)


@dataclass(slots=True)
class Entries:
    """Collected entries and notes."""

    entries: list[SpecEntry] = field(default_factory=list)
    notes: list[ImportNote] = field(default_factory=list)

    def add(self, other: "Entries") -> None:
        """Add all of other entries and notes."""
        self.entries += other.entries
        self.notes += other.notes

    def leave_out(self, resource: Resource, reason: str) -> None:
        """Add a note why a resource is not in the spec."""
        self.notes.append(ImportNote("left out", resource.address, reason))

    @contextmanager
    def leaving_out(self, resource: Resource, advice: str = "") -> Iterator[None]:
        """Leave a resource out, with the reason and an advice, if it turns out that a spec cannot represent it."""
        try:
            with representable():
                yield
        except NotRepresentable as why:
            self.leave_out(resource, f"{why}{advice}")


def read_policy_back(
    policy: Any, read: Callable[[Iterable[Statement]], dict[str, Any]], render: Callable[[dict[str, Any]], Any]
) -> dict[str, Any] | None:
    """Return what `read` makes of a policy's statements, None if `render` makes a policy with another meaning of it."""
    try:
        data = read(read_statements(policy))
        return data if normalized_statements([render(data)]) == normalized_statements([policy]) else None
    except PARTIAL_DATA_ERRORS:
        return None


def parents_first(entries: Sequence[SpecEntry]) -> list[SpecEntry]:
    """Return entries in their order, but each CA after its parent, as a user would write them."""
    cas = {entry.key: entry for entry in entries if entry.section == CAS}
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
    return [*(cas[key] for key in every), *(entry for entry in entries if entry.section != CAS)]
