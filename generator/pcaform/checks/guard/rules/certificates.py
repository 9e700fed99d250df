"""Rules about certificates of CAs and of ACM: a destroy revokes or deletes them, an installation may go back in time.

What the provider calls for each: https://github.com/hashicorp/terraform-provider-aws, internal/service/acmpca.
"""

from collections.abc import Iterator
from typing import Any

from pcaform.checks.guard.certificate import UnreadableError, certificate, describe, identity
from pcaform.checks.guard.change_types import ChangeType
from pcaform.checks.guard.context import CA_ARGUMENT, PlanContext
from pcaform.checks.guard.rule import FORGET, rule
from pcaform.checks.guard.verdict import Level, Outcome, note
from pcaform.terraform.plan_json import Change
from pcaform.terraform.resource_types import ACM_CERTIFICATE, CERTIFICATE, INSTALLATION

_NOTHING = "the provider makes no call to AWS"
_REPLACED = f"replaced to install a new certificate: {_NOTHING} for the destroy"
_REJECTED = "clients that check revocation reject it and everything that was issued below it"
_UNKNOWN_CA = (
    "it is unknown whether the CA already has a certificate: it is not in the state, and no data source reads it"
)


@rule("certificate-destroyed", Level.BREAKS_TRUST, types=[CERTIFICATE])
def certificate_destroyed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Destroys an `aws_acmpca_certificate`.

    Consequence: it is revoked; a self-signed one is not, but Terraform loses it
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_RevokeCertificate.html
    """
    if change.is_destroyed and not change.is_replaced:
        advice = f"keep it, or forget it without revoking it: {FORGET}, which is also how an old generation is retired"
        affected = context.affected_by_certificate(change.before.get("certificate"))
        yield certificate_destroyed.finding(change, _revocation(change), advice=advice, affected=affected)


@rule("certificate-replaced", Level.BREAKS_TRUST, types=[CERTIFICATE])
def certificate_replaced(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Replaces an `aws_acmpca_certificate`.

    Consequence: as for `certificate-destroyed`, and another one is issued
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_RevokeCertificate.html
    """
    if change.is_replaced:
        end = (
            _revocation(change) if change.is_destroyed else "the certificate is removed from the state and stays valid"
        )
        advice = "undo the change; to renew, add another generation, which leaves this certificate valid"
        affected = context.affected_by_certificate(change.before.get("certificate"))
        message = f"{end}; another one is issued in its place"
        yield certificate_replaced.finding(change, message, advice=advice, affected=affected)


