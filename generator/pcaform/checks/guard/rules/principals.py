"""Rules about IAM principals that may use CAs: who may assume a role, and users and roles that are destroyed."""

from collections.abc import Iterator

from pcaform.checks.guard.analysis.trust_steps import trust_step
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import is_destroyed, is_replaced
from pcaform.checks.guard.grantees import describe
from pcaform.checks.guard.levels import Level
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.verdict import Outcome

_ROLE, _USER = "aws_iam_role", "aws_iam_user"
_GONE = "see that nothing issues as this principal any more; what it issued stays valid"


@rule(
    "role-trusts-anybody",
    Level.BREAKS_TRUST,
    types=[_ROLE],
    change="lets everybody take a role that may use CAs",
    consequence="whoever has an AWS account has the role's rights",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html",
)
def role_trusts_anybody(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a role that may use CAs, or whose policies cannot be read, that anybody may assume."""
    if not context.holders.may_hold(change):
        return
    step, is_holder = trust_step(change, context), context.holders.is_holder(change) and bool(change.after)
    if step.is_unknown and is_holder:
        message = "whom the role will trust is known only after the apply: give the guard the spec with '--spec SPEC'"
        yield role_trusts_anybody.undecided(change, message)
    elif step.error and is_holder:
        yield role_trusts_anybody.undecided(change, f"the trust policy cannot be judged: {step.error}")
    elif anybody := [each for each in step.added if each.is_anybody]:
        message = f"anybody may take the role: {describe(anybody)}"
        advice = "name accounts or principals, or for tokens the repositories or service accounts in ':sub'"
        yield role_trusts_anybody.finding(change, message, advice=advice)


@rule(
    "trust-extended",
    Level.WIDENS_ACCESS,
    types=[_ROLE],
    change="lets more principals take a role that may use CAs",
    consequence="they have its rights",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html",
)
def trust_extended(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find an existing role that may use CAs and that more principals, but not anybody, may assume."""
    if not change.after or not context.holders.is_holder(change):
        return
    step = trust_step(change, context)
    if any(each.is_anybody for each in step.added):
        return
    if step.added and not step.is_new:
        message = f"more may take the role: {describe(step.added, step.before)}"
        yield trust_extended.finding(change, message, advice="trust only who issues")
    elif step.is_denial_removed:
        message = "a statement that kept principals out of the role is gone"
        yield trust_extended.finding(change, message, advice="keep the denial")


@rule(
    "principal-destroyed",
    Level.NOTICE,
    types=[_USER, _ROLE],
    change="destroys or replaces a user or a role that may use CAs",
    consequence="whoever uses it issues nothing any more",
    source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html",
)
def principal_destroyed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a user or role that may use CAs and is destroyed; a user's access keys go with it."""
    if is_destroyed(change) and context.holders.is_holder(change):
        kind, is_role = change.type.removeprefix("aws_iam_"), change.type == _ROLE
        if is_replaced(change):
            end = "another one takes its place" if is_role else "another one takes its place, without its access keys"
        else:
            end = "nobody can take it any more" if is_role else "its keys go with it"
        message = f"{kind} {change.before.get('name')} is destroyed: {end}"
        yield principal_destroyed.finding(change, message, advice=_GONE)
