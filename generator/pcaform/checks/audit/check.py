"""Audits an account: reads it once, runs all rules, adds expiry dates and costs, and builds the report of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pcaform.checks.access.account import check_account_access
from pcaform.checks.access.check import AccessReport
from pcaform.checks.audit import rules
from pcaform.checks.audit.rule import (
    Audit,
    AuditContext,
    AuditFinding,
    Cost,
    End,
    Rule,
    Usage,
    monthly_price,
    sort_ends,
    sort_findings,
)
from pcaform.checks.audit.rules.practice import ca_untagged
from pcaform.core import facts
from pcaform.core.formats.markdown import code_cell, escape, table
from pcaform.core.formats.report import Report
from pcaform.core.formats.text import count, day, days_until
from pcaform.core.renewal import ISSUED
from pcaform.core.rules import collect
from pcaform.sources import account_snapshot
from pcaform.sources.account_snapshot import GONE, AccountSnapshot, CaStatus, Certificate
from pcaform.sources.aws.api_calls import ACM_CERTIFICATE
from pcaform.sources.aws.session import Account
from pcaform.sources.aws.snapshot import SnapshotRequest, read_snapshot, show_progress

RULES: tuple[Rule, ...] = collect(rules, Rule)
"""All rules of `checks/audit/rules/`: files in alphabetical order, the rules of each as they are defined."""
_REQUEST = SnapshotRequest(
    (account_snapshot.PERMISSIONS, account_snapshot.POLICY),
    certificates=(ACM_CERTIFICATE,),
    has_buckets=True,
    has_principals=True,
    has_trust_anchors=True,
)
_SHOWN = 20


def audit_account(
    account: Account, *, now: datetime, expiring: timedelta, framework: str = "", parts: tuple[str, ...] = ()
) -> tuple[Audit, AccessReport, AccountSnapshot]:
    """Read an account and check it as of a moment, with all rules, or with those that answer to a framework.

    Returns the access and the snapshot too, with further `parts`.
    """
    with show_progress("requests to AWS") as tell:
        snapshot = read_snapshot(account, audit_request(framework, parts), report_progress=tell)
    return *audit_snapshot(snapshot, now=now, expiring=expiring, framework=framework), snapshot


def audit_request(framework: str = "", parts: tuple[str, ...] = ()) -> SnapshotRequest:
    """Return what is read for an audit, with further `parts`."""
    tags = (account_snapshot.TAGS,) if ca_untagged.answers_to(framework) else ()
    return replace(_REQUEST, parts=(*_REQUEST.parts, *parts, *tags))


def audit_snapshot(
    snapshot: AccountSnapshot, *, now: datetime, expiring: timedelta, framework: str
) -> tuple[Audit, AccessReport]:
    """Check an account that was read; returns the access too."""
    access, notes = check_account_access(snapshot)
    context = AuditContext(snapshot, access, now, expiring, framework)
    found = (finding for rule in RULES if rule.answers_to(framework) for finding in rule.check(context))
    findings = (replace(each, account_id=snapshot.account_id) for each in found)
    unknown = (note for note in notes if note.kind == "unknown")
    result = Audit(
        snapshot.account_id,
        snapshot.regions,
        now.astimezone(UTC),
        len(snapshot.authorities),
        len(snapshot.certificates),
        sort_findings(findings, now),
        _list_ends(snapshot),
        tuple(_list_costs(snapshot)),
        tuple(dict.fromkeys(unknown)),
        statuses=dict(sorted(Counter(each.status for each in snapshot.certificates).items())),
        usage=tuple(_list_usage(snapshot)),
        framework=framework,
    )
    return result, access


def format_summary(result: Audit) -> str:
    """Return the last line: how much was read, and the number of findings."""
    end = count(len(result.findings), "finding") if result.findings else "nothing found"
    others = [f"{number} {status}" for status, number in result.statuses.items() if status != ISSUED]
    apart = f" ({', '.join(others)})" if others else ""
    more = f", {count(len(result.unknown), 'thing')} could not be read" if result.unknown else ""
    read = f"{count(result.authorities, 'CA')}, {count(result.certificates, 'managed certificate')}"
    return f"{read}{apart}: {end}{more}"


def _list_ends(snapshot: AccountSnapshot) -> tuple[End, ...]:
    """Return when CAs and certificates end, the soonest first."""
    found: list[tuple[str, CaStatus | Certificate]] = [
        *(("CA", each) for each in snapshot.authorities if each.status not in GONE),
        *(("certificate", each) for each in snapshot.certificates if each.status == "ISSUED"),
    ]
    return sort_ends(End(what, each.name, each.arn, each.status, each.ends) for what, each in found if each.ends)


def _list_costs(snapshot: AccountSnapshot) -> Iterator[Cost]:
    """Yield what each CA of the account costs in a month.

    AWS bills every status but DELETED and FAILED: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html.
    """
    for ca in sorted(snapshot.own, key=lambda ca: (ca.region, ca.name, ca.arn)):
        if ca.status not in GONE:
            mode = ca.arguments["usage_mode"] or facts.DEFAULT_USAGE_MODE
            yield Cost(ca.name, ca.arn, ca.status, mode, monthly_price(mode, ca.region))


def _list_usage(snapshot: AccountSnapshot) -> Iterator[Usage]:
    """Yield what managed certificates cost at most: each exported, renewed by ACM, and asked about by OCSP.

    What only AWS's services use is free: https://docs.aws.amazon.com/privateca/latest/userguide/PcaPricing.html.
    """
    issued = [each for each in snapshot.certificates if each.status == ISSUED and "arn:aws-cn:" not in each.arn]
    revocation = {ca.arn: ca.arguments["revocation_configuration"][0] for ca in snapshot.own}
    with_ocsp = [arn for arn, each in revocation.items() if each["ocsp_configuration"][0]["enabled"]]
    asked = sum(each.authority in with_ocsp for each in issued)
    days = facts.ACM_VALIDITY_DAYS - facts.ACM_RENEWS_DAYS
    renewals = round(len(issued) * facts.EXPORTED_USD * 365.25 / 12 / days, 2)
    yield Usage(f"managed certificates, each exported and renewed every {days} days", len(issued), renewals)
    yield Usage("managed certificates of CAs with OCSP, each asked about", asked, round(asked * facts.OCSP_USD, 2))


def build_report(audit: Audit) -> Report:
    """Return the report of an audit: findings, soonest first, then expiry dates, then costs."""
    return Report(
        audit.findings,
        lines=lambda: (*_lines(audit), *_cost_lines(audit)),
        document=lambda: audit,
        markdown=lambda: "\n".join(_markdown_lines(audit)),
        tags={rule.id: rule.controls for rule in RULES},
    )


def when(finding: AuditFinding, now: datetime) -> str:
    """Return from when on a finding does harm: now, a day, or any day."""
    if finding.day is None:
        return "any day"
    return "now" if finding.day <= now else day(finding.day)


def _lines(audit: Audit) -> Iterator[str]:
    """Yield findings and what could not be read, then the first expiry dates."""
    for finding in audit.findings:
        yield f"{when(finding, audit.moment):10}  {finding.subject}: {finding.message} [{finding.rule}]"
        controls = f"answers to {', '.join(finding.controls)}" if finding.controls else ""
        yield from (f"{'':10}    {line}" for line in (finding.arn, finding.advice, controls) if line)
    for note in audit.unknown:
        yield f"{'unknown':10}  {note.address}: {note.reason}"
    if audit.findings or audit.unknown:
        yield ""
    if audit.ends:
        yield "expiry dates"
    for end in audit.ends[:_SHOWN]:
        status = f", {end.status}" if end.status == "DISABLED" else ""
        yield f"{day(end.day):10}  {end.what} {end.name}: {_left(end, audit.moment)}{status}"
    if len(audit.ends) > _SHOWN:
        yield f"{'later':10}  {len(audit.ends) - _SHOWN} more, listed by --format json and html"
    if audit.ends:
        yield ""


def _cost_lines(audit: Audit) -> Iterator[str]:
    yield f"{audit.monthly_usd} USD a month for {count(len(audit.costs), 'CA')} ({audit.price})"
    counts = Counter((cost.usage_mode, cost.monthly_usd) for cost in audit.costs)
    for (mode, usd), number in sorted(counts.items(), key=lambda each: str(each[0])):
        total = "no price" if usd is None else f"{number * usd} USD"
        yield f"{total:>10}  {number} in mode {mode}"
    for cost in audit.costs:
        if cost.status != "ACTIVE":
            yield f"{_price(cost):>10}  of it for CA {cost.name}, which is {cost.status}"
    for each in (use for use in audit.usage if use.number):
        yield f"{each.monthly_usd:>6.2f} USD  more at most, for {each.number} {each.what}"


def _ids(finding: AuditFinding) -> str:
    return ", ".join((finding.rule, *finding.controls))


def _left(end: End, now: datetime) -> str:
    days = days_until(end.day, now)
    return "expired" if days < 0 or end.status == "EXPIRED" else f"{count(days, 'day')} left"


def _price(cost: Cost) -> str:
    return "no price" if cost.monthly_usd is None else f"{cost.monthly_usd} USD"


def _markdown_lines(audit: Audit) -> Iterator[str]:
    """Yield a table of the findings, what could not be read, and the costs."""
    if audit.findings:
        words = ((each, map(escape, (each.subject, each.message, each.advice))) for each in audit.findings)
        rows = ((when(each, audit.moment), *escaped, code_cell(_ids(each))) for each, escaped in words)
        yield from table(("from", "subject", "what is wrong", "what to do", "rule"), rows)
        yield ""
    yield from (f"- not read: {escape(note.address)}: {escape(note.reason)}" for note in audit.unknown)
    yield f"{audit.monthly_usd} USD a month for {count(len(audit.costs), 'CA')} ({audit.price})."
