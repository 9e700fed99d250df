"""Formats an audit as one HTML page that needs no other file: no script, no font, no picture.

The page is built as a tree, so that names from an account are text in it and can never become markup.
"""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from pcaform.checks.audit.finding import Audit, Finding
from pcaform.checks.audit.report import NOT_SHOWN, PRICE, left, price, when
from pcaform.core.dates import day

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --bad: #c0362c; --warn: #b26a00; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
p.facts { margin: .2rem 0 1.2rem; }
ul.sums { display: flex; flex-wrap: wrap; gap: .8rem; padding: 0; list-style: none; }
ul.sums li { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem; }
ul.sums b { display: block; font-size: 1.5rem; line-height: 1.3; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .45rem .7rem .45rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } td:first-child { white-space: nowrap; }
tr.now td:first-child { color: var(--bad); font-weight: 700; }
tr.soon td:first-child { color: var(--warn); font-weight: 600; }
td small { display: block; opacity: .8; overflow-wrap: anywhere; } code { font-size: .85em; overflow-wrap: anywhere; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .6rem; font-size: .875rem; opacity: .85; }
@media (max-width: 45rem) {
  thead { display: none; } tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--line); }
  td, td:first-child { display: block; border: 0; padding: .1rem 0; white-space: normal; }
}
@media print { body { margin: 0; max-width: none; } }
"""
_DOCTYPE = "<!DOCTYPE html>\n"

Row = tuple[str, Sequence[tuple[str, str]]]
"""A CSS class and the cells, each with a second line in small print."""


def format_html(audit: Audit) -> str:
    """Return the page."""
    html = Element("html", lang="en")
    head = SubElement(html, "head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    title = f"Private CAs of account {audit.account_id}"
    SubElement(head, "title").text = title
    SubElement(head, "style").text = _STYLE
    body = SubElement(html, "body")
    SubElement(body, "h1").text = title
    read = f"{', '.join(audit.regions)}, read {audit.moment:%Y-%m-%d %H:%M} UTC by pcaform audit"
    SubElement(body, "p", {"class": "facts"}).text = read
    _totals(body, audit)
    _findings(body, audit)
    _table(body, "Not read", ("subject", "reason"), _unread(audit))
    _table(body, "Expiry dates", ("day", "subject", "left", "status"), _ends(audit))
    _table(body, f"{audit.monthly_usd} USD a month", ("CA", "a month", "mode", "status"), _costs(audit))
    footer = SubElement(body, "footer")
    footer.text = f"Costs: {PRICE}. Not shown: {NOT_SHOWN}."
    return _DOCTYPE + tostring(html, encoding="unicode", method="html") + "\n"


def _totals(body: Element, audit: Audit) -> None:
    totals = SubElement(body, "ul", {"class": "sums"})
    counts = (
        (str(len(audit.findings)), "findings"),
        (str(audit.authorities), "CAs"),
        (str(audit.certificates), "managed certificates"),
        (f"{audit.monthly_usd} USD", "a month"),
    )
    for number, unit in counts:
        item = SubElement(totals, "li")
        bold = SubElement(item, "b")
        bold.text, bold.tail = number, unit


def _findings(body: Element, audit: Audit) -> None:
    rows = [_finding_row(finding, when(finding, audit.moment)) for finding in audit.findings]
    _table(body, "Findings, soonest first", ("from", "subject", "what is wrong", "what to do"), rows)
    if not rows:
        SubElement(body, "h2").text = "No findings"


def _finding_row(finding: Finding, start: str) -> Row:
    cells = ((start, ""), (finding.subject, finding.arn), (finding.message, finding.rule), (finding.advice, ""))
    return {"now": "now", "any day": "any"}.get(start, "soon"), cells


def _unread(audit: Audit) -> Iterable[Row]:
    return (("", ((note.address, ""), (note.reason, ""))) for note in audit.notes)


def _ends(audit: Audit) -> Iterable[Row]:
    for end in audit.ends:
        subject = (f"{end.what} {end.name}", end.arn)
        yield "", ((day(end.day), ""), subject, (left(end, audit.moment), ""), (end.status, ""))


def _costs(audit: Audit) -> Iterable[Row]:
    for cost in audit.costs:
        yield "", ((cost.name, cost.arn), (price(cost), ""), (cost.usage_mode, ""), (cost.status, ""))


def _table(body: Element, title: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    all_rows = list(rows)
    if not all_rows:
        return
    SubElement(body, "h2").text = title
    table = SubElement(body, "table")
    head = SubElement(SubElement(table, "thead"), "tr")
    for column in columns:
        SubElement(head, "th", scope="col").text = column
    table_body = SubElement(table, "tbody")
    for css_class, cells in all_rows:
        row = SubElement(table_body, "tr", {"class": css_class} if css_class else {})
        for large, small in cells:
            cell = SubElement(row, "td")
            cell.text = large
            if small:
                SubElement(cell, "small").text = small
