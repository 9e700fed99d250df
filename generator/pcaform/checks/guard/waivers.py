"""Findings that a spec accepts, for a reason and until a day: used ones are told, late and idle ones as well."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pcaform.checks.guard.check import collect_result, run_rules
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Change, Plan
from pcaform.checks.guard.spec_diff import change_types
from pcaform.checks.guard.verdict import Finding, GuardResult, Note, Outcome, Waived
from pcaform.spec.sections import Waiver


def apply_waivers(result: GuardResult, waivers: Sequence[Waiver], *, today: date) -> GuardResult:
    """Return a judgement without the findings that waivers accept; what is over by `today` accepts nothing."""
    valid = [waiver for waiver in waivers if not _is_over(waiver, today)]
    accepted = {found: _accepting(found, valid) for found in result.findings}
    used = {id(waiver) for waiver in accepted.values() if waiver is not None}
    idle = tuple(_idle(waiver) for waiver in valid if id(waiver) not in used)
    late = collect_result(outcome for waiver in waivers if _is_over(waiver, today) for outcome in _late(waiver))
    return GuardResult(
        findings=(*(found for found, waiver in accepted.items() if waiver is None), *late.findings),
        notes=(*result.notes, *idle),
        doubts=result.doubts,
        waived=tuple(Waived(found, waiver.why, waiver.until) for found, waiver in accepted.items() if waiver),
    )


def _accepting(found: Finding, waivers: Iterable[Waiver]) -> Waiver | None:
    return next((waiver for waiver in waivers if waiver.what == found.rule and _is_about(waiver, found.address)), None)


def _is_about(waiver: Waiver, address: str) -> bool:
    """Tell whether a waiver names a resource, or a module that it lies in; one without an address is about all."""
    return waiver.address is None or address == waiver.address or address.startswith((f"{waiver.address}.",))


def _is_over(waiver: Waiver, today: date) -> bool:
    return date.fromisoformat(waiver.until) < today


def _idle(waiver: Waiver) -> Note:
    return Note(waiver.address or "", f"the waiver of '{waiver.what}' until {waiver.until} accepts nothing here")


def _late(waiver: Waiver) -> Iterator[Outcome]:
    values = {"what": waiver.what, "until": waiver.until, "why": waiver.why}
    change = Change(waiver.address or "", change_types.WAIVER, (), {}, values, {}, "", (), "")
    return run_rules(change, PlanContext(Plan((), is_errored=False)))
