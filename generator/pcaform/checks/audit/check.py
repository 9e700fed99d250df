"""What was read of an account -> its audit: every finding in the order in which it hurts, all ends, all costs."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pcaform.checks.access.check import AccessResult
from pcaform.checks.audit.crls import check_crls
from pcaform.checks.audit.excess_access import check_excess_access, check_shares
from pcaform.checks.audit.expiry import check_expiry, costs, ends
from pcaform.checks.audit.finding import Audit, sort_findings
from pcaform.checks.audit.renewals import renewal_outages
from pcaform.sources.account_snapshot import AccountSnapshot
from pcaform.sources.inventory import ImportNote


def audit(
    snapshot: AccountSnapshot,
    result: AccessResult,
    notes: Iterable[ImportNote],
    *,
    now: datetime,
    expiring: timedelta,
) -> Audit:
    """Judge an account; `judgement` is about its people, `remarks` name what of them could not be read."""
    findings = [
        *check_expiry(snapshot, now=now, expiring=expiring),
        *renewal_outages(snapshot, now=now, expiring=expiring),
        *check_crls(snapshot, now=now),
        *check_excess_access(result),
        *check_shares(snapshot),
    ]
    unknown = (each for each in (*snapshot.notes, *notes) if each.kind == "unknown")
    return Audit(
        snapshot.account_id,
        snapshot.regions,
        now,
        len(snapshot.authorities),
        len(snapshot.certificates),
        sort_findings(findings, now),
        ends(snapshot),
        costs(snapshot),
        tuple(dict.fromkeys(unknown)),
    )
