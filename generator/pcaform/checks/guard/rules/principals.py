"""Rules about IAM principals that may use CAs, and about secrets, keys and passwords, that the state has in plain text.

Which arguments the provider keeps: https://registry.terraform.io/providers/hashicorp/aws/latest/docs, iam_access_key,
iam_user_login_profile and acm_certificate; hashicorp/tls, private_key. Write-only arguments (`…_wo`) enter no state.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from pcaform.checks.guard.analysis import role_users
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.grantees import AccessChange, compare_access, describe
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.terraform.plan_json import Change
from pcaform.terraform.resource_types import ACM_CERTIFICATE, IAM_ROLE, IAM_USER

_GONE = "check that nothing issues as this principal any more; the certificates that it issued stay valid"
_ACCESS_KEY = "aws_iam_access_key"
_TLS_KEY = "tls_private_key"
_ADVICE = {
    _ACCESS_KEY: "create the key outside Terraform, or better give the issuer a role, whose sessions expire",
    "aws_iam_user_login_profile": "let the user set the password, or set 'pgp_key', which encrypts it in the state",
    _TLS_KEY: "create the key where it is used, and bring only its request or its certificate",
    ACM_CERTIFICATE: "import certificate and key outside Terraform, or use 'private_key_wo' of later providers",
}


@rule("role-trusts-anybody", Level.BREAKS_TRUST, types=[IAM_ROLE])
def role_trusts_anybody(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Lets anyone assume a role that may use CAs.

    Consequence: any AWS account, or any user of an identity provider, gets the role's permissions
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
    """
    if not context.holders.may_hold(change):
        return
    step, is_holder = _trust_step(change), context.holders.is_holder(change) and bool(change.after)
    if step.is_unknown and is_holder:
        message = "which principals the role will trust is known only after the apply: pass the spec with '--spec SPEC'"
        yield role_trusts_anybody.undecided(change, message)
    elif step.error and is_holder:
        yield role_trusts_anybody.undecided(change, f"the trust policy cannot be checked: {step.error}")
    elif step.anyone:
        message = f"anyone may assume the role: {describe(step.anyone)}"
        advice = "name accounts or principals; for OIDC tokens name repositories or service accounts in ':sub'"
        yield role_trusts_anybody.finding(change, message, advice=advice)


@rule(
    "trust-extended",
    Level.WIDENS_ACCESS,
    types=[IAM_ROLE, *role_users.CARRIERS, *role_users.PROVIDERS, *role_users.CREDENTIALS],
)
def trust_extended(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Lets more principals assume a role that may use CAs, or act as such a user.

    Consequence: they get its permissions
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html
    """
    if change.type != IAM_ROLE:
        yield from _used_by_others(change, context)
        return
    if not change.after or not context.holders.is_holder(change):
        return
    step = _trust_step(change)
    if step.is_unknown or step.anyone:
        return
    if step.added and not step.is_new:
        message = f"more principals may assume the role: {describe(step.added, step.before)}"
        yield trust_extended.finding(change, message, advice="trust only principals that issue")
    elif step.is_denial_removed:
        message = "a Deny statement of the trust policy is removed, or denies less"
        yield trust_extended.finding(change, message, advice="keep the Deny statement")


@rule("principal-destroyed", Level.NOTICE, types=[IAM_USER, IAM_ROLE, *role_users.PROVIDERS])
def principal_destroyed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Destroys or replaces a user or a role that may use CAs, or lets those no longer assume it who could.

    Consequence: whatever uses it can no longer issue
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
    """
    if change.type in role_users.PROVIDERS:
        if role_users.is_provider_destroyed(change, context):
            message = "roles that may use CAs trust it, and nobody can sign in by it any more"
            yield principal_destroyed.finding(change, message, advice=_GONE)
    elif change.is_destroyed and context.holders.is_holder(change):
        kind, is_role = change.type.removeprefix("aws_iam_"), change.type == IAM_ROLE
        if change.is_replaced:
            end = "another one takes its place" if is_role else "another one takes its place, without its access keys"
        else:
            end = "it can no longer be assumed" if is_role else "its access keys are deleted with it"
        message = f"{kind} {change.before.get('name')} is destroyed: {end}"
        yield principal_destroyed.finding(change, message, advice=_GONE)
    elif change.type == IAM_ROLE and change.before and context.holders.is_holder(change):
        step = _trust_step(change)
        if step.excluded or step.is_denial_added:
            who = f": {describe(step.excluded, step.after)}" if step.excluded else ": a Deny statement names them"
            message = f"these can no longer assume the role, and no longer issue or renew with it{who}"
            yield principal_destroyed.finding(change, message, advice=_GONE, level=Level.BREAKS_TRUST)


@rule("secret-in-state", Level.WIDENS_ACCESS, types=list(_ADVICE))
def secret_in_state(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Puts a secret into the state.

    Consequence: whoever can read the state, or a backup of it, has the secret
    Source: https://developer.hashicorp.com/terraform/language/state/sensitive-data
    """
    if secret := _secret(change):
        message = f"{secret} is in the state in plain text, and in every copy and backup of it"
        yield secret_in_state.finding(change, message, advice=_ADVICE[change.type])


def _used_by_others(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find what runs with a role, lets others sign in to it, or is a credential of a user."""
    if change.type in role_users.CARRIERS and (roles := role_users.roles_gained(change, context)):
        message = f"whoever uses it newly acts as {', '.join(roles)}, which may use CAs"
        yield trust_extended.finding(change, message, advice="give it a role of its own")
    elif change.type in role_users.PROVIDERS and role_users.is_let_in_anew(change, context):
        message = "who can sign in by it changes, and roles that may use CAs trust it"
        advice = "check who can newly sign in by it"
        yield trust_extended.finding(change, message, advice=advice, arguments=role_users.PROVIDERS[change.type])
    elif change.type in role_users.CREDENTIALS and (user := role_users.credential_owner(change, context)):
        message = f"{user}, which may use CAs, gets another {role_users.CREDENTIALS[change.type]}"
        yield trust_extended.finding(change, message, advice="check who will have it, and delete the old one")


@lru_cache(maxsize=1)
def _trust_step(change: Change) -> AccessChange:
    before, after = (each.get("assume_role_policy") or "" for each in (change.before, change.after))
    names = ("earlier trust policy", "trust policy")
    step = compare_access(before, after, names=names, is_new=not before)
    return replace(step, is_unknown=bool(change.unknown.get("assume_role_policy")))


def _secret(change: Change) -> str:
    """Return the new secret in words, empty where there is none; with `pgp_key` the state holds nothing of use."""
    if change.type == ACM_CERTIFICATE:
        old, new = change.before.get("private_key"), change.after.get("private_key")
        is_new = new not in (None, old) or (change.unknown.get("private_key") and not old)
        return "the private key of a certificate" if is_new else ""
    if "create" not in change.actions:
        return ""
    if change.type == _TLS_KEY:
        return "a private key"
    if change.after.get("pgp_key") or change.unknown.get("pgp_key"):
        return ""
    what = "access key's secret" if change.type == _ACCESS_KEY else "password"
    return f"the {what} of {change.after.get('user') or 'a user'}"
