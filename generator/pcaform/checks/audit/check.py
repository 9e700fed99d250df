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
    estate: AccountSnapshot,
    judgement: AccessResult,
    remarks: Iterable[ImportNote],
    *,
    now: datetime,
    expiring: timedelta,
) -> Audit:
    """Judge an account; `judgement` is about its people, `remarks` name what of them could not be read."""
    findings = [
        *check_expiry(estate, now=now, expiring=expiring),
        *renewal_outages(estate, now=now, expiring=expiring),
        *check_crls(estate, now=now),
        *check_excess_access(judgement),
        *check_shares(estate),
    ]
    unknown = (each for each in (*estate.remarks, *remarks) if each.kind == "unknown")
    return Audit(
        estate.account_id,
        estate.regions,
        now,
        len(estate.authorities),
        len(estate.certificates),
        sort_findings(findings, now),
        ends(estate),
        costs(estate),
        tuple(dict.fromkeys(unknown)),
    )
