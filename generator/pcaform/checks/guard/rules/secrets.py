"""The rule about secrets in the state: keys and passwords in plain text.

Which arguments the provider keeps: https://registry.terraform.io/providers/hashicorp/aws/latest/docs, iam_access_key,
iam_user_login_profile and acm_certificate; hashicorp/tls, private_key. Write-only arguments (`…_wo`) enter no state.
"""

from collections.abc import Iterator

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.terraform.resource_types import ACM_CERTIFICATE

_ACCESS_KEY = "aws_iam_access_key"
_LOGIN_PROFILE = "aws_iam_user_login_profile"
_TLS_KEY = "tls_private_key"
_ADVICE = {
    _ACCESS_KEY: "create the key outside Terraform, or better give the issuer a role, whose sessions expire",
    _LOGIN_PROFILE: "let the user set the password, or set 'pgp_key', which encrypts it in the state",
    _TLS_KEY: "create the key where it is used, and bring only its request or its certificate",
    ACM_CERTIFICATE: "import certificate and key outside Terraform, or use 'private_key_wo' of later providers",
}


@rule(
    "secret-in-state",
    Level.WIDENS_ACCESS,
    types=list(_ADVICE),
    change="puts a secret into the state",
    consequence="whoever can read the state, or a backup of it, has the secret",
    source="https://developer.hashicorp.com/terraform/language/state/sensitive-data",
)
def secret_in_state(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a key or a password that the state holds in plain text."""
    del context
    if secret := _secret(change):
        message = f"{secret} is in the state in plain text, and in every copy and backup of it"
        yield secret_in_state.finding(change, message, advice=_ADVICE[change.type])


def _secret(change: Change) -> str:
    """Return the new secret in words, empty where there is none; with `pgp_key` the state holds nothing of use."""
    if change.type == ACM_CERTIFICATE:
        return "the private key of a certificate" if _is_key_imported(change) else ""
    if "create" not in change.actions:
        return ""
    if change.type == _TLS_KEY:
        return "a private key"
    if change.after.get("pgp_key") or change.unknown.get("pgp_key"):
        return ""
    what = "access key's secret" if change.type == _ACCESS_KEY else "password"
    return f"the {what} of {change.after.get('user') or 'a user'}"


def _is_key_imported(change: Change) -> bool:
    """Tell whether a certificate is brought to ACM with a new key."""
    is_new = change.after.get("private_key") not in (None, change.before.get("private_key"))
    return bool(is_new or (change.unknown.get("private_key") and not change.before.get("private_key")))
