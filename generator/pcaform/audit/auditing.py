"""What was read of an account -> its audit: every finding in the order in which it hurts, all ends, all costs."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pcaform.access.judging import Judgement
from pcaform.audit.finding import Audit, ordered
from pcaform.audit.lifetimes import costs, ends, lifetimes
from pcaform.audit.lists import lists
from pcaform.audit.outages import outages
from pcaform.audit.powers import powers, shares
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
