"""Infers a spec for each account and region of an inventory, with notes on resources that are not in it.

The draft of a spec is fitted to the rules: an entry that breaks one is taken out with all that depends on it, or
ignores the rule.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from pcaform.core.finding import Severity
from pcaform.core.problems import Failure
from pcaform.importer.infer.activations import state_issued
from pcaform.importer.infer.context import (
    CAS,
    SHARES,
    SpecEntry,
    StackLocation,
    describe_reason,
    split_by_location,
    text,
)
from pcaform.importer.infer.draft import Draft, draft_entries
from pcaform.importer.infer.forgotten import NOTHING_FORGOTTEN, Forgotten, find_clashes, find_forgotten, find_invented
from pcaform.importer.infer.keys import NO_KEYS, ExistingKeys
from pcaform.importer.infer.notes import note_forgotten, reworded_policies, unhandled_resources, unmanaged_resources
from pcaform.render.history import call_of, list_calls
from pcaform.render.plan.resources import StackResource, placeholders_of, resources
from pcaform.rules.load import findings
from pcaform.rules.spec_rules import (
    adoption,
    constraints,
    grants,
    hierarchy,
    passthrough,
    practice,
    principals,
    revocation,
)
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.spec.stack import Aws, Spec
from pcaform.spec.types import Model
from pcaform.spec.yaml_reader import Loc
from pcaform.terraform.module_names import share
from pcaform.terraform.resource_types import AUTHORITY

_AS_FOUND = "imported as it exists"
_ISSUED = "imported as already issued"
TOLERATED_RULES = {
    hierarchy.path_length_fits_parent.id: _ISSUED,
    hierarchy.validity_fits_type.id: _ISSUED,
    hierarchy.ca_ends_before_parent.id: _ISSUED,
    grants.ca_outlives_managed_certificates.id: _ISSUED,
    adoption.adopted_ca_keeps_deletion_window.id: "the state has this value already",
    adoption.offline_certificate_matches_ca.id: _ISSUED,
    adoption.offline_certificate_is_valid_now.id: _ISSUED,
    constraints.names_are_within_constraints.id: _ISSUED,
    constraints.template_fits_ca.id: _ISSUED,
    revocation.crl_is_not_public.id: _AS_FOUND,
    revocation.cname_has_no_protocol.id: _AS_FOUND,
    grants.permission_has_all_actions.id: "imported as it exists: ACM cannot renew until it has all three actions",
    grants.short_lived_ca_has_no_permission.id: _AS_FOUND,
    grants.acm_has_permission.id: "not in the source: ACM can renew only if the CA permits it",
    grants.acm_can_issue_from_ca.id: _AS_FOUND,
    grants.certificate_key_matches_ca.id: _AS_FOUND,
    grants.no_privileged_template.id: _AS_FOUND,
    grants.domain_names_are_narrow.id: _AS_FOUND,
    grants.domain_names_are_lower_case.id: _AS_FOUND,
    principals.trust_is_narrow.id: _AS_FOUND,
    principals.china_settings_match_region.id: _AS_FOUND,
    passthrough.passthrough_has_shape_of_api.id: _ISSUED,
    practice.subjects_are_unique.id: _AS_FOUND,
}
"""Rules that existing resources may break, each with the reason that is written to the spec.

