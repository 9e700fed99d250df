"""Rules about CAs that are expired, near their end, or deleted."""

from collections.abc import Iterator

from pcaform.checks.audit.rule import AuditContext, AuditFinding, rule
from pcaform.core.formats.text import day, days_until

_RENEW = "renew its certificate: have its CSR signed again and import the result; or delete the CA if it is not needed"


@rule("ca-expired", source="https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html")
def ca_expired(context: AuditContext) -> Iterator[AuditFinding]:
    """A CA has expired: it issues nothing, and AWS still bills it."""
    for ca in context.snapshot.authorities:
        if ca.status == "EXPIRED":
            message = f"it expired on {day(ca.ends)}: it issues nothing, and its certificates are no longer trusted"
            yield ca_expired.ca_finding(ca, message, advice=_RENEW, day=context.now)


@rule("ca-ends-soon", source="https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html")
def ca_ends_soon(context: AuditContext) -> Iterator[AuditFinding]:
    """A CA ends within `--expiring` (default 90d; 12w is weeks)."""
    for ca in context.snapshot.authorities:
        if ca.status in ("ACTIVE", "DISABLED") and ca.ends is not None and ca.ends - context.now <= context.expiring:
            message = f"it ends on {day(ca.ends)}, in {days_until(ca.ends, context.now)} days"
            yield ca_ends_soon.ca_finding(ca, message, advice=_RENEW, day=ca.ends)


@rule(
    "ca-deleted",
    source="https://docs.aws.amazon.com/privateca/latest/APIReference/API_RestoreCertificateAuthority.html",
)
def ca_deleted(context: AuditContext) -> Iterator[AuditFinding]:
    """A CA is deleted: it can be restored for some days, and after them its key is lost."""
    for ca in context.snapshot.authorities:
        if ca.status == "DELETED" and ca.restorable_until is not None:
            left = days_until(ca.restorable_until, context.now)
            message = f"it is deleted, and can be restored for {left} more days, until {day(ca.restorable_until)}"
            advice = "if it is needed: aws acm-pca restore-certificate-authority, and enable it again"
            yield ca_deleted.ca_finding(ca, message, advice=advice, day=ca.restorable_until)
