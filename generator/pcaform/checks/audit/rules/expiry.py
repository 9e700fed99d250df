"""Rules about CAs that are expired, near their end, or deleted, and about certificates that ACM will not renew."""

from collections.abc import Iterator

from pcaform.checks.audit.renewal_blockers import renewal_blockers, unrenewable
from pcaform.checks.audit.rule import AuditContext, AuditFinding, rule
from pcaform.core.formats.text import count, day, days_until
from pcaform.core.renewal import ISSUED, certificate_status
from pcaform.sources.account_snapshot import CaStatus, Certificate

_RENEW = "renew its certificate: have its CSR signed again and import the result; or delete the CA if it is not needed"
_DETAIL = "acm/latest/APIReference/API_CertificateDetail.html"
_EXPIRATION = "securityhub:ACM.1 config:acm-certificate-expiration-check prowler:acm_certificates_expiration_check"
_LOOK = "find out who needs it; ACM renews it if it is in use or exported: aws acm renew-certificate"


@rule("ca-expired", source="privateca/latest/userguide/PcaUpdateStatus.html")
def ca_expired(context: AuditContext) -> Iterator[AuditFinding]:
    """A CA has expired: it issues nothing, and AWS still bills it."""
    for ca in context.snapshot.authorities:
        if ca.status == "EXPIRED":
            message = f"it expired on {day(ca.ends)}: it issues nothing, and its certificates are no longer trusted"
            yield ca_expired.finding(ca, message, advice=_RENEW, day=context.now)


@rule("ca-ends-soon", source="privateca/latest/userguide/PcaUpdateStatus.html")
def ca_ends_soon(context: AuditContext) -> Iterator[AuditFinding]:
    """A CA ends within `--expiring` (default 90d; 12w is weeks)."""
    for ca in context.snapshot.authorities:
        if ca.status in ("ACTIVE", "DISABLED") and ca.ends is not None and ca.ends - context.now <= context.expiring:
            message = f"it ends on {day(ca.ends)}, in {days_until(ca.ends, context.now)} days"
            yield ca_ends_soon.finding(ca, message, advice=_RENEW, day=ca.ends)


@rule("ca-deleted", source="privateca/latest/APIReference/API_RestoreCertificateAuthority.html")
def ca_deleted(context: AuditContext) -> Iterator[AuditFinding]:
    """A CA is deleted: it can be restored for some days, and after them its key is lost."""
    for ca in context.snapshot.authorities:
        if ca.status == "DELETED" and ca.restorable_until is not None:
            left = days_until(ca.restorable_until, context.now)
            message = f"it is deleted, and can be restored for {left} more days, until {day(ca.restorable_until)}"
            if ca.ends is not None and ca.ends > context.now:
                message += f"; what it issued may be valid until {day(ca.ends)}, and nobody can revoke it any more"
            advice = "if it is needed: aws acm-pca restore-certificate-authority, and enable it again"
            yield ca_deleted.finding(ca, message, advice=advice, day=ca.restorable_until)


@rule("no-renewal", source="acm/latest/userguide/renew-private-cert.html")
def no_renewal(context: AuditContext) -> Iterator[AuditFinding]:
    """ACM will not renew certificates of a CA: permission incomplete, CA not ACTIVE, or CA ends before they would."""
    for ca in context.snapshot.authorities:
        certificates, blockers = _blocked(context, ca)
        reasons = "; ".join(reason for reason, _ in blockers)
        advice = "; ".join(dict.fromkeys(todo for _, todo in blockers))
        if certificates and blockers:
            first = min((each.ends for each in certificates if each.ends is not None), default=None)
            subject = count(len(certificates), "managed certificate")
            message = f"{subject} will not renew, the first ends on {day(first)}: {reasons}"
            yield no_renewal.finding(ca, message, advice=advice, day=first)
        elif (ca.actions or ca.other_accounts) and ca.status == "ACTIVE" and blockers:
            message = f"certificates that ACM issues from it will not renew: {reasons}"
            yield no_renewal.finding(ca, message, advice=advice, day=None)


@rule("certificate-ends", source=_DETAIL, controls=_EXPIRATION)
def certificate_ends(context: AuditContext) -> Iterator[AuditFinding]:
    """A certificate ends although its CA is fine: ACM could not renew it, or it is neither in use nor exported."""
    for ca in context.snapshot.authorities:
        _, blockers = _blocked(context, ca)
        for certificate in () if blockers else context.snapshot.issued_by(ca):
            for reason in unrenewable(certificate, now=context.now, expiring=context.expiring):
                yield certificate_ends.finding(certificate, reason, advice=_LOOK, day=certificate.ends)


@rule("certificate-status", source=_DETAIL, controls=_EXPIRATION)
def certificate_status_wrong(context: AuditContext) -> Iterator[AuditFinding]:
    """A certificate is not ISSUED: ACM could not issue it, it has expired or is revoked, or its status is not known."""
    for certificate in context.snapshot.certificates:
        status = certificate_status(certificate.status)
        if status.problem:
            message = status.describe(reason=certificate.failure, ended=day(certificate.ends))
            message += f"; it is used by {count(certificate.users, 'AWS resource')}" if certificate.users else ""
            yield certificate_status_wrong.finding(certificate, message, advice=status.advice, day=context.now)


def _blocked(context: AuditContext, ca: CaStatus) -> tuple[list[Certificate], list[tuple[str, str]]]:
    """Return the certificates of a CA that can be renewed at all, and why they will not, with what to do."""
    certificates = [each for each in context.snapshot.issued_by(ca) if each.status == ISSUED]
    return certificates, list(renewal_blockers(ca, certificates, now=context.now))
