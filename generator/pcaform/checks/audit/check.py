"""Account snapshot -> its audit: all findings, sorted by when they do harm, with expiry dates and costs."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pcaform.checks.access.check import AccessResult
from pcaform.checks.audit.catalog import RULES
from pcaform.checks.audit.expiry_and_costs import list_costs, list_ends
from pcaform.checks.audit.finding import Audit, sort_findings
from pcaform.checks.audit.rule import AuditContext
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
