"""Rules about managed certificates that ACM will not renew."""

from collections.abc import Iterator

from pcaform.checks.audit.renewal_blockers import Blocker, active, renewal_blockers, unrenewable
from pcaform.checks.audit.rule import AuditContext, AuditFinding, rule
from pcaform.core.formats.text import day
from pcaform.core.renewal import certificate_status
from pcaform.sources.account_snapshot import CaStatus

_LOOK = "find out who needs it; ACM renews it if it is in use or exported: aws acm renew-certificate"


@rule("no-renewal", source="https://docs.aws.amazon.com/acm/latest/userguide/renew-private-cert.html")
def no_renewal(context: AuditContext) -> Iterator[AuditFinding]:
    """ACM will not renew certificates of a CA: permission incomplete, CA not ACTIVE, or CA ends before they would."""
    for ca in context.snapshot.authorities:
        certificates, blockers = active(context.snapshot.issued_by(ca)), _blockers(context, ca)
        reasons = "; ".join(blocker.reason for blocker in blockers)
        advice = "; ".join(dict.fromkeys(blocker.advice for blocker in blockers))
        if certificates and blockers:
            first = min((each.ends for each in certificates if each.ends is not None), default=None)
            count = len(certificates)
            subject = "1 managed certificate" if count == 1 else f"{count} managed certificates"
            message = f"{subject} will not renew, the first ends on {day(first)}: {reasons}"
            yield no_renewal.ca_finding(ca, message, advice=advice, day=first)
        elif (ca.actions or ca.other_accounts) and ca.status == "ACTIVE" and blockers:
            message = f"certificates that ACM issues from it will not renew: {reasons}"
            yield no_renewal.ca_finding(ca, message, advice=advice, day=None)


@rule("certificate-ends", source="https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html")
def certificate_ends(context: AuditContext) -> Iterator[AuditFinding]:
    """A certificate ends although its CA is fine: ACM could not renew it, or it is neither in use nor exported."""
    for ca in context.snapshot.authorities:
        if _blockers(context, ca):
            continue
        for certificate in context.snapshot.issued_by(ca):
            for reason in unrenewable(certificate, now=context.now, expiring=context.expiring):
                yield certificate_ends.certificate_finding(certificate, reason, advice=_LOOK, day=certificate.ends)


@rule("certificate-status", source="https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html")
def certificate_status_wrong(context: AuditContext) -> Iterator[AuditFinding]:
    """A certificate is not ISSUED: ACM could not issue it, it has expired or is revoked, or its status is not known."""
    for certificate in context.snapshot.certificates:
        status = certificate_status(certificate.status)
        if status.problem:
            users = "1 AWS resource" if certificate.users == 1 else f"{certificate.users} AWS resources"
            message = status.describe(reason=certificate.failure, ended=day(certificate.ends))
            message += f"; it is used by {users}" if certificate.users else ""
            yield certificate_status_wrong.certificate_finding(
                certificate, message, advice=status.advice, day=context.now
            )


def _blockers(context: AuditContext, ca: CaStatus) -> list[Blocker]:
    return list(renewal_blockers(ca, active(context.snapshot.issued_by(ca)), now=context.now))
