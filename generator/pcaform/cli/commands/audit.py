"""`pcaform audit`: an account -> what is wrong with its CAs, what ends when, and what they cost; nothing is changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pcaform.checks.access.check import AccessResult
from pcaform.checks.audit import report
from pcaform.checks.audit.check import audit
from pcaform.checks.audit.finding import Audit
from pcaform.checks.audit.html import format_html
from pcaform.cli.commands.access import of_account
from pcaform.cli.commands.opening import open_account
from pcaform.core import console
from pcaform.sources import account_snapshot
from pcaform.sources.account_snapshot import AccountSnapshot
from pcaform.sources.aws.acm_certificates import list_acm_certificates
from pcaform.sources.aws.crl_buckets import read_buckets
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.progress import show_progress
from pcaform.sources.aws.read import read_access
from pcaform.sources.aws.session import Account, Caller
from pcaform.sources.aws.snapshot import read_snapshot

_FINDINGS = 2
_PARTS = (account_snapshot.PERMISSIONS, account_snapshot.POLICY)


def run(caller: Caller, *, form: str = "text", expiring: timedelta = timedelta(days=90)) -> int:
    """Print the audit of an account; return 2 where there are findings, or where not all could be read."""
    found = of_account_at(caller, now=datetime.now(UTC), expiring=expiring)
    console.print_result({**report.FORMATS, "html": format_html}[form](found))
    console.print_status(summary(found))
    return _FINDINGS if found.findings or found.notes else 0


def of_account_at(caller: Caller, *, now: datetime, expiring: timedelta) -> Audit:
    """Read an account and judge it as of a moment; raises Failure for credentials and regions that do not work."""
    account = open_account(caller)
    found = _read(account)
    if not found.authorities:
        return audit(found, AccessResult((), (), is_live=True), (), now=now, expiring=expiring)
    access = read_access(account, Filters())
    result = of_account(access, account.account_id)
    return audit(found, result, access.notes, now=now, expiring=expiring)


def _read(account: Account) -> AccountSnapshot:
    with show_progress("questions to AWS") as tell:
        found = read_snapshot(account, _PARTS, report_progress=tell)
        regions = {each.region for each in found.authorities}
        certificates, unread = list_acm_certificates(account, regions, report_progress=tell)
        wanted = {str(each.crl["s3_bucket_name"]): each.region for each in found.own if each.crl}
        holding, closed = read_buckets(account, wanted)
    notes = (*found.notes, *unread, *closed)
    return replace(found, certificates=tuple(certificates), buckets=holding, notes=notes)


def summary(found: Audit) -> str:
    """Return the last line: how much was read, and how it ended."""
    count, unknown = len(found.findings), len(found.notes)
    ended = f"{count} finding{'' if count == 1 else 's'}" if count else "nothing found"
    more = f", {unknown} thing{'' if unknown == 1 else 's'} could not be read" if unknown else ""
    return f"{found.authorities} CAs, {found.certificates} managed certificates: {ended}{more}"
