"""The report of an audit: its text, its page in HTML, and what its JSON holds."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pcaform.checks.audit.rule import Audit, AuditFinding, Cost, End
from pcaform.core.formats.html_page import Page, Row
from pcaform.core.formats.markdown import code_cell, escape, table
from pcaform.core.formats.report import Report
from pcaform.core.formats.text import day, days_until

_SHOWN = 20


def build_report(audit: Audit) -> Report:
    """Return the report of an audit: findings, soonest first, then expiry dates, then costs."""
    return Report(
        audit.findings,
        lines=lambda: (*_finding_lines(audit), *_end_lines(audit), *_cost_lines(audit)),
        document=lambda: audit,
        markdown=lambda: "\n".join(_markdown_lines(audit)),
        html=lambda: _format_html(audit),
    )


def _when(finding: AuditFinding, now: datetime) -> str:
    """Return from when on a finding does harm: now, a day, or any day."""
    if finding.day is None:
        return "any day"
    return "now" if finding.day <= now else day(finding.day)


def _finding_lines(audit: Audit) -> Iterator[str]:
    for finding in audit.findings:
        yield f"{_when(finding, audit.moment):10}  {finding.subject}: {finding.message} [{finding.rule}]"
        yield from (f"{'':10}    {line}" for line in (finding.arn, finding.advice) if line)
    for note in audit.unknown:
        yield f"{'unknown':10}  {note.address}: {note.reason}"
    if audit.findings or audit.unknown:
        yield ""


def _end_lines(audit: Audit) -> Iterator[str]:
    if audit.ends:
        yield "expiry dates"
    for end in audit.ends[:_SHOWN]:
        status = f", {end.status}" if end.status == "DISABLED" else ""
        yield f"{day(end.day):10}  {end.what} {end.name}: {_left(end, audit.moment)}{status}"
    more = len(audit.ends) - _SHOWN
    if more > 0:
        yield f"{'later':10}  {more} more, listed by --format json and html"
    if audit.ends:
        yield ""


def _left(end: End, now: datetime) -> str:
    """Return how long a CA or certificate is still valid, in words."""
    days = days_until(end.day, now)
    return "expired" if days < 0 or end.status == "EXPIRED" else f"{days} days left"


def _cost_lines(audit: Audit) -> Iterator[str]:
    yield f"{audit.monthly_usd} USD a month for {len(audit.costs)} CAs ({audit.price})"
    for mode, usd in sorted({(cost.usage_mode, cost.monthly_usd) for cost in audit.costs}, key=str):
        count = sum(cost.usage_mode == mode and cost.monthly_usd == usd for cost in audit.costs)
        total = "no price" if usd is None else f"{count * usd} USD"
        yield f"{total:>10}  {count} in mode {mode}"
    for cost in audit.costs:
        if cost.status != "ACTIVE":
            yield f"{_price(cost):>10}  of it for CA {cost.name}, which is {cost.status}"


def _price(cost: Cost) -> str:
    """Return what a CA costs, in words."""
    return "no price" if cost.monthly_usd is None else f"{cost.monthly_usd} USD"


def _markdown_lines(audit: Audit) -> Iterator[str]:
    """Yield a table of the findings, what could not be read, and the costs."""
    if audit.findings:
        rows = (
            (
                _when(each, audit.moment),
                escape(each.subject),
                escape(each.message),
                escape(each.advice),
                code_cell(each.rule),
            )
            for each in audit.findings
        )
        yield from table(("from", "subject", "what is wrong", "what to do", "rule"), rows)
        yield ""
    yield from (f"- not read: {escape(note.address)}: {escape(note.reason)}" for note in audit.unknown)
    yield f"{audit.monthly_usd} USD a month for {len(audit.costs)} CAs ({audit.price})."


def _format_html(audit: Audit) -> str:
    """Return one page: all that the JSON holds, for people."""
    now = audit.moment
    read = f"{', '.join(audit.regions)}, read {now:%Y-%m-%d %H:%M} UTC by pcaform audit"
    page = Page(f"Private CAs of account {audit.account_id}", read)
    page.add_totals(
        (
            (str(len(audit.findings)), "findings"),
            (str(audit.authorities), "CAs"),
            (str(audit.certificates), "managed certificates"),
            (f"{audit.monthly_usd} USD", "a month"),
        )
    )
    findings = ((each, _when(each, now)) for each in audit.findings)
    rows: Iterable[Row] = (
        (
            {"now": "now", "any day": "any"}.get(start, "soon"),
            ((start, ""), (each.subject, each.arn), (each.message, each.rule), (each.advice, "")),
        )
        for each, start in findings
    )
    page.add_table("Findings, soonest first", ("from", "subject", "what is wrong", "what to do"), rows)
    if not audit.findings:
        page.add_heading("No findings")
    unread: Iterable[Row] = (("", ((note.address, ""), (note.reason, ""))) for note in audit.unknown)
    page.add_table("Not read", ("subject", "reason"), unread)
    ends: Iterable[Row] = (
        (
            "",
            (
                (day(each.day), ""),
                (f"{each.what} {each.name}", each.arn),
                (_left(each, audit.moment), ""),
                (each.status, ""),
            ),
        )
        for each in audit.ends
    )
    page.add_table("Expiry dates", ("day", "subject", "left", "status"), ends)
    costs: Iterable[Row] = (
        ("", ((cost.name, cost.arn), (_price(cost), ""), (cost.usage_mode, ""), (cost.status, "")))
        for cost in audit.costs
    )
    page.add_table(f"{audit.monthly_usd} USD a month", ("CA", "a month", "mode", "status"), costs)
    return page.finish(f"Costs: {audit.price}. Not shown: {audit.not_shown}.")
