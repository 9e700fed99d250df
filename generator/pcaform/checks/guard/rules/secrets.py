"""What enters the state that should not be there: keys and passwords in plain text.

Which arguments the provider keeps: https://registry.terraform.io/providers/hashicorp/aws/latest/docs, iam_access_key,
iam_user_login_profile and acm_certificate; hashicorp/tls, private_key. Write-only arguments (`…_wo`) enter no state.
"""

from collections.abc import Iterator

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import finding
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.verdict import Outcome

_ADVICE = {
    "aws_iam_access_key": "make the key outside Terraform, or better give the issuer a role, whose sessions end",
    "aws_iam_user_login_profile": "let the person set the password, or give 'pgp_key', which encrypts it in the state",
    "tls_private_key": "make the key where it is used, and bring only its request or its certificate",
    "aws_acm_certificate": "import certificate and key outside Terraform, or take 'private_key_wo' of later providers",
}


def encrypted(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge an access key or a password: only with `pgp_key` the state holds nothing that is of use."""
    del context
    is_kept = change.after.get("pgp_key") or change.unknown.get("pgp_key")
    if "create" in change.actions and not is_kept:
        what = "access key's secret" if change.type == "aws_iam_access_key" else "password"
        yield _secret(change, f"the {what} of {change.after.get('user') or 'a user'}")


def private_key(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge a key of the tls provider: the state holds it in plain text."""
    del context
    if "create" in change.actions:
        yield _secret(change, "a private key")


def imported_key(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge a certificate that is brought to ACM with its key."""
    del context
    is_new = change.after.get("private_key") not in (None, change.before.get("private_key"))
    if is_new or (change.unknown.get("private_key") and not change.before.get("private_key")):
        yield _secret(change, "the private key of a certificate")


def _secret(change: Change, what: str) -> Outcome:
    message = f"{what} lies in the state in plain text, and in every copy and backup of it"
    return finding(change, "secret-in-state", message, advice=_ADVICE[change.type])
