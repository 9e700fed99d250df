"""A plan -> the judgement on it: each change seen by the function of its kind, and nothing unknown let through."""

from collections.abc import Iterable, Iterator, Mapping

from pcaform.checks.guard.analysis.unknown_types import unknown_type
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import address_of
from pcaform.checks.guard.levels import rank
from pcaform.checks.guard.plan_json import Change, Plan
from pcaform.checks.guard.registry import rules_for
from pcaform.checks.guard.verdict import Finding, GuardResult, Note, Outcome, Undecided

_KNOWN = {
    frozenset(actions)
    for actions in (
        ["no-op"],
        ["create"],
        ["read"],
        ["open"],  # OpenTofu's word for an ephemeral resource
        ["update"],
        ["delete"],
        ["forget"],
        ["create", "delete"],
        ["create", "forget"],
    )
}
_ERRORED = "Terraform stopped with an error: the plan is not whole, and more may follow once the error is gone"
_DEFERRED = "Terraform puts something off to a later plan, or calls an action: what that does is not in this plan"
_PARTIAL = "the plan leaves something out ('-target' or the like): that is not judged"


def check_plan(plan: Plan, existing: Mapping[str, str] | None = None) -> GuardResult:
    """Return all findings, notes and doubts about a plan; what a plan that broke off still says is judged as well.

    `existing` are the ARNs of CAs that exist, by the addresses that the spec gives them.
    """
    context = PlanContext(plan, existing or {})
    remarks = [remark for change in plan.changes for remark in _remarks(change, context)]
    if plan.is_errored:
        remarks.append(Undecided("", _ERRORED))
    if plan.is_deferred:
        remarks.append(Undecided("", _DEFERRED))
    elif plan.is_partial and not plan.is_errored:
        remarks.append(Note("", _PARTIAL))
    return collect_result(remarks)


def collect_result(remarks: Iterable[Outcome]) -> GuardResult:
    """Return remarks in their order: findings by weight, then by address."""
    every = list(dict.fromkeys(remarks))
    found = [remark for remark in every if isinstance(remark, Finding)]
    return GuardResult(
        findings=tuple(sorted(found, key=lambda each: (rank(each.level), each))),
        notes=tuple(sorted(remark for remark in every if isinstance(remark, Note))),
        doubts=tuple(sorted(remark for remark in every if isinstance(remark, Undecided))),
    )


def _remarks(change: Change, context: PlanContext) -> Iterator[Outcome]:
    if frozenset(change.actions) not in _KNOWN:
        words = ", ".join(change.actions) or "none"
        yield Undecided(address_of(change), f"the actions '{words}' are not known to this release")
        return
    yield from _told(change)
    if change.actions != ("no-op",):
        yield from run_rules(change, context)
        yield from unknown_type(change)


def run_rules(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Yield what the rules for a change's type say about it."""
    for rule in rules_for(change.type):
        yield from rule.check(change, context)


def _told(change: Change) -> Iterator[Note]:
    """Say what looks like more than it is: what is forgotten, imported or moved."""
    if "forget" in change.actions:
        yield Note(address_of(change), "forgotten: it leaves the state and stays at AWS as it is")
    if change.importing:
        after = "changed after that" if change.actions != ("no-op",) else "nothing changes at AWS"
        yield Note(address_of(change), f"imported: {change.importing} comes into the state, {after}")
    if change.moved_from:
        yield Note(
            address_of(change), f"moved: it was {change.moved_from} in the state, and moving changes nothing at AWS"
        )
