"""Inventory -> the whole spec of each account and region, and what is not in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from pcaform.core.problems import Failure
from pcaform.importer.infer.draft import Draft, draft_entries
from pcaform.importer.infer.entry import SpecEntry, covered_addresses
from pcaform.importer.infer.errors import reason_of
from pcaform.importer.infer.existing_keys import NOTHING_KNOWN, ExistingKeys
from pcaform.importer.infer.policy_rewording import reworded_policies
from pcaform.importer.infer.rule_check import TOLERATED_RULES, errors
from pcaform.importer.infer.stack_locations import StackLocation, split_by_location
from pcaform.importer.infer.unhandled import unhandled_resources, unmanaged_resources
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.spec.stack import Aws, Spec
from pcaform.spec.types import Model

M = TypeVar("M", bound=Model)
_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class InferredSpec:
    """The spec, and what is to say of each resource that is not in it as it was found."""

    spec: Spec
    notes: tuple[ImportNote, ...]

    @property
    def left_out(self) -> tuple[tuple[str, str], ...]:
        """Address and reason of each resource that should be in the spec and is not."""
        return tuple((note.address, note.reason) for note in self.notes if note.kind != "listed")


@dataclass(slots=True)
class _Verdict:
    """What the rules said so far: resources that cannot be written, and rules that items ignore."""

    refused: dict[str, str] = field(default_factory=dict)
    """Address -> reason."""
    ignored: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Section and key -> rules."""


def infer(inventory: Inventory, *, stack: str, known: ExistingKeys = NOTHING_KNOWN) -> tuple[InferredSpec, ...]:
    """Return one spec for each account and region in which an inventory holds CAs, named after `stack`.

    `known` are the keys of a spec that exists, which are kept. Each spec passes all rules. Raises Failure where the
    inventory holds no private CA.
    """
    places = split_by_location(inventory)
    names, is_alone = _named(stack, places), len(places) == 1
    found = [_inferred(inventory, place, stack=name, known=known, is_alone=is_alone) for name, place in names]
    if len(found) > 1 and inventory.source == "state":
        found = [replace(each, notes=(*each.notes, _divided(each.spec, places))) for each in found]
    return tuple(found)


def _named(stack: str, places: list[StackLocation]) -> Iterator[tuple[str, StackLocation]]:
    """Yield each place with its stack's name: the region tells several apart, and the account where it must."""
    regions = [place.region for place in places]
    for place in places:
        region = f"-{place.region}" if len(places) > 1 else ""
        account = f"-{place.account_id}" if regions.count(place.region) > 1 else ""
        yield f"{stack}{region}{account}", place


def _divided(spec: Spec, places: list[StackLocation]) -> ImportNote:
    listed = ", ".join(f"{place.account_id} in {place.region}" for place in places)
    reason = f"the state holds CAs of {listed}: each spec needs a state of its own, else its plan destroys the others"
    return ImportNote("left out", f"stack {spec.stack}", reason)


def _inferred(
    inventory: Inventory, place: StackLocation, *, stack: str, known: ExistingKeys, is_alone: bool
) -> InferredSpec:
    verdict = _Verdict()
    for _ in range(_ROUNDS):
        draft = draft_entries(inventory, place, known=known, refused=verdict.refused)
        spec = _spec(draft, place, stack=stack, ignored=verdict.ignored)
        if not _judge(spec, draft, verdict):
            break
    else:
        raise Failure(f"no valid spec could be made of what was found in {place.region}: report this")
    notes = (
        *inventory.notes,
        *draft.notes,
        *(ImportNote("left out", address, reason) for address, reason in verdict.refused.items()),
    )
    said = {note.address for note in notes} | set(covered_addresses(draft.items))
    rest = unhandled_resources(inventory, place, said)
    words = reworded_policies(inventory, place, draft.items, spec) if draft.has_addresses else ()
    others = unmanaged_resources(inventory, said) if is_alone else ()
    return InferredSpec(spec, tuple(dict.fromkeys([*notes, *_unmoved(draft), *words, *rest, *others])))


def _spec(draft: Draft, place: StackLocation, *, stack: str, ignored: Mapping[tuple[str, str], list[str]]) -> Spec:
    sections: dict[str, dict[str, Any]] = {}
    for item in draft.items:
        broken = ignored.get((item.section, item.key), ())
        rules = [{"rule": rule, "reason": reason} for rule, reason in TOLERATED_RULES.items() if rule in broken]
        sections.setdefault(item.section, {})[item.key] = {**item.entry, **({"ignore": rules} if rules else {})}
    role = place.own.assume_role if place.own else None
    aws = _valid(
        Aws, region=place.region, account_id=place.account_id, assume_role=role, default_tags=draft.default_tags
    )
    moves = {old: new for item in draft.items for old, new in item.addresses if old != new and draft.has_addresses}
    settings = {"backend": draft.backend} if draft.backend and place.is_first else {}
    return _valid(Spec, version=1, stack=stack, aws=aws.model_dump(), terraform=settings, moves=moves, **sections)


def _judge(spec: Spec, draft: Draft, verdict: _Verdict) -> bool:
    """Add what the rules say to the verdict; tell whether there was anything new."""
    by_key: dict[tuple[str, str], SpecEntry] = {(item.section, item.key): item for item in draft.items}
    is_new = False
    ignored_now: set[tuple[tuple[str, str], str]] = set()
    for rule, loc, message in errors(spec):
        where = (str(loc[0]), str(loc[1])) if len(loc) > 1 else ("", "")
        rules = verdict.ignored.setdefault(where, [])
        if (where, rule) in ignored_now:
            continue  # a second finding of the same kind, which the same 'ignore' is for
        if rule in TOLERATED_RULES and where[0] not in ("shares", "crl_buckets") and rule not in rules:
            rules.append(rule)
            ignored_now.add((where, rule))
            is_new = True
        elif where in by_key and by_key[where].resource.address not in verdict.refused:
            verdict.refused[by_key[where].resource.address] = message
            is_new = True
        elif not is_new and rule not in rules:
            raise Failure(f"what was found breaks a rule of specs, {'.'.join(map(str, loc))}: {message}")
    return is_new


def _unmoved(draft: Draft) -> Iterator[ImportNote]:
    for item in draft.items if draft.has_addresses else ():
        for address in item.unmoved:
            reason = (
                "Terraform moves nothing to another type: a plan makes its content as a policy of its own and removes "
                "this"
            )
            yield ImportNote("left out", address, reason)


def _valid(model: type[M], **values: Any) -> M:
    """Return a part of the spec; raises Failure where a value that was found or given does not fit in one."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Failure(reason_of(error)) from None