@rule("certificate-rolled-back", Level.BREAKS_TRUST, types=[INSTALLATION, ChangeType.CA_CERTIFICATE])
def certificate_rolled_back(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Installs a certificate that is not newer than the CA's live one.

    Consequence: a CA that was renewed outside Terraform gets its old certificate back
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_ImportCertificateAuthorityCertificate.html
    """
    if change.type == ChangeType.CA_CERTIFICATE:
        yield from _generation_lowered(change)
    elif change.is_destroyed and not change.is_replaced:
        yield note(change.full_address, f"destroyed in Terraform only: {_NOTHING}, and the CA keeps its certificate")
    elif _is_installed_anew(change) and not change.unknown.get("certificate"):
        yield _compared(change)


@rule("certificate-reissued", Level.BREAKS_TRUST, types=[INSTALLATION])
def certificate_reissued(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Installs a new certificate over a live one that this stack neither issued nor installed.

    Consequence: the CA presents another certificate than clients know
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_ImportCertificateAuthorityCertificate.html
    """
    if _is_installed_anew(change):
        if change.unknown.get("certificate"):
            yield _issued_anew(change, context)
    elif "create" in change.actions:
        yield from _installed_over(change, context)


@rule("managed-certificate-destroyed", Level.NOTICE, types=[ACM_CERTIFICATE])
def managed_certificate_destroyed(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Destroys or replaces a private certificate of ACM.

    Consequence: the certificate and its key are deleted as soon as nothing uses them
    Source: https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html
    """
    if change.is_destroyed and change.before.get(CA_ARGUMENT):
        message = f"the private certificate for {change.before.get('domain_name')} is deleted"
        message += "; another one is created with another key and ARN" if change.is_replaced else ""
        advice = (
            "check that nothing outside this stack uses its ARN; AWS refuses while a load balancer, for example, does"
        )
        yield managed_certificate_destroyed.finding(change, message, advice=advice)


def _is_installed_anew(change: Change) -> bool:
    """Tell whether an installation is replaced in the same CA."""
    is_same_ca = not change.unknown.get(CA_ARGUMENT) and change.before.get(CA_ARGUMENT) == change.after.get(CA_ARGUMENT)
    return change.is_replaced and is_same_ca


def _generation_lowered(change: Change) -> Iterator[Outcome]:
    """Find a CA whose spec goes back to an earlier generation."""
    old, new = change.before["generation"], change.after["generation"]
    if new < old:
        message = f"generation {new} is installed over generation {old}, which is newer"
        advice = f"leave 'generation: {old}', or raise it to {old + 1}"
        yield certificate_rolled_back.finding(change, message, advice=advice, arguments=["generation"])


def _compared(change: Change) -> Outcome:
    try:
        live, planned = certificate(change.before.get("certificate")), certificate(change.after.get("certificate"))
    except UnreadableError:
        message = "the plan does not contain both the live certificate and the one to install"
        return certificate_rolled_back.undecided(change, message)
    old, new = describe(live), describe(planned)
    if live == planned or planned.not_valid_before_utc > live.not_valid_before_utc:
        return note(change.full_address, f"replaced to install {new} over {old}: {_NOTHING} for the destroy")
    message = (
        f"the CA has {old} installed and gets {new}, which is not newer: the CA was renewed outside Terraform, or "
        "its spec goes back to an earlier generation"
    )
    advice = (
        "keep the live certificate: 'activation: external' for a CA renewed elsewhere, otherwise another generation"
    )
    return certificate_rolled_back.finding(change, message, advice=advice)


def _issued_anew(change: Change, context: PlanContext) -> Outcome:
    """Find a live certificate from elsewhere; the next generation of one that the stack issued is only noted."""
    live = change.before.get("certificate")
    if not live:
        return certificate_reissued.undecided(change, "the plan does not contain the live certificate")
    if identity(live) not in context.issued:
        what = f"has a certificate that no 'aws_acmpca_certificate' in the state holds ({_describe(live)})"
        advice = (
            "keep a certificate that was signed elsewhere, with 'activation'; import one that is missing from the "
            "state; waive this if this stack is to issue from now on"
        )
        return _reissued(change, context, live, what, advice)
    if not context.issues:
        message = "which certificate is installed is known only after the apply"
        return certificate_reissued.undecided(change, message)
    return note(change.full_address, _REPLACED)


def _installed_over(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a live CA that gets a certificate from a stack that has not installed one there before."""
    arn = str(change.after.get(CA_ARGUMENT))
    live = context.installed.get(arn)
    if not (context.is_for_created_ca(change) if change.unknown.get(CA_ARGUMENT) else context.is_known(arn)):
        yield certificate_reissued.undecided(change, _UNKNOWN_CA)
    elif live is not None and identity(live) != identity(change.after.get("certificate")):
        advice = (
            "leave the live certificate: 'activation: external', or import the installation before anything is issued"
        )
        yield _reissued(change, context, live, f"has a certificate already ({_describe(live)})", advice)
    elif change.is_replaced:
        yield note(change.full_address, _REPLACED)


def _reissued(change: Change, context: PlanContext, live: Any, what: str, advice: str) -> Outcome:
    message = f"{context.name(str(change.after.get(CA_ARGUMENT)))} {what}, and another one is installed over it"
    return certificate_reissued.finding(change, message, advice=advice, affected=context.affected_by_certificate(live))


def _describe(pem: Any) -> str:
    try:
        return describe(certificate(pem))
    except UnreadableError:
        return "unreadable"


def _revocation(change: Change) -> str:
    """Return what becomes of a certificate at AWS; the provider ignores that AWS refuses to revoke a root."""
    try:
        old = certificate(change.before.get("certificate"))
    except UnreadableError:
        return f"AWS revokes the certificate: {_REJECTED}"
    if old.issuer == old.subject:
        lost = f"Terraform loses {describe(old)}, which the CA may have installed"
        return f"AWS does not revoke a self-signed certificate, but {lost}"
    return f"AWS revokes {describe(old)}: {_REJECTED}"
