"""Parts -> one HTML page: findings, hierarchy, what ends when, access, costs, and what the page is made of."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from xml.etree.ElementTree import Element

from pcaform import __version__
from pcaform.checks.access.report import list_rows
from pcaform.checks.audit.check import when
from pcaform.checks.audit.rule import PRICE, AuditFinding, Cost
from pcaform.checks.guard.report import shorten
from pcaform.checks.guard.verdict import GuardFinding, Undecided
from pcaform.checks.report.parts import Part
from pcaform.core.finding import Finding
from pcaform.core.formats.html_page import Cell, Row, format_page, section, table, tag
from pcaform.core.formats.text import count, day, days_until
from pcaform.render.graph import Graph, list_children
from pcaform.sources.inventory import ImportNote

_TICKS = (0, 30, 91, 365, 3 * 365, 10 * 365, 30 * 365)
_TICK_NAMES = ("now", "30 d", "3 mo", "1 y", "3 y", "10 y")
"""The scale of what is left, in days: equal steps, since the next weeks matter more than a far year."""
_NAMES = 20
_EXPIRED = "EXPIRED"
_UNKNOWN = "unknown"
_RANKS = ("error", _UNKNOWN, "warning", "note", "waived")


def format_parts(parts: Sequence[Part], *, now: datetime | None = None) -> str:
    """Return the page; days that are left count from `now`."""
    now = now or datetime.now(UTC)
    title = f"Private CAs of {parts[0].name}" if len(parts) == 1 else f"Private CAs: {len(parts)} sources"
    names = ", ".join(each.name for each in parts[:_NAMES] if len(parts) > 1)
    facts = f"{names}{' and others' if len(parts) > _NAMES else ''}{'. ' if names else ''}"
    sections = (
        _list_findings(parts),
        *_draw_graphs(parts),
        *_list_ends(parts, now),
        *_list_access(parts),
        *_list_costs(parts),
        _list_sources(parts),
    )
    made = f"Made on {now:%Y-%m-%d %H:%M} UTC by pcaform {__version__}."
    return format_page(title, facts + made, totals=_count(parts, now), sections=sections, version=__version__)


def _count(parts: Sequence[Part], now: datetime) -> Iterator[tuple[str, str]]:
    words = Counter(_word(finding) for each in parts for _, finding in each.found)
    for word in ("error", "warning"):
        yield str(words[word]), word if words[word] == 1 else f"{word}s"
    if words[_UNKNOWN]:
        yield str(words[_UNKNOWN]), _UNKNOWN
    costs = _all_costs(parts)
    if costs:
        yield str(len(costs)), "CA" if len(costs) == 1 else "CAs"
    if coming := sorted(end.day for each in parts for end in each.ends if end.day >= now and end.status != _EXPIRED):
        yield day(coming[0]), "next end"
    if costs:
        yield f"{_sum(costs)} USD", "a month"


def _word(finding: Finding) -> str:
    return _UNKNOWN if isinstance(finding, ImportNote | Undecided) else finding.severity.value


def _all_costs(parts: Sequence[Part]) -> list[Cost]:
    """Return the costs of each CA once: those of accounts, which have what specs describe, else those of specs."""
    known = [each for each in parts if each.costs is not None]
    chosen = [each for each in known if each.moment is not None] or known
    pairs = [(cost.arn or (part.name, number), cost) for part in chosen for number, cost in enumerate(part.costs or ())]
    return list(dict(pairs).values())


def _sum(costs: Sequence[Cost]) -> int:
    return sum(cost.monthly_usd or 0 for cost in costs)


def _list_findings(parts: Sequence[Part]) -> Element:
    rows = [_row_of(part, check, each, len(parts)) for part in parts for check, each in part.found]
    rows += [_row_of(part, "guard", each, len(parts), why) for part in parts for each, why in part.accepted]
    rows.sort(key=lambda row: row[0])
    if not rows:
        return section("findings", "Findings", tag("p", "Nothing was found.", css="nothing"))
    columns = ("Severity", "About", "What is wrong", "What to do")
    listed = table("What is wrong, errors first, the soonest first", columns, (row for _, row in rows), name="findings")
    return section("findings", "Findings", listed, number=len(rows))


def _row_of(
    part: Part, check: str, finding: Finding, sources: int, accepted: str | None = None
) -> tuple[tuple[int, str], Row]:
    """Return the row of a finding, after what it is sorted by; `accepted` says why it does not count."""
    start, level = "", ""
    details: list[str] = []
    if isinstance(finding, AuditFinding):
        start = when(finding, part.moment or datetime.now(UTC))
    if isinstance(finding, GuardFinding | Undecided):
        level = f", {finding.level}"
    if isinstance(finding, GuardFinding):
        details = [f"{each.path}: {each.before} → {each.after}" for each in finding.differences]
        details += [f"affects {line}" for line in shorten(finding.affected)]
    word = _word(finding) if accepted is None else "waived" if accepted else "note"
    arn = getattr(finding, "arn", "")
    place = str(finding.location) if finding.location else ""
    about = _named(finding.subject or place, arn, place if finding.subject else "", part.name if sources > 1 else "")
    small = [*details, f"{finding.rule}{level}"]
    statement: Cell = [finding.statement, *(tag("small", each) for each in small)]
    advice = accepted or finding.advice
    state: Cell = [tag("span", word, css=f"pill {word}"), tag("span", start, css="start"), tag("small", check)]
    key = (_RANKS.index(word), "1" if start == "now" else f"2{start}")
    return key, (word, (state, about, statement, advice))


def _named(name: str, *small: str) -> list[Element | str]:
    return [
        tag("span", name, css="name"),
        *(tag("small", each, css="arn" if each.startswith("arn:") else "") for each in small if each),
    ]


def _draw_graphs(parts: Sequence[Part]) -> Iterator[Element]:
    graphs = [(part, part.graph) for part in parts if part.graph is not None]
    if not graphs:
        return
    trees = []
    for part, graph in graphs:
        trees += [tag("h3", part.name)] if len(graphs) > 1 else []
        trees.append(_branches(graph, list_children(graph), "") or tag("p", "There are no CAs."))
    number = sum(node.kind == "CA" for _, graph in graphs for node in graph.nodes.values())
    yield section("hierarchy", "Hierarchy", *trees, number=number)


def _branches(graph: Graph, children: dict[str, list[tuple[str, str]]], parent: str) -> Element | None:
    items = []
    for name, meaning in children.get(parent, []):
        node, below = graph.nodes[name], _branches(graph, children, name)
        label = [tag("span", node.lines[0], css="name"), tag("span", " · ".join(node.lines[1:]), css="facts")]
        label += [tag("span", meaning, css="meaning")] if meaning not in ("", "signs") else []
        items.append(tag("li", tag("div", *label), *([below] if below is not None else []), css=node.kind))
    return tag("ul", *items, css="tree") if items else None


def _list_ends(parts: Sequence[Part], now: datetime) -> Iterator[Element]:
    rows: list[tuple[tuple[str, str], Row]] = []
    for part in parts:
        source = part.name if len(parts) > 1 else ""
        for end in part.ends:
            left = days_until(end.day, now)
            words = "ended" if left < 0 or end.status == _EXPIRED else f"{count(left, 'day')} left"
            css = "ended" if words == "ended" else "soon" if left <= _TICKS[2] else ""
            bar: Cell = [tag("span", words, css="left"), _bar(left)]
            cells = (
                day(end.day),
                _named(f"{end.what} {end.name}", end.arn, source),
                _region(end.arn, part),
                end.status,
            )
            rows.append(((day(end.day), end.name), (css, (*cells, bar))))
        for name, arn, why in part.undated:
            cells = ("not known", _named(name, arn, source), _region(arn, part), "")
            rows.append((("not known", name), ("undated", (*cells, why))))
    if rows:
        columns = ("Ends", "What", "Region", "Status", "Time left")
        caption = f"The soonest first; bars are on a scale of {', '.join(_TICK_NAMES)} and 30 y"
        ordered = [row for _, row in sorted(rows, key=lambda each: each[0])]
        listed = table(caption, columns, ordered, name="ends")
        scale = tag("span", *(tag("span", each) for each in _TICK_NAMES), css="scale")
        scale.set("aria-hidden", "true")
        listed[1][0][-1].append(scale)
        yield section("ends", "What ends when", listed, number=len(rows))


def _bar(days: int) -> Element:
    """Return a bar from now to an end."""
    steps = enumerate(pairwise(_TICKS))
    parts = (step + (max(days, 0) - start) / (stop - start) for step, (start, stop) in steps if days < stop)
    width = next(parts, len(_TICKS) - 1) * 100 / (len(_TICKS) - 1)
    picture = Element("svg", {"viewBox": "0 0 100 6", "preserveAspectRatio": "none", "aria-hidden": "true"})
    picture.append(Element("rect", {"width": f"{width:.1f}", "height": "6"}))
    return picture


def _region(arn: str, part: Part) -> str:
    return "".join(arn.split(":")[3:4] or part.regions[: len(part.regions) == 1])


def _list_access(parts: Sequence[Part]) -> Iterator[Element]:
    known = [(part, part.access) for part in parts if part.access is not None]
    rows: list[Row] = []
    for part, result in known:
        for principal in result.principals:
            name = _named(f"{principal.kind} {principal.key}", principal.arn, part.name if len(parts) > 1 else "")
            for each in list_rows(result, principal, names=_NAMES):
                same = each.through_acm and each.through_acm == each.direct
                through = "the same" if same else ", ".join(each.through_acm)
                rows.append(("", (name, each.target, ", ".join(each.direct), through)))
    if known:
        columns = ("Principal", "On", "May do itself", "May do through ACM")
        listed = table("Who may do what; all else is denied", columns, rows, name="access")
        content = listed if rows else tag("p", "No principal has access to these CAs.")
        yield section("access", "Access", content, number=len(rows))


def _list_costs(parts: Sequence[Part]) -> Iterator[Element]:
    rows: list[Row] = []
    for part in parts:
        groups = Counter((cost.usage_mode, cost.status, cost.monthly_usd) for cost in part.costs or ())
        for (mode, status, price), number in sorted(groups.items(), key=str):
            each, total = ("no price",) * 2 if price is None else (str(price), str(price * number))
            rows.append(("", (part.name, mode, status, str(number), each, total)))
    if rows:
        columns = ("Source", "Mode", "Status", "CAs#", "USD each#", "USD a month#")
        yield section("costs", "Costs", table(f"In US dollars a month: {PRICE}", columns, rows, name="costs"))


def _list_sources(parts: Sequence[Part]) -> Element:
    rows: list[Row] = []
    for part in parts:
        moment = f"{part.moment:%Y-%m-%d %H:%M} UTC" if part.moment else ""
        regions = [tag("span", each, css="whole") for each in part.regions]
        rows.append(("", (part.name, part.facts, moment, regions, part.not_shown)))
    columns = ("Source", "What it is", "Read on", "Regions", "What it does not show")
    return section("sources", "Sources", table("What this page is made of", columns, rows, name="sources"))