An entry ignores them in this order.
"""


_ADVICE = re.compile(
    r"(?:: |, |; )(?:add|choose|create|give|grant|keep|leave|make|merge|name|remove|rename|split|take|write) .*"
)
"""What the message of a rule tells the author of a spec to do: nobody wrote one with what is left out."""
_WITHOUT_IGNORE = (SHARES, "crl_buckets")
_UNMOVED = (
    "Terraform cannot move a resource to another type: a plan creates a separate policy with its content, and this one "
    "stays at AWS until you delete it there"
)
_ATTACHED = (
    "Terraform cannot move a resource to another type: a plan adds one that attaches the same policy to the same "
    "principal, which changes nothing at AWS"
)
M = TypeVar("M", bound=Model)


class RuleCheck:
    """Takes out of a draft what breaks a rule, with all that depends on it; an entry is written whole, or not at all.

    `ignored` are the tolerated rules that entries break, by section and key, each with what it says.
    """

    def __init__(self, draft: Draft) -> None:
        self.ignored: dict[tuple[str, str], dict[str, str]] = {}
        self._draft = draft
        self._dependents: dict[str, list[SpecEntry]] = {}
        for entry in draft.entries.values():
            for arn in entry.referenced_cas:
                self._dependents.setdefault(arn, []).append(entry)
        self._by_address = {old: entry for entry in draft.entries.values() for old, _ in entry.addresses}
        for entry, reason in draft.rejected:
            draft.entries[entry.id] = entry
            self._take_out(entry, reason)

    def fit(self, build: Callable[[], Spec], inventory: Inventory) -> Spec:
        """Return the spec of what remains of the draft; raises Failure for a broken rule that no entry causes."""
        while True:
            spec = build()
            if not (self._apply(spec) or self._take_out_clashes(spec, inventory)):
                return spec

    def _take_out_clashes(self, spec: Spec, inventory: Inventory) -> bool:
        """Take out each entry of which a plan would replace or destroy something; tell whether there was one."""
        entries = list(self._draft.entries.values())
        rendered, owners = _rendered(spec, entries), _owners(spec, entries)
        clashes = list(find_invented(inventory, entries))
        if inventory.source.has_addresses:
            clashes += find_clashes(inventory, entries, rendered=rendered, owners=owners)
        for entry, reason in clashes:
            self._take_out(entry, reason)
        return bool(clashes)

    def _apply(self, spec: Spec) -> bool:
        """Apply the rules' findings; tell whether the draft changed, so that the rules have to be checked again."""
        is_changed = False
        unexplained: list[tuple[Loc, str]] = []
        earlier = {id_: frozenset(rules) for id_, rules in self.ignored.items()}
        for rule, loc, message in find_errors(spec):
            entry = self._entry_at(loc)
            if entry is None:
                unexplained.append((loc, message))
                continue
            is_changed = True
            is_tolerated = rule in TOLERATED_RULES and entry.section not in _WITHOUT_IGNORE
            if is_tolerated and rule not in earlier.get(entry.id, ()):
                self.ignored.setdefault(entry.id, {})[rule] = message
            else:
                self._take_out(entry, _ADVICE.sub("", message))
        if unexplained and not is_changed:
            loc, message = unexplained[0]
            raise Failure(f"the found resources break a rule for specs, {'.'.join(map(str, loc))}: {message}")
        return is_changed

    def _entry_at(self, loc: Loc) -> SpecEntry | None:
        """Return the entry that a finding is about: for a move that of the moved resource."""
        section, key = (str(step) for step in (*loc, "", "")[:2])
        return self._by_address.get(key) if section == "moves" else self._draft.entries.get((section, key))

    def _take_out(self, entry: SpecEntry, reason: str) -> None:
        """Take an entry out of the draft with all that depends on it, each with its reason."""
        removed: dict[str, str] = {}
        waiting = [(entry, reason)]
        while waiting:
            each, why = waiting.pop()
            if self._draft.entries.pop(each.id, None) is None:
                continue
            address = each.resource.address
            belonging = dict.fromkeys(each.covered_addresses, f"it belongs to {address}, which is left out")
            removed = {**belonging, address: why, **removed}
            waiting += [(other, why) for other in self._draft.entries.values() if _is_of_same_principal(each, other)]
            if each.section == CAS:
                needed = f"it needs {address}, which is left out"
                waiting += [
                    (other, needed) for other in self._dependents.get(str(each.resource.attributes.get("arn")), ())
                ]
        kept = [note for note in self._draft.notes if note.address not in removed]
        self._draft.notes = [*kept, *(ImportNote("left out", at, why) for at, why in removed.items())]


def _is_of_same_principal(one: SpecEntry, other: SpecEntry) -> bool:
    """Tell whether two entries are of one existing principal, which has several policies."""
    names = ("existing_user", "existing_role")
    return one.section == other.section and any(one.data.get(each, "") == other.data.get(each) for each in names)


def _rendered(spec: Spec, entries: Iterable[SpecEntry]) -> dict[str, StackResource]:
    """Return the resources of the stack, by address."""
    arns = {each.key: str(each.resource.attributes["arn"]) for each in entries if each.section == CAS}
    return resources(spec, placeholders_of(spec, arns))


def _owners(spec: Spec, entries: Iterable[SpecEntry]) -> dict[str, SpecEntry]:
    """Return the entry of each module call; a share is one of its own."""
    owners: dict[str, SpecEntry] = {}
    for entry in sorted(entries, key=lambda each: each.section == SHARES):
        generation = spec.managed[entry.key].generation if entry.key in spec.managed else 0
        is_share = entry.section == SHARES
        calls = [share(entry.key)] if is_share else list_calls(entry.section, entry.key, generation=generation)
        owners |= dict.fromkeys(calls, entry)
    return owners


def find_errors(spec: Spec) -> Iterator[tuple[str, Loc, str]]:
    """Yield rule, position and message of each error in a spec."""
    for rule, finding in findings(spec):
        if rule.severity is Severity.ERROR:
            yield rule.id, finding.loc, finding.message


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
    notes = [*inventory.notes, *draft.notes, *_note_ignored(draft, check.ignored, existing)]
    handled = {note.address for note in notes} | {each for entry in entries for each in entry.covered_addresses}
    notes += unhandled_resources(inventory, location, handled)
    notes += unmanaged_resources(inventory, handled) if is_alone else ()
    rendered = _rendered(spec, entries)
    notes = [*reworded_policies(inventory, entries, rendered), *notes]
    if has_addresses:
        notes = [*_note_unmoved(entries), *notes]
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


def _note_ignored(
    draft: Draft, ignored: Mapping[tuple[str, str], Mapping[str, str]], existing: ExistingKeys
) -> Iterator[ImportNote]:
    """Yield a note for each rule that an entry ignores: what it warns of is so, although the spec is valid."""
    for entry in draft.entries.values():
        for rule, message in ignored.get(entry.id, {}).items():
            if (*entry.id, rule) not in existing.ignored:
                yield ImportNote("ignored", entry.resource.address, f"{message} [{rule}]")


def _note_unmoved(entries: Iterable[SpecEntry]) -> Iterator[ImportNote]:
    for entry in entries:
        for address in entry.unmoved:
            yield ImportNote("left out", address, _ATTACHED if "_attachment." in address else _UNMOVED)


def _validate(model: type[M], **values: Any) -> M:
    """Return a part of the spec; raises Failure for a found or given value that is not valid."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Failure(describe_reason(error)) from None
