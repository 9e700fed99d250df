"""Infers a spec for each account and region of an inventory, with notes on resources that are not in it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from pcaform.core.problems import Failure
from pcaform.importer.infer.activations import state_issued
from pcaform.importer.infer.context import CAS, StackLocation, describe_reason, split_by_location, text
from pcaform.importer.infer.draft import Draft, draft_entries
from pcaform.importer.infer.forgotten import NOTHING_FORGOTTEN, Forgotten, find_forgotten
from pcaform.importer.infer.keys import NO_KEYS, ExistingKeys
from pcaform.importer.infer.notes import note_forgotten, reworded_policies, unhandled_resources, unmanaged_resources
from pcaform.importer.infer.rule_check import TOLERATED_RULES, RuleCheck, rendered_resources
from pcaform.render.history import call_of
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.spec.stack import Aws, Spec
from pcaform.spec.types import Model
from pcaform.terraform.resource_types import AUTHORITY

_UNMOVED = (
    "Terraform cannot move a resource to another type: a plan creates a separate policy with its content, and this one "
    "stays at AWS until you delete it there"
)
_ATTACHED = (
    "Terraform cannot move a resource to another type: a plan adds one that attaches the same policy to the same "
    "principal, which changes nothing at AWS"
)
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class InferredSpec:
    """The spec, and notes on each resource that is not in it as it was found."""

    spec: Spec
    notes: tuple[ImportNote, ...]
    seen: frozenset[tuple[str, str]] = frozenset()
    """The items of the existing spec that the source has, by section and key, also if they are left out."""

    @property
    def left_out(self) -> tuple[tuple[str, str], ...]:
        """Address and reason of each resource that is missing in the spec."""
        return tuple((note.address, note.reason) for note in self.notes if note.kind not in ("listed", "ignored"))


def infer(inventory: Inventory, *, stack: str, existing: ExistingKeys = NO_KEYS) -> tuple[InferredSpec, ...]:
    """Return one spec for each account and region with CAs in an inventory, named after `stack`.

    `existing` are the keys of an existing spec, which are kept. Each spec passes all rules. Raises Failure if the
    inventory has no private CA.
    """
    locations = split_by_location(inventory, existing)
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
    reason = f"the state has CAs of {cas}: give each stack its own copy of the state, in which it forgets the others"
    return ImportNote("left out", f"stack {spec.stack}", reason)


def _infer_spec(
    inventory: Inventory, location: StackLocation, *, stack: str, existing: ExistingKeys, is_alone: bool
) -> InferredSpec:
    draft = draft_entries(inventory, location, existing=existing)
    check = RuleCheck(draft)
    has_addresses = inventory.source.has_addresses

    def build(forgotten: Forgotten = NOTHING_FORGOTTEN) -> Spec:
        place = inventory.backend or {}
        settings = (place if "cloud" in place else {"backend": place}) if place and location.is_first else {}
        moves = {old: new for entry in draft.entries.values() for old, new in entry.addresses if old != new}
        moves = {**moves, **forgotten.moves} if has_addresses else {}
        values = {"aws": _aws(location, draft), "terraform": settings, "moves": moves, "removed": forgotten.removed}
        return _validate(Spec, version=1, stack=stack, **values, **_sections(draft, check.ignored))

    spec = check.fit(build, inventory)
    entries = list(draft.entries.values())
    broken = ((entry, *each) for entry in entries for each in check.ignored.get(entry.id, {}).items())
    notes = [*inventory.notes, *draft.notes]
    notes += [  # what the rule warns of is so, although the spec is valid
        ImportNote("ignored", entry.resource.address, f"{message} [{rule}]")
        for entry, rule, message in broken
        if (*entry.id, rule) not in existing.ignored
    ]
    handled = {note.address for note in notes} | {each for entry in entries for each in entry.covered_addresses}
    notes += unhandled_resources(inventory, location, handled)
    notes += unmanaged_resources(inventory, handled, existing.addresses) if is_alone else ()
    rendered = rendered_resources(spec, entries)
    notes = [*reworded_policies(inventory, entries, rendered), *notes]
    if has_addresses:
        unmoved = [address for entry in entries for address in entry.unmoved]
        reasons = (_ATTACHED if "_attachment." in address else _UNMOVED for address in unmoved)
        notes = [*(ImportNote("left out", *each) for each in zip(unmoved, reasons, strict=True)), *notes]
        moved = {old for entry in entries for old, _ in entry.addresses}
        calls = {each.call for each in rendered.values()} | {*map(call_of, existing.addresses)}
        forgotten = find_forgotten(inventory, notes, moved=moved, kept=existing.addresses, calls=calls)
        spec = build(forgotten)
        notes = list(note_forgotten(notes, forgotten.touched)) if inventory.source.is_applied_over else notes
    return InferredSpec(spec, tuple(dict.fromkeys(notes)), _list_seen(inventory, draft, notes, existing))


def _list_seen(
    inventory: Inventory, draft: Draft, notes: Iterable[ImportNote], existing: ExistingKeys
) -> frozenset[tuple[str, str]]:
    cas = (*inventory.of_type(AUTHORITY), *inventory.unselected)
    seen = {(CAS, draft.keys[arn]) for arn in (text(ca, "arn") for ca in cas) if arn in draft.keys}
    noted = {note.address for note in notes}
    found = [each for each in inventory.resources if each.address in noted]
    names = {*noted, *(address.rpartition("/")[2] for address in noted)}
    names |= {text(each, name) for each in found for name in ("name", "arn")}
    principals_ = existing.principals.items()
    seen |= {(section, key) for (section, _, name), key in principals_ if name.partition("/")[0] in names}
    seen |= {("certificates", key) for key, each in existing.certificates.items() if each.arn in names}
    return frozenset(seen)


def _aws(location: StackLocation, draft: Draft) -> Aws:
    own = {"assume_role": location.own.assume_role, **location.own.settings} if location.own else {}
    own |= {"default_tags": draft.default_tags}
    return _validate(Aws, region=location.region, account_id=location.account_id, **own)


def _sections(draft: Draft, ignored: Mapping[tuple[str, str], Collection[str]]) -> dict[str, dict[str, Any]]:
    """Return the data of each section, with the tolerated rules that its entries break."""
    sections: dict[str, dict[str, Any]] = {}
    for entry in draft.entries.values():
        broken = ignored.get(entry.id, ())
        rules = [{"rule": rule, "reason": reason} for rule, reason in TOLERATED_RULES.items() if rule in broken]
        sections.setdefault(entry.section, {})[entry.key] = {**entry.data, **({"ignore": rules} if rules else {})}
    state_issued(sections.get(CAS, {}))
    return sections


def _validate(model: type[M], **values: Any) -> M:
    """Return a part of the spec; raises Failure for a found or given value that is not valid."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Failure(describe_reason(error)) from None
