"""Audits an account: reads it once, runs all rules, and adds expiry dates and costs."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pcaform.checks.access.account import check_account_access
from pcaform.checks.access.check import AccessResult
from pcaform.checks.audit import rules
from pcaform.checks.audit.rule import Audit, AuditContext, Cost, End, Rule, sort_findings
from pcaform.core import facts
from pcaform.core.formats.text import count, day
from pcaform.core.rules import collect
from pcaform.sources import account_snapshot
from pcaform.sources.account_snapshot import GONE, AccountSnapshot
from pcaform.sources.aws.api_calls import ACM_CERTIFICATE
from pcaform.sources.aws.session import Account
from pcaform.sources.aws.snapshot import SnapshotRequest, read_snapshot, show_progress
from pcaform.sources.inventory import ImportNote

RULES: tuple[Rule, ...] = collect(rules, Rule)
"""All rules of `checks/audit/rules/`: files in alphabetical order, the rules of each as they are defined."""
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
    end = count(len(result.findings), "finding") if result.findings else "nothing found"
    more = f", {count(len(result.unknown), 'thing')} could not be read" if result.unknown else ""
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
        Cost(
            ca.name, ca.arn, ca.status, mode, None if ca.arn.startswith("arn:aws-cn:") else facts.MONTHLY_USD.get(mode)
        )
        for ca in sorted(snapshot.own, key=lambda ca: (ca.region, ca.name, ca.arn))
        if ca.status not in GONE
        for mode in [ca.arguments["usage_mode"] or facts.DEFAULT_USAGE_MODE]
    )
