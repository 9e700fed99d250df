"""Checks a plan: runs the rules on each change, and reports what cannot be decided."""

from collections.abc import Iterable, Iterator, Mapping

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Change, Plan
from pcaform.checks.guard.rule import rules_for
from pcaform.checks.guard.verdict import (
    GuardFinding,
    GuardResult,
    Note,
    Outcome,
    Undecided,
    note,
    rank,
    undecided,
)
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
        yield from _unknown_type(change)


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


def _unknown_type(change: Change) -> Iterator[Undecided]:
    """Yield that a change cannot be decided, if its type belongs to AWS Private CA and no rule looks at it.

    Such types are those of the awscc provider, and new ones of later releases. A change of tags harms nothing.
    """
    is_of_private_ca = change.type.startswith((ACMPCA_PREFIX, "awscc_acmpca_"))
    if not is_of_private_ca or rules_for(change.type) or not _CHANGING & set(change.actions):
        return
    before, after, unknown = (
        {name: value for name, value in values.items() if name not in _TAGS}
        for values in (change.before, change.after, change.unknown)
    )
    if change.actions != ("update",) or is_marked(unknown) or before != after:
        message = f"what this does to a CA is unknown: no rule of the guard looks at '{change.type}'"
        yield undecided(change.full_address, message)


def check_changes(changes: Iterable[Change]) -> GuardResult:
    """Check changes that are in no plan: those that only specs or waivers show."""
    context = PlanContext(Plan((), is_errored=False))
    return collect_result(outcome for change in changes for outcome in run_rules(change, context))
