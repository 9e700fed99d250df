"""Applies the waivers of a spec: accepted findings are listed, unused waivers noted, expired ones are findings."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pcaform.checks.guard.check import collect_result, run_rules
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Change, Plan
from pcaform.checks.guard.spec_diff import change_types
from pcaform.checks.guard.verdict import GuardFinding, GuardResult, Note, Outcome, Waived, note
from pcaform.spec.sections import Waiver


def apply_waivers(result: GuardResult, waivers: Sequence[Waiver], *, today: date) -> GuardResult:
    """Return a result without the findings that waivers accept; a waiver that expired before `today` accepts none."""
    valid = [waiver for waiver in waivers if not _is_expired(waiver, today)]
    accepted = {finding: _find_waiver(finding, valid) for finding in result.findings}
    used = {id(waiver) for waiver in accepted.values() if waiver is not None}
    unused = tuple(_unused_note(waiver) for waiver in valid if id(waiver) not in used)
    expired = collect_result(
        outcome for waiver in waivers if _is_expired(waiver, today) for outcome in _check_expired(waiver)
    )
    return GuardResult(
        findings=(*(finding for finding, waiver in accepted.items() if waiver is None), *expired.findings),
        notes=(*result.notes, *unused),
        doubts=result.doubts,
        waived=tuple(Waived(finding, waiver.why, waiver.until) for finding, waiver in accepted.items() if waiver),
    )


def _find_waiver(finding: GuardFinding, waivers: Iterable[Waiver]) -> Waiver | None:
    return next(
        (waiver for waiver in waivers if waiver.what == finding.rule and _is_about(waiver, finding.address)), None
    )


def _is_about(waiver: Waiver, address: str) -> bool:
    """Tell whether a waiver names a resource, or a module that contains it; one without an address is about all."""
    return waiver.address is None or address == waiver.address or address.startswith((f"{waiver.address}.",))


def _is_expired(waiver: Waiver, today: date) -> bool:
    return date.fromisoformat(waiver.until) < today


def _unused_note(waiver: Waiver) -> Note:
    return note(waiver.address or "", f"the waiver of '{waiver.what}' until {waiver.until} accepts nothing here")


def _check_expired(waiver: Waiver) -> Iterator[Outcome]:
    values = {"what": waiver.what, "until": waiver.until, "why": waiver.why}
    change = Change(waiver.address or "", change_types.WAIVER, (), {}, values, {}, "", (), "")
    return run_rules(change, PlanContext(Plan((), is_errored=False)))
