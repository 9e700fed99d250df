"""A plan -> the judgement on it: each change seen by the function of its kind, and nothing unknown let through."""

from collections.abc import Iterable, Iterator

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import address_of
from pcaform.checks.guard.levels import rank
from pcaform.checks.guard.plan_json import Change, Plan
from pcaform.checks.guard.rules.registry import judge_of
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


def check_plan(plan: Plan) -> GuardResult:
    """Return all findings, notes and doubts about a plan; what a plan that broke off still says is judged as well."""
    context = PlanContext(plan)
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
    judge_it = judge_of(change.type)
    if judge_it is not None and change.actions != ("no-op",):
        yield from judge_it(change, context)


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
