"""Audits an account: reads its CAs, their certificates and who may use them, and checks what was read."""

from dataclasses import replace
from datetime import datetime, timedelta

from pcaform.checks.access.check import AccessResult
from pcaform.checks.access.targets import check_account_access
from pcaform.checks.audit.check import audit
from pcaform.checks.audit.finding import Audit
from pcaform.sources import account_snapshot
from pcaform.sources.account_snapshot import AccountSnapshot
from pcaform.sources.aws.acm_certificates import list_acm_certificates
from pcaform.sources.aws.crl_buckets import read_buckets
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.progress import show_progress
from pcaform.sources.aws.read import read_access
from pcaform.sources.aws.session import Account
from pcaform.sources.aws.snapshot import read_snapshot

_PARTS = (account_snapshot.PERMISSIONS, account_snapshot.POLICY)


def audit_account(account: Account, *, now: datetime, expiring: timedelta) -> Audit:
    """Read an account and check it as of a moment."""
    snapshot = _read(account)
    if not snapshot.authorities:
        return audit(snapshot, AccessResult((), (), is_live=True), (), now=now, expiring=expiring)
    inventory = read_access(account, Filters())
    access = check_account_access(inventory, account.account_id)
    return audit(snapshot, access, inventory.notes, now=now, expiring=expiring)


def _read(account: Account) -> AccountSnapshot:
    with show_progress("requests to AWS") as tell:
        snapshot = read_snapshot(account, _PARTS, report_progress=tell)
        regions = {ca.region for ca in snapshot.authorities}
        certificates, unread = list_acm_certificates(account, regions, report_progress=tell)
        names = {str(ca.crl["s3_bucket_name"]): ca.region for ca in snapshot.own if ca.crl}
        buckets, denied = read_buckets(account, names)
    notes = (*snapshot.notes, *unread, *denied)
    return replace(snapshot, certificates=tuple(certificates), buckets=buckets, notes=notes)


def format_summary(result: Audit) -> str:
    """Return the last line: how much was read, and the number of findings."""
    count, unknown = len(result.findings), len(result.unknown)
    end = f"{count} finding{'' if count == 1 else 's'}" if count else "nothing found"
    more = f", {unknown} thing{'' if unknown == 1 else 's'} could not be read" if unknown else ""
    return f"{result.authorities} CAs, {result.certificates} managed certificates: {end}{more}"
