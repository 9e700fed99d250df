"""Applies waivers: findings and doubts that are accepted, with a reason and an end.

A doubt is accepted at an address or of a type only, so that nothing is accepted that nobody has seen; what is said of
a plan as a whole, such as that it is not complete, has neither and always counts.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from pcaform.checks.guard.change_types import ChangeType
from pcaform.checks.guard.check import PART, check_changes
from pcaform.checks.guard.verdict import GuardFinding, GuardResult, Undecided, Waived, note
from pcaform.spec.sections import Waiver
from pcaform.terraform import addresses
from pcaform.terraform.plan_json import Change


def apply_waivers(result: GuardResult, waivers: Sequence[Waiver], *, today: date) -> GuardResult:
    """Return a result without what waivers accept; a waiver that expired before `today` accepts nothing."""
    valid = [waiver for waiver in waivers if date.fromisoformat(waiver.until) >= today]
    outcomes: tuple[GuardFinding | Undecided, ...] = (*result.findings, *result.doubts)
    accepted = {outcome: _find_waiver(outcome, valid) for outcome in outcomes}
    used = {id(waiver) for waiver in accepted.values()}
    unused = (
        note(waiver.address or "", f"the waiver of '{waiver.what}' until {waiver.until} accepts nothing here")
        for waiver in valid
        if id(waiver) not in used
    )
    expired = check_changes(
        Change(waiver.address or "", ChangeType.WAIVER, (), {}, waiver.model_dump(include={"what", "until", "why"}))
        for waiver in waivers
        if date.fromisoformat(waiver.until) < today
    )
    return GuardResult(
        findings=(*(finding for finding in result.findings if accepted[finding] is None), *expired.findings),
        notes=(*result.notes, *unused),
        doubts=tuple(doubt for doubt in result.doubts if accepted[doubt] is None),
        waived=tuple(Waived(outcome, waiver.why, waiver.until) for outcome, waiver in accepted.items() if waiver),
    )


def _find_waiver(outcome: GuardFinding | Undecided, waivers: Iterable[Waiver]) -> Waiver | None:
    """Return the waiver of a finding's rule, or of a doubt, at its resource, at a module around it, or of its type."""
    at, kind = f"{outcome.address}.", _type(outcome.address)
    accepting = (
        waiver
        for waiver in waivers
        if waiver.what == outcome.rule
        and (waiver.address is None or at.startswith((f"{waiver.address}.", f"{waiver.address}[")))
        and (waiver.type is None or waiver.type == kind)
    )
    return next(accepting, None)


def _type(address: str) -> str | None:
    """Return the type of the resource or the action at an address; None where it is not one."""
    if address.startswith(PART):
        return None
    try:
        return addresses.resource_type(addresses.parse(addresses.strip_mode(address.partition(" (deposed ")[0])))
    except ValueError:
        return None
