"""Rules about managed certificates that ACM will not renew."""

from collections.abc import Iterator
from datetime import datetime

from pcaform.checks.audit.finding import AuditFinding
from pcaform.checks.audit.renewal_blockers import Blocker, active, renewal_blockers, unrenewable
from pcaform.checks.audit.rule import AuditContext, Rule, rule
from pcaform.core.formats.text import day
from pcaform.core.renewal import certificate_status
from pcaform.sources.account_snapshot import CaStatus, Certificate

_LOOK = "find out who needs it; ACM renews it if it is in use or exported: aws acm renew-certificate"


@rule("no-renewal", source="https://docs.aws.amazon.com/acm/latest/userguide/renew-private-cert.html")
def no_renewal(context: AuditContext) -> Iterator[AuditFinding]:
    """ACM will not renew certificates of a CA: permission incomplete, CA not ACTIVE, or CA ends before they would."""
    for ca in context.snapshot.authorities:
        certificates = active(context.snapshot.issued_by(ca))
        blockers = _blockers(context, ca)
        if certificates and blockers:
            yield _certificates_blocked(ca, certificates, blockers)
        elif (ca.actions or ca.other_accounts) and ca.status == "ACTIVE" and blockers:
            message = f"certificates that ACM issues from it will not renew: {_reasons(blockers)}"
            yield no_renewal.ca_finding(ca, message, advice=_advice(blockers), day=None)


@rule("certificate-ends", source="https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html")
def certificate_ends(context: AuditContext) -> Iterator[AuditFinding]:
    """A certificate ends although its CA is fine: ACM could not renew it, or it is neither in use nor exported."""
    for ca in context.snapshot.authorities:
        if _blockers(context, ca):
            continue
        for certificate in context.snapshot.issued_by(ca):
            for reason in unrenewable(certificate, now=context.now, expiring=context.expiring):
                yield _certificate_finding(certificate_ends, certificate, reason, advice=_LOOK, moment=certificate.ends)


@rule("certificate-status", source="https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html")
def certificate_status_wrong(context: AuditContext) -> Iterator[AuditFinding]:
    """A certificate is not ISSUED: ACM could not issue it, it has expired or is revoked, or its status is not known."""
    for certificate in context.snapshot.certificates:
        status = certificate_status(certificate.status)
        if status.problem:
            message = status.describe(reason=certificate.failure, ended=day(certificate.ends)) + _users(certificate)
            yield _certificate_finding(
                certificate_status_wrong, certificate, message, advice=status.advice, moment=context.now
            )


def _blockers(context: AuditContext, ca: CaStatus) -> list[Blocker]:
    return list(renewal_blockers(ca, active(context.snapshot.issued_by(ca)), now=context.now))


def _certificates_blocked(ca: CaStatus, certificates: list[Certificate], blockers: list[Blocker]) -> AuditFinding:
    ends = [certificate.ends for certificate in certificates if certificate.ends is not None]
    first, count = min(ends, default=None), len(certificates)
    subject = "1 managed certificate" if count == 1 else f"{count} managed certificates"
    message = f"{subject} will not renew, the first ends on {day(first)}: {_reasons(blockers)}"
    return no_renewal.ca_finding(ca, message, advice=_advice(blockers), day=first)


def _users(certificate: Certificate) -> str:
    if not certificate.users:
        return ""
    return f"; it is used by {'1 AWS resource' if certificate.users == 1 else f'{certificate.users} AWS resources'}"


def _certificate_finding(
    found_by: Rule, certificate: Certificate, message: str, *, advice: str, moment: datetime | None
) -> AuditFinding:
    return found_by.finding(
        f"certificate {certificate.name}",
        message,
        advice=advice,
        day=moment,
        arn=certificate.arn,
        region=certificate.arn.split(":")[3],
    )


def _reasons(blockers: list[Blocker]) -> str:
    return "; ".join(blocker.reason for blocker in blockers)


def _advice(blockers: list[Blocker]) -> str:
    return "; ".join(dict.fromkeys(blocker.advice for blocker in blockers))
