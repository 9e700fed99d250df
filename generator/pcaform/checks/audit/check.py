"""Account snapshot -> its audit: all findings, sorted by when they do harm, with expiry dates and costs."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pcaform.checks.access.check import AccessResult
from pcaform.checks.audit import rules
from pcaform.checks.audit.finding import Audit, Cost, End, sort_findings
from pcaform.checks.audit.rule import AuditContext, Rule
from pcaform.core import facts
from pcaform.core.dates import day
from pcaform.core.rules import collect
from pcaform.sources.account_snapshot import GONE, AccountSnapshot, CaStatus
from pcaform.sources.inventory import ImportNote

RULES: tuple[Rule, ...] = collect(rules, Rule)
"""All rules of `checks/audit/rules/`: files in alphabetical order, the rules of each as they are defined."""


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
    findings = [finding for each in RULES for finding in each.check(context)]
    unknown = (note for note in (*snapshot.notes, *notes) if note.kind == "unknown")
    return Audit(
        snapshot.account_id,
        snapshot.regions,
        now.astimezone(UTC),
        len(snapshot.authorities),
        len(snapshot.certificates),
        sort_findings(findings, now),
        _list_ends(snapshot),
        _list_costs(snapshot),
        tuple(dict.fromkeys(unknown)),
    )


def _list_ends(snapshot: AccountSnapshot) -> tuple[End, ...]:
    """Return when CAs and certificates end, the soonest first."""
    ends = [
        End("CA", ca.name, ca.arn, ca.status, ca.ends)
        for ca in snapshot.authorities
        if ca.ends is not None and ca.status not in GONE
    ]
    ends += [
        End("certificate", certificate.name, certificate.arn, certificate.status, certificate.ends)
        for certificate in snapshot.certificates
        if certificate.ends is not None and certificate.status == "ISSUED"
    ]
    return tuple(sorted(ends, key=lambda end: (day(end.day), end.what, end.name, end.arn)))


def _list_costs(snapshot: AccountSnapshot) -> tuple[Cost, ...]:
    """Return what each CA of the account costs in a month.

    AWS bills every status but DELETED and FAILED: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html.
    """
    return tuple(
        Cost(ca.name, ca.arn, ca.status, mode, _monthly_price(ca, mode))
        for ca in snapshot.own
        if ca.status not in GONE
        for mode in [ca.arguments["usage_mode"] or "GENERAL_PURPOSE"]
    )


def _monthly_price(ca: CaStatus, mode: str) -> int | None:
    return None if ca.arn.split(":")[1] == "aws-cn" else facts.MONTHLY_USD.get(mode)
