"""Parts -> one HTML page: findings, hierarchy, what ends when, access, costs, and what the page is made of."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from pcaform import __version__
from pcaform.checks.access.report import list_rows
from pcaform.checks.audit.check import when
from pcaform.checks.audit.rule import PRICE, AuditFinding
from pcaform.checks.guard.report import shorten
from pcaform.checks.guard.verdict import GuardFinding, Undecided
from pcaform.checks.report.parts import Part
from pcaform.core.finding import Finding
from pcaform.core.formats.text import count, day, days_until
from pcaform.render.graph import list_children
from pcaform.render.templates import render_page
from pcaform.sources.inventory import ImportNote

MARKER = b'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="generator" content="pcaform '
"""How every page starts."""

_TICKS = (0, 30, 91, 365, 3 * 365, 10 * 365, 30 * 365)
_TICK_NAMES = ("now", "30 d", "3 mo", "1 y", "3 y", "10 y")
"""The scale of what is left, in days: equal steps, since the next weeks matter more than a far year."""
_NAMES = 20
_EXPIRED, _UNKNOWN = "EXPIRED", "unknown"
_RANKS = ("error", _UNKNOWN, "warning", "note", "waived")

Cell = str | Sequence[tuple[str, str]]
Row = tuple[str, Sequence[Cell]]
"""A CSS class and cells: a text, or several with a class each; that of the class `bar` is the width of a bar."""


def format_parts(parts: Sequence[Part], *, now: datetime | None = None) -> str:
    """Return the page; days that are left count from `now`."""
    now = now or datetime.now(UTC)
    names = ", ".join(each.name for each in parts[:_NAMES]) + (" and others" if len(parts) > _NAMES else "")
    graphs = [(part.name, part.graph, list_children(part.graph)) for part in parts if part.graph is not None]
    ends = [end for each in parts for end in each.ends]
    return render_page(
        title=f"Private CAs of {names}" if len(parts) == 1 else f"Private CAs: {len(parts)} sources",
        facts=f"{f'{names}. ' if len(parts) > 1 else ''}Made on {now:%Y-%m-%d %H:%M} UTC by pcaform {__version__}.",
        version=__version__,
        words=Counter(_word(finding) for each in parts for _, finding in each.found),
        prices=_list_prices(parts),
        next_end=next(iter(sorted(end.day for end in ends if end.day >= now and end.status != _EXPIRED)), None),
        scale=_TICK_NAMES,
        price=PRICE,
        findings=_list_findings(parts),
        graphs=graphs,
        cas=sum(node.kind == "CA" for _, graph, _ in graphs for node in graph.nodes.values()),
        ends=_list_ends(parts, now),
        access=_list_access(parts) if any(part.access is not None for part in parts) else None,
        costs=_list_costs(parts),
        sources=list(map(_row_of_source, parts)),
    )


def _word(finding: Finding) -> str:
    return _UNKNOWN if isinstance(finding, ImportNote | Undecided) else finding.severity.value


def _list_prices(parts: Sequence[Part]) -> list[int]:
    """Return the price of each CA once: those of accounts, which have what specs describe, else those of specs."""
    chosen = [each for each in parts if each.moment is not None] or parts
    costs = ((cost.arn or (part.name, number), cost) for part in chosen for number, cost in enumerate(part.costs))
    return [cost.monthly_usd or 0 for cost in dict(costs).values()]


def _source(part: Part, parts: Sequence[Part]) -> str:
    return part.name if len(parts) > 1 else ""


def _named(name: str, *small: str) -> list[tuple[str, str]]:
    lines = ((f"small{' arn' if each.startswith('arn:') else ''}", each) for each in small if each)
    return [("name", name), *lines]


def _list_findings(parts: Sequence[Part]) -> list[Row]:
    rows = [_row_of(part, check, each, _source(part, parts)) for part in parts for check, each in part.found]
    rows += [_row_of(part, "guard", each, _source(part, parts), why) for part in parts for each, why in part.accepted]
    return [row for _, row in sorted(rows, key=lambda each: each[0])]


def _row_of(
    part: Part, check: str, finding: Finding, source: str, accepted: str | None = None
) -> tuple[tuple[int, str], Row]:
    """Return the row of a finding, after what it is sorted by; `accepted` says why it does not count."""
    start, details, rule = "", list[str](), finding.rule
    if isinstance(finding, AuditFinding):
        start = when(finding, part.moment or datetime.now(UTC))
        details = [f"answers to {', '.join(finding.controls)}"] if finding.controls else []
    if isinstance(finding, GuardFinding | Undecided):
        rule += f", {finding.level}"
    if isinstance(finding, GuardFinding):
        details = [f"{each.path}: {each.before} → {each.after}" for each in finding.differences]
        details += [f"affects {line}" for line in shorten(finding.affected)]
    word = _word(finding) if accepted is None else "waived" if accepted else "note"
    place = str(finding.location or "")
    about = _named(finding.subject or place, getattr(finding, "arn", ""), place if finding.subject else "", source)
    state = ((f"pill {word}", word), ("start", start), ("small", check))
    statement = (("text", finding.statement), *(("small", each) for each in (*details, rule)))
    key = (_RANKS.index(word), "1" if start == "now" else f"2{start}")
    return key, (word, (state, about, statement, accepted or finding.advice))


def _list_ends(parts: Sequence[Part], now: datetime) -> list[Row]:
    rows: list[tuple[tuple[str, str], Row]] = []
    for part in parts:
        for end in part.ends:
            left = days_until(end.day, now)
            words = "ended" if left < 0 or end.status == _EXPIRED else f"{count(left, 'day')} left"
            css = "ended" if words == "ended" else "soon" if left <= _TICKS[2] else ""
            bar = (("left", words), ("bar", _width(left)))
            name = _named(f"{end.what} {end.name}", end.arn, _source(part, parts))
            rows.append(
                ((day(end.day), end.name), (css, (day(end.day), name, _region(end.arn, part), end.status, bar)))
            )
        for title, arn, why in part.undated:
            cells = ("not known", _named(title, arn, _source(part, parts)), _region(arn, part), "", why)
            rows.append((("not known", title), ("undated", cells)))
    return [row for _, row in sorted(rows, key=lambda each: each[0])]


def _width(days: int) -> str:
    """Return how long the bar of what is left is, in percent."""
    steps = enumerate(pairwise(_TICKS))
    parts = (step + (max(days, 0) - start) / (stop - start) for step, (start, stop) in steps if days < stop)
    return f"{next(parts, len(_TICKS) - 1) * 100 / (len(_TICKS) - 1):.1f}"


def _region(arn: str, part: Part) -> str:
    return "".join(arn.split(":")[3:4] or part.regions[: len(part.regions) == 1])


def _list_access(parts: Sequence[Part]) -> list[Row]:
    rows: list[Row] = []
    for part, result in ((part, part.access) for part in parts if part.access is not None):
        for principal in result.principals:
            name = _named(f"{principal.kind} {principal.key}", principal.arn, _source(part, parts))
            table = list_rows(result, principal, names=_NAMES)
            rows += [("", (name, each.target, ", ".join(each.direct), each.through)) for each in table]
    return rows


def _list_costs(parts: Sequence[Part]) -> list[Row]:
    rows: list[Row] = []
    for part in parts:
        groups = Counter((cost.usage_mode, cost.status, cost.monthly_usd) for cost in part.costs)
        for (mode, status, price), number in sorted(groups.items(), key=str):
            prices = ("no price",) * 2 if price is None else (str(price), str(price * number))
            rows.append(("", (part.name, mode, status, str(number), *prices)))
        usage = ((each.what, "at most", str(each.number), "", f"{each.monthly_usd:.2f}") for each in part.usage)
        rows += [("", (part.name, *cells)) for cells in usage]
    return rows


def _row_of_source(part: Part) -> Row:
    moment = f"{part.moment:%Y-%m-%d %H:%M} UTC" if part.moment else ""
    return "", (part.name, part.facts, moment, [("whole", each) for each in part.regions], part.not_shown)
