"""Audits an account: reads its CAs, their certificates and who may use them, and checks what was read."""

from datetime import datetime, timedelta

from pcaform.checks.access.targets import check_account_access
from pcaform.checks.audit.check import audit
from pcaform.checks.audit.finding import Audit
from pcaform.sources import account_snapshot
from pcaform.sources.aws.api_calls import ACM_CERTIFICATE
from pcaform.sources.aws.progress import show_progress
from pcaform.sources.aws.session import Account
from pcaform.sources.aws.snapshot import SnapshotRequest, read_snapshot

_REQUEST = SnapshotRequest(
    (account_snapshot.PERMISSIONS, account_snapshot.POLICY),
    certificates=(ACM_CERTIFICATE,),
    has_buckets=True,
    has_principals=True,
)


def audit_account(account: Account, *, now: datetime, expiring: timedelta) -> Audit:
    """Read an account and check it as of a moment."""
    with show_progress("requests to AWS") as tell:
        snapshot = read_snapshot(account, _REQUEST, report_progress=tell)
    access, unread = check_account_access(snapshot)
    return audit(snapshot, access, unread, now=now, expiring=expiring)


def format_summary(result: Audit) -> str:
    """Return the last line: how much was read, and the number of findings."""
    count, unknown = len(result.findings), len(result.notes)
    end = f"{count} finding{'' if count == 1 else 's'}" if count else "nothing found"
    more = f", {unknown} thing{'' if unknown == 1 else 's'} could not be read" if unknown else ""
    return f"{result.authorities} CAs, {result.certificates} managed certificates: {end}{more}"
