"""Checks a plan: runs the rules on each change, and reports what cannot be decided."""

from collections.abc import Iterable, Iterator, Mapping

from pcaform.checks.guard.analysis.serving import TYPES as SERVING
from pcaform.checks.guard.arguments import JUDGED, SECRETS, find_misshapen, unjudged_arguments
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.policy_holders import attachments
from pcaform.checks.guard.rule import rules_for
from pcaform.checks.guard.scope import Scope
from pcaform.checks.guard.verdict import (
    GuardFinding,
    GuardResult,
    Level,
    Note,
    Outcome,
    Undecided,
    note,
    rank,
    undecided,
)
from pcaform.sources.policy_documents import fill_policy_documents
from pcaform.terraform.plan_json import Change, Invocation, Plan
from pcaform.terraform.resource_types import IAM_GROUP, IAM_ROLE, IAM_USER

_KNOWN_ACTIONS = {
    frozenset(actions.split())
    for actions in ("no-op", "create", "read", "open", "update", "delete", "forget", "create delete", "create forget")
}
"""With `open`, which is OpenTofu's action for an ephemeral resource."""
_CHANGING = {"create", "update", "delete"}
_RUNNING = ("external", "http", "aws_lambda_invocation")
"""Data sources that do something when they are read."""
_ERRORED = "Terraform stopped with an error: the plan is incomplete, and may contain more once the error is fixed"
_DEFERRED = "Terraform defers this change to a later plan: what it does is not in this one"
_INVOKED = "Terraform invokes this action{}: what it does at AWS is not in the plan{}"
_TAINTED = ", and if it fails after a create, the next plan replaces what was created"
PART = "plan."
"""How the addresses of parts of a plan start that are in doubt: each is accepted by its own address only."""
_NOVEL = "no release that was read has this part of a plan, and what it says was not looked at"


def check_plan(
    plan: Plan, existing: Mapping[str, str] | None = None, successors: Mapping[str, str] | None = None
) -> GuardResult:
    """Return findings, notes and undecided changes of a plan; the changes of an errored plan are checked as well.

    `existing` maps addresses of CAs to the ARNs that the spec gives for them, `successors` keys of CAs to those of
    the CAs that take over from them.
    """
    plan = fill_policy_documents(plan)
    context = PlanContext(plan, existing or {}, successors or {})
    scope = Scope(context)
    outcomes = [outcome for change in plan.changes for outcome in _outcomes(change, context, scope)]
    if plan.is_errored:
        outcomes.append(undecided("", _ERRORED))
    outcomes += [undecided(each.full_address, _DEFERRED) for each in plan.deferred if _matters(each, context, scope)]
    outcomes += [undecided(each.address, _invoked(each)) for each in plan.actions]
    outcomes += [undecided(f"{PART}{name}", _NOVEL) for name in plan.novelties]
    if plan.is_partial and not plan.is_errored and not plan.deferred:
        outcomes.append(note("", "the plan is partial ('-target', for example): what it leaves out is not checked"))
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


def _outcomes(change: Change, context: PlanContext, scope: Scope) -> Iterator[Outcome]:
    if frozenset(change.actions) not in _KNOWN_ACTIONS:
        words = ", ".join(change.actions) or "none"
        yield undecided(change.full_address, f"this release does not know the actions '{words}'")
        return
    yield from _notes(change)
    if change.actions == ("no-op",):
        return
    try:
        misshapen = find_misshapen(change)
        outcomes = [undecided(change.full_address, misshapen)] if misshapen else list(_judge(change, context, scope))
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # what rules read has another form
        message = f"values do not have the form that the provider gives them ({error})"
        outcomes = [undecided(change.full_address, message)] if _CHANGING & set(change.actions) else []
    yield from outcomes


def _judge(change: Change, context: PlanContext, scope: Scope) -> Iterator[Outcome]:
    """Yield what the rules say, and what is in doubt where they say nothing."""
    judged = list(run_rules(change, context))
    yield from judged
    is_acting = _CHANGING & set(change.actions) or (change.type in _RUNNING and "read" in change.actions)
    if is_acting and all(isinstance(each, Note) for each in judged):
        yield from _unjudged(change, scope)


def _invoked(action: Invocation) -> str:
    asked = f" ({action.event} of {action.resource})" if action.resource else ""
    return _INVOKED.format(asked, _TAINTED if action.is_tainting else "")


def run_rules(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Yield what the rules for a change's type say about it."""
    for rule in rules_for(change.type) if change.actions != ("forget",) else ():
        yield from rule.check(change, context)


def _matters(deferred: Change, context: PlanContext, scope: Scope) -> bool:
    """Tell whether a deferred change is in scope, is of an unknown principal, or a rule has something to say of it."""
    is_of_anybody = deferred.type in (IAM_USER, IAM_ROLE, IAM_GROUP) and deferred.unknown.get("name") and scope.names
    return bool(is_of_anybody or scope.reason(deferred)) or any(
        not isinstance(each, Note) for each in _outcomes(deferred, context, scope)
    )


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


def _unjudged(change: Change, scope: Scope) -> Iterator[Undecided]:
    """Yield that a change in scope cannot be decided where no rule judges its kind, or an argument that changes."""
    if change.type in JUDGED and (tag := scope.condition_tag(change)):
        yield undecided(change.full_address, f"a policy on CAs has a condition on the tag '{tag}', which changes")
    elif change.type.endswith("_exclusive") and (why := scope.reason(change)):
        kept = scope.context.holders.kept(change)
        if change.after and not (kept and kept <= attachments(change.after, change.unknown)):
            yield undecided(change.full_address, f"{why}, and all other policies are detached from it")
    elif change.type in SECRETS and change.is_destroyed and (why := scope.reason(change)):
        message = f"{why}, and whoever uses what is destroyed can no longer issue"
        yield undecided(change.full_address, message, Level.NOTICE)
    elif change.type in JUDGED:
        names = unjudged_arguments(change)
        if names and scope.reason(change):
            listed = ", ".join(f"'{name}'" for name in names)
            yield undecided(change.full_address, f"no rule of the guard knows what a change of {listed} does")
    elif change.type not in SERVING and (why := scope.reason(change)):
        yield undecided(change.full_address, f"{why}, and no rule knows what this change of '{change.type}' does")


def check_changes(changes: Iterable[Change]) -> GuardResult:
    """Check changes that are in no plan: those that only specs or waivers show."""
    context = PlanContext(Plan((), is_errored=False))
    return collect_result(outcome for change in changes for outcome in run_rules(change, context))
