"""Infers a spec for each account and region of an inventory, with notes on resources that are not in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from pcaform.core.problems import Failure
from pcaform.importer.infer.draft import Draft, draft_entries
from pcaform.importer.infer.entry import SpecEntry, covered_addresses
from pcaform.importer.infer.errors import describe_reason
from pcaform.importer.infer.existing_keys import NO_KEYS, ExistingKeys
from pcaform.importer.infer.policy_rewording import reworded_policies
from pcaform.importer.infer.rule_check import TOLERATED_RULES, find_errors
from pcaform.importer.infer.stack_locations import StackLocation, split_by_location
from pcaform.importer.infer.unhandled import unhandled_resources, unmanaged_resources
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.spec.stack import Aws, Spec
from pcaform.spec.types import Model

M = TypeVar("M", bound=Model)
_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class InferredSpec:
    """The spec, and notes on each resource that is not in it as it was found."""

    spec: Spec
    notes: tuple[ImportNote, ...]

    @property
    def left_out(self) -> tuple[tuple[str, str], ...]:
        """Address and reason of each resource that is missing in the spec."""
        return tuple((note.address, note.reason) for note in self.notes if note.kind != "listed")


@dataclass(slots=True)
class _RuleResult:
    """Results of the rules so far: refused resources, and rules that entries ignore."""

    refused: dict[str, str] = field(default_factory=dict)
    """Address -> reason."""
    ignored: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Section and key -> rules."""


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
    rule_result = _RuleResult()
    for _ in range(_ROUNDS):
        draft = draft_entries(inventory, location, existing=existing, refused=rule_result.refused)
        spec = _build_spec(draft, location, stack=stack, ignored=rule_result.ignored)
        if not _check_rules(spec, draft, rule_result):
            break
    else:
        raise Failure(f"no valid spec could be built from the resources in {location.region}: report this")
    notes = (
        *inventory.notes,
        *draft.notes,
        *(ImportNote("left out", address, reason) for address, reason in rule_result.refused.items()),
    )
    handled = {note.address for note in notes} | set(covered_addresses(draft.entries))
    unhandled = unhandled_resources(inventory, location, handled)
    reworded = reworded_policies(inventory, location, draft.entries, spec) if draft.has_addresses else ()
    others = unmanaged_resources(inventory, handled) if is_alone else ()
    return InferredSpec(spec, tuple(dict.fromkeys([*notes, *_note_unmoved(draft), *reworded, *unhandled, *others])))


def _build_spec(
    draft: Draft, location: StackLocation, *, stack: str, ignored: Mapping[tuple[str, str], list[str]]
) -> Spec:
    sections: dict[str, dict[str, Any]] = {}
    for entry in draft.entries:
        broken = ignored.get((entry.section, entry.key), ())
        rules = [{"rule": rule, "reason": reason} for rule, reason in TOLERATED_RULES.items() if rule in broken]
        sections.setdefault(entry.section, {})[entry.key] = {**entry.data, **({"ignore": rules} if rules else {})}
    role = location.own.assume_role if location.own else None
    aws = _validate(
        Aws, region=location.region, account_id=location.account_id, assume_role=role, default_tags=draft.default_tags
    )
    moves = {old: new for entry in draft.entries for old, new in entry.addresses if old != new and draft.has_addresses}
    settings = {"backend": draft.backend} if draft.backend and location.is_first else {}
    return _validate(Spec, version=1, stack=stack, aws=aws.model_dump(), terraform=settings, moves=moves, **sections)


def _check_rules(spec: Spec, draft: Draft, rule_result: _RuleResult) -> bool:
    """Add the rules' findings to the result; tell whether there are new ones."""
    by_key: dict[tuple[str, str], SpecEntry] = {(entry.section, entry.key): entry for entry in draft.entries}
    is_new = False
    ignored_now: set[tuple[tuple[str, str], str]] = set()
    for rule, loc, message in find_errors(spec):
        entry_id = (str(loc[0]), str(loc[1])) if len(loc) > 1 else ("", "")
        rules = rule_result.ignored.setdefault(entry_id, [])
        if (entry_id, rule) in ignored_now:
            continue  # the same 'ignore' covers a second finding of this rule
        if rule in TOLERATED_RULES and entry_id[0] not in ("shares", "crl_buckets") and rule not in rules:
            rules.append(rule)
            ignored_now.add((entry_id, rule))
            is_new = True
        elif entry_id in by_key and by_key[entry_id].resource.address not in rule_result.refused:
            rule_result.refused[by_key[entry_id].resource.address] = message
            is_new = True
        elif not is_new and rule not in rules:
            raise Failure(f"the found resources break a rule for specs, {'.'.join(map(str, loc))}: {message}")
    return is_new


def _note_unmoved(draft: Draft) -> Iterator[ImportNote]:
    for entry in draft.entries if draft.has_addresses else ():
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
