"""Rules about IAM principals that may use CAs: who may assume a role, and users and roles that are destroyed."""

from collections.abc import Iterator

from pcaform.checks.guard.analysis.trust_steps import trust_step
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import is_destroyed, is_replaced
from pcaform.checks.guard.grantees import describe
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.terraform.resource_types import IAM_ROLE, IAM_USER

_GONE = "check that nothing issues as this principal any more; the certificates that it issued stay valid"


@rule(
    "role-trusts-anybody",
    Level.BREAKS_TRUST,
    types=[IAM_ROLE],
    change="lets anyone assume a role that may use CAs",
    consequence="any AWS account, or any user of an identity provider, gets the role's permissions",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html",
)
def role_trusts_anybody(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a role that may use CAs, or whose policies cannot be read, that anyone may assume."""
    if not context.holders.may_hold(change):
        return
    step, is_holder = trust_step(change, context), context.holders.is_holder(change) and bool(change.after)
    if step.is_unknown and is_holder:
        message = "which principals the role will trust is known only after the apply: pass the spec with '--spec SPEC'"
        yield role_trusts_anybody.undecided(change, message)
    elif step.error and is_holder:
        yield role_trusts_anybody.undecided(change, f"the trust policy cannot be checked: {step.error}")
    elif anyone := [each for each in step.added if each.is_anyone]:
        message = f"anyone may assume the role: {describe(anyone)}"
        advice = "name accounts or principals; for OIDC tokens name repositories or service accounts in ':sub'"
        yield role_trusts_anybody.finding(change, message, advice=advice)


@rule(
    "trust-extended",
    Level.WIDENS_ACCESS,
    types=[IAM_ROLE],
    change="lets more principals assume a role that may use CAs",
    consequence="they get its permissions",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html",
)
def trust_extended(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find an existing role that may use CAs and that more principals, but not anyone, may assume."""
    if not change.after or not context.holders.is_holder(change):
        return
    step = trust_step(change, context)
    if step.is_unknown or any(each.is_anyone for each in step.added):
        return
    if step.added and not step.is_new:
        message = f"more principals may assume the role: {describe(step.added, step.before)}"
        yield trust_extended.finding(change, message, advice="trust only principals that issue")
    elif step.is_denial_removed:
        message = "a Deny statement of the trust policy is removed, or denies less"
        yield trust_extended.finding(change, message, advice="keep the Deny statement")


@rule(
    "principal-destroyed",
    Level.NOTICE,
    types=[IAM_USER, IAM_ROLE],
    change="destroys or replaces a user or a role that may use CAs",
    consequence="whatever uses it can no longer issue",
    source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html",
)
def principal_destroyed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a user or role that may use CAs and is destroyed; a user's access keys are deleted with it."""
    if is_destroyed(change) and context.holders.is_holder(change):
        kind, is_role = change.type.removeprefix("aws_iam_"), change.type == IAM_ROLE
        if is_replaced(change):
            end = "another one takes its place" if is_role else "another one takes its place, without its access keys"
        else:
            end = "it can no longer be assumed" if is_role else "its access keys are deleted with it"
        message = f"{kind} {change.before.get('name')} is destroyed: {end}"
        yield principal_destroyed.finding(change, message, advice=_GONE)
