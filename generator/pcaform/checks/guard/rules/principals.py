"""What happens to the principals: who may take a role, and users and roles that go."""

from collections.abc import Iterator

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import finding, is_destroyed, is_replaced, undecided
from pcaform.checks.guard.grantees import added_grantees, denied_principals, describe, grantees
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.rules.attachments import boundary, managed_policies
from pcaform.checks.guard.rules.policies import policy
from pcaform.checks.guard.verdict import Finding, Outcome
from pcaform.iam.evaluator.documents import PolicyError

_TRUST = "assume_role_policy"
_GONE = "see that nothing issues as this principal any more; what it issued stays valid"


def user(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge a user: one that goes takes its access keys along."""
    yield from boundary(change, context)
    if is_destroyed(change) and context.holders.is_holder(change):
        done = "another one takes its place, without its access keys" if is_replaced(change) else "its keys go with it"
        message = f"user {change.before.get('name')} is destroyed: {done}"
        yield finding(change, "principal-destroyed", message, advice=_GONE)


def role(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge a role: its trust, the policies inside it, and that it is there."""
    yield from policy(change, context)
    yield from managed_policies(change, context)
    yield from boundary(change, context)
    if not context.holders.is_holder(change):
        opened = _trusted(change) if context.holders.may_hold(change) else ()
        yield from (each for each in opened if isinstance(each, Finding) and each.rule == "role-trusts-anybody")
        return
    if is_destroyed(change):
        done = "another one takes its place" if is_replaced(change) else "nobody can take it any more"
        message = f"role {change.before.get('name')} is destroyed: {done}"
        yield finding(change, "principal-destroyed", message, advice=_GONE)
    if not change.after:
        return
    if change.unknown.get(_TRUST):
        message = "whom the role will trust is known only after the apply: give the guard the spec with '--spec SPEC'"
        yield undecided(change, "role-trusts-anybody", message)
    else:
        yield from _trusted(change)


def _trusted(change: Change) -> Iterator[Outcome]:
    before, after = change.before.get(_TRUST) or "", change.after.get(_TRUST) or ""
    try:
        old = grantees(before, "trust policy of before") if before else ()
        new = added_grantees(old, grantees(after, "trust policy") if after else ())
        was_denied = denied_principals(before) - denied_principals(after) if before and after else frozenset()
    except PolicyError as error:
        yield undecided(change, "role-trusts-anybody", f"the trust policy cannot be judged: {error}")
        return
    if any(each.is_anybody for each in new):
        message = f"anybody may take the role: {describe([each for each in new if each.is_anybody])}"
        advice = "name accounts or principals, or for tokens the repositories or service accounts in ':sub'"
        yield finding(change, "role-trusts-anybody", message, advice=advice)
    elif new and before:
        message = f"more may take the role: {describe(new, old)}"
        advice = "trust only who issues"
        yield finding(change, "trust-extended", message, advice=advice)
    elif was_denied:
        message = "a statement that kept principals out of the role is gone"
        yield finding(change, "trust-extended", message, advice="keep the denial")
