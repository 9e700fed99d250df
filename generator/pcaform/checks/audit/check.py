"""What was read of an account -> its audit: every finding in the order in which it hurts, all ends, all costs."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pcaform.checks.access.check import Judgement
from pcaform.checks.audit.crls import lists
from pcaform.checks.audit.excess_access import powers, shares
from pcaform.checks.audit.expiry import costs, ends, lifetimes
from pcaform.checks.audit.finding import Audit, ordered
from pcaform.checks.audit.renewals import outages
from pcaform.sources.account_snapshot import Estate
from pcaform.sources.inventory import Remark


def audit(
    estate: Estate, judgement: Judgement, remarks: Iterable[Remark], *, now: datetime, expiring: timedelta
) -> Audit:
    """Judge an account; `judgement` is about its people, `remarks` name what of them could not be read."""
    findings = [
        *lifetimes(estate, now=now, expiring=expiring),
        *outages(estate, now=now, expiring=expiring),
        *lists(estate, now=now),
        *powers(judgement),
        *shares(estate),
    ]
    unknown = (each for each in (*estate.remarks, *remarks) if each.kind == "unknown")
    return Audit(
        estate.account_id,
        estate.regions,
        now,
        len(estate.authorities),
        len(estate.certificates),
        ordered(findings, now),
        ends(estate),
        costs(estate),
        tuple(dict.fromkeys(unknown)),
    )
