"""Checks a plan: runs the rules on each change, reports what cannot be decided, and applies the waivers of a spec."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Change, ChangeType, Plan
from pcaform.checks.guard.rule import rules_for
from pcaform.checks.guard.verdict import (
    GuardFinding,
    GuardResult,
    Note,
    Outcome,
    Undecided,
    Waived,
    note,
    rank,
    undecided,
)
from pcaform.spec.sections import Waiver
from pcaform.terraform.plan_changes import is_marked
from pcaform.terraform.resource_types import ACMPCA_PREFIX

_KNOWN_ACTIONS = {
    frozenset(actions)
    for actions in (
        ["no-op"],
        ["create"],
        ["read"],
        ["open"],  # OpenTofu's action for an ephemeral resource
        ["update"],
        ["delete"],
        ["forget"],
        ["create", "delete"],
        ["create", "forget"],
    )
}
_CHANGING = {"create", "update", "delete"}
_TAGS = {"tags", "tags_all"}
_ERRORED = "Terraform stopped with an error: the plan is incomplete, and may contain more once the error is fixed"
_DEFERRED = "Terraform defers changes to a later plan, or invokes an action: what that does is not in this plan"
_PARTIAL = "the plan is partial ('-target', for example): what it leaves out is not checked"


def check_plan(plan: Plan, existing: Mapping[str, str] | None = None) -> GuardResult:
    """Return findings, notes and undecided changes of a plan; the changes of an errored plan are checked as well.

    `existing` maps addresses of CAs to the ARNs that the spec gives for them.
    """
    context = PlanContext(plan, existing or {})
    outcomes = [outcome for change in plan.changes for outcome in _outcomes(change, context)]
    if plan.is_errored:
        outcomes.append(undecided("", _ERRORED))
    if plan.is_deferred:
        outcomes.append(undecided("", _DEFERRED))
    elif plan.is_partial and not plan.is_errored:
        outcomes.append(note("", _PARTIAL))
    return collect_result(outcomes)


def collect_result(outcomes: Iterable[Outcome]) -> GuardResult:
    """Return outcomes sorted: findings by level, then by address."""
    unique = list(dict.fromkeys(outcomes))
    findings = [outcome for outcome in unique if isinstance(outcome, GuardFinding)]
    return GuardResult(
        findings=tuple(
            sorted(findings, key=lambda finding: (rank(finding.level), finding.address, finding.rule, finding))
        ),
        notes=tuple(sorted(outcome for outcome in unique if isinstance(outcome, Note))),
        doubts=tuple(sorted(outcome for outcome in unique if isinstance(outcome, Undecided))),
    )


def _outcomes(change: Change, context: PlanContext) -> Iterator[Outcome]:
    if frozenset(change.actions) not in _KNOWN_ACTIONS:
        words = ", ".join(change.actions) or "none"
        yield undecided(change.full_address, f"this release does not know the actions '{words}'")
        return
    yield from _notes(change)
    if change.actions != ("no-op",):
        yield from run_rules(change, context)
        yield from unknown_type(change)


def run_rules(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Yield what the rules for a change's type say about it."""
    for rule in rules_for(change.type):
        yield from rule.check(change, context)


def _notes(change: Change) -> Iterator[Note]:
    """Note what changes nothing at AWS although it may look so: a forget, an import, a move."""
    if "forget" in change.actions:
        yield note(change.full_address, "forgotten: it is removed from the state and stays at AWS as it is")
    if change.importing:
        after = "then changed" if change.actions != ("no-op",) else "nothing changes at AWS"
        yield note(change.full_address, f"imported: {change.importing} is added to the state, {after}")
    if change.moved_from:
        message = f"moved: it was {change.moved_from} in the state; a move changes nothing at AWS"
        yield note(change.full_address, message)


def unknown_type(change: Change) -> Iterator[Undecided]:
    """Yield that a change cannot be decided, if its type belongs to AWS Private CA and no rule looks at it.

    Such types are those of the awscc provider, and new ones of later releases.
    """
    is_of_private_ca = change.type.startswith((ACMPCA_PREFIX, "awscc_acmpca_"))
    if is_of_private_ca and not rules_for(change.type) and _CHANGING & set(change.actions) and not _is_of_tags(change):
        message = f"what this does to a CA is unknown: no rule of the guard looks at '{change.type}'"
        yield undecided(change.full_address, message)


def _is_of_tags(change: Change) -> bool:
    unknown = is_marked(_untagged(change.unknown))
    return change.actions == ("update",) and not unknown and _untagged(change.before) == _untagged(change.after)


def _untagged(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in _TAGS}


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
    change = Change(waiver.address or "", ChangeType.WAIVER, (), {}, values, {}, "", (), "")
    return run_rules(change, PlanContext(Plan((), is_errored=False)))
