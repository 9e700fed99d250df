"""Infers a spec for each account and region of an inventory, with notes on resources that are not in it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from pcaform.core.problems import Failure
from pcaform.importer.infer.draft import Draft, draft_entries
from pcaform.importer.infer.entry import SpecEntry, describe_reason
from pcaform.importer.infer.keys import NO_KEYS, ExistingKeys
from pcaform.importer.infer.notes import (
    reworded_policies,
    unhandled_resources,
    unmanaged_resources,
    warn_of_destruction,
)
from pcaform.importer.infer.rule_check import TOLERATED_RULES, RuleCheck
from pcaform.importer.infer.stack_locations import StackLocation, split_by_location
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.spec.stack import Aws, Spec
from pcaform.spec.types import Model

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class InferredSpec:
    """The spec, and notes on each resource that is not in it as it was found."""

    spec: Spec
    notes: tuple[ImportNote, ...]

    @property
    def left_out(self) -> tuple[tuple[str, str], ...]:
        """Address and reason of each resource that is missing in the spec."""
        return tuple((note.address, note.reason) for note in self.notes if note.kind != "listed")


def infer(inventory: Inventory, *, stack: str, existing: ExistingKeys = NO_KEYS) -> tuple[InferredSpec, ...]:
    """Return one spec for each account and region with CAs in an inventory, named after `stack`.

    `existing` are the keys of an existing spec, which are kept. Each spec passes all rules. Raises Failure if the
    inventory has no private CA.
    """
    locations = split_by_location(inventory)
    names, is_alone = _name_stacks(stack, locations), len(locations) == 1
    specs = [
        _infer_spec(inventory, location, stack=name, existing=existing, is_alone=is_alone) for name, location in names
    ]
    if len(specs) > 1 and inventory.source.is_applied_over:
        specs = [replace(each, notes=(*each.notes, _note_split_state(each.spec, locations))) for each in specs]
    return tuple(specs)


def _name_stacks(stack: str, locations: list[StackLocation]) -> Iterator[tuple[str, StackLocation]]:
    """Yield each location with its stack's name: with the region if there are several, and the account if needed."""
    regions = [location.region for location in locations]
    for location in locations:
        region = f"-{location.region}" if len(locations) > 1 else ""
        account = f"-{location.account_id}" if regions.count(location.region) > 1 else ""
        yield f"{stack}{region}{account}", location


def _note_split_state(spec: Spec, locations: list[StackLocation]) -> ImportNote:
    cas = ", ".join(f"{location.account_id} in {location.region}" for location in locations)
    reason = f"the state has CAs of {cas}: each spec needs its own state, else its plan destroys the other CAs"
    return ImportNote("left out", f"stack {spec.stack}", reason)


def _infer_spec(
    inventory: Inventory, location: StackLocation, *, stack: str, existing: ExistingKeys, is_alone: bool
) -> InferredSpec:
    draft = draft_entries(inventory, location, existing=existing)
    check = RuleCheck(draft)
    has_addresses = inventory.source.has_addresses

    def build() -> Spec:
        settings = {"backend": inventory.backend} if inventory.backend and location.is_first else {}
        moves = {old: new for entry in draft.entries.values() for old, new in entry.addresses if old != new}
        sections = _sections(draft, check.ignored)
        aws = _aws(location, draft)
        return _validate(
            Spec, version=1, stack=stack, aws=aws, terraform=settings, moves=moves if has_addresses else {}, **sections
        )

    spec = check.fit(build)
    entries = list(draft.entries.values())
    notes = [*inventory.notes, *draft.notes]
    handled = {note.address for note in notes} | {address for entry in entries for address in entry.covered_addresses}
    notes += _note_unmoved(entries) if has_addresses else ()
    notes += reworded_policies(inventory, location, entries, spec) if has_addresses else ()
    notes += unhandled_resources(inventory, location, handled)
    notes += unmanaged_resources(inventory, handled) if is_alone else ()
    if inventory.source.is_applied_over:
        covered = {address for entry in entries for address in entry.covered_addresses}
        notes = list(warn_of_destruction(notes, inventory, covered | existing.addresses))
    return InferredSpec(spec, tuple(dict.fromkeys(notes)))


def _aws(location: StackLocation, draft: Draft) -> Aws:
    role = location.own.assume_role if location.own else None
    return _validate(
        Aws, region=location.region, account_id=location.account_id, assume_role=role, default_tags=draft.default_tags
    )


def _sections(draft: Draft, ignored: Mapping[tuple[str, str], Collection[str]]) -> dict[str, dict[str, Any]]:
    """Return the data of each section, with the tolerated rules that its entries break."""
    sections: dict[str, dict[str, Any]] = {}
    for entry in draft.entries.values():
        broken = ignored.get(entry.id, ())
        rules = [{"rule": rule, "reason": reason} for rule, reason in TOLERATED_RULES.items() if rule in broken]
        sections.setdefault(entry.section, {})[entry.key] = {**entry.data, **({"ignore": rules} if rules else {})}
    return sections


def _note_unmoved(entries: Iterable[SpecEntry]) -> Iterator[ImportNote]:
    for entry in entries:
        for address in entry.unmoved:
            reason = (
                "Terraform cannot move a resource to another type: a plan creates a separate policy with its content "
                "and removes this one"
            )
            yield ImportNote("left out", address, reason)


def _validate(model: type[M], **values: Any) -> M:
    """Return a part of the spec; raises Failure for a found or given value that is not valid."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Failure(describe_reason(error)) from None
