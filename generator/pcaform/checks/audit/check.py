"""Audits an account: reads it once, runs all rules, and adds expiry dates and costs."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pcaform.checks.access.check import AccessResult
from pcaform.checks.access.targets import check_account_access
from pcaform.checks.audit.catalog import RULES
from pcaform.checks.audit.expiry_and_costs import list_costs, list_ends
from pcaform.checks.audit.finding import Audit, sort_findings
from pcaform.checks.audit.rule import AuditContext
from pcaform.sources import account_snapshot
from pcaform.sources.account_snapshot import AccountSnapshot
from pcaform.sources.aws.api_calls import ACM_CERTIFICATE
from pcaform.sources.aws.progress import show_progress
from pcaform.sources.aws.session import Account
from pcaform.sources.aws.snapshot import SnapshotRequest, read_snapshot
from pcaform.sources.inventory import ImportNote

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


def audit(
    snapshot: AccountSnapshot,
    result: AccessResult,
    notes: Iterable[ImportNote],
    *,
    now: datetime,
    expiring: timedelta,
) -> Audit:
    """Check an account; `result` is about its IAM principals, `notes` name what could not be read of them."""
    context = AuditContext(snapshot, result, now, expiring)
    findings = [finding for rule in RULES for finding in rule.check(context)]
    unknown = (note for note in (*snapshot.all_notes, *notes) if note.kind == "unknown")
    return Audit(
        snapshot.account_id,
        snapshot.regions,
        now,
        len(snapshot.authorities),
        len(snapshot.certificates),
        sort_findings(findings, now),
        list_ends(snapshot),
        list_costs(snapshot),
        tuple(dict.fromkeys(unknown)),
    )
