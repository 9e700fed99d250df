"""The page of figures: what benchmarks/last.json has, as tables. Nothing is measured here."""

import json
import statistics
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
LAST = DOCS.parent / "benchmarks" / "last.json"
Records = Sequence[dict[str, Any]]
TITLES = {
    "fleet": "Many stacks",
    "validate": "Validating",
    "render": "One large stack",
    "guard": "Guard",
    "access": "Access",
    "import_state": "Import from a state",
    "import_hcl": "Import from Terraform files",
    "import_aws": "Import from an account",
}
TEXTS = {
    "fleet": """A base and specs that extend it, each with four CAs and two issuers, in a git repository with their
stacks, which are rendered with `--modules shared`. `terraform fmt` checks these stacks; the script fills templates
without a loop to as many files and bytes, and checks nothing; PyYAML loads the specs and does nothing with them.""",
    "validate": """Within one process, against PyYAML's C loader on the same text; at the end, whole processes.""",
    "render": """One spec: plan, templates and layout within one process, against `terraform fmt` on the same bytes,
whose start-up is taken off; and the command: written, again without a change, and with `--check`.""",
    "guard": """A plan, against Python's decoding of its JSON; two specs that differ in one grant, against validating
one of them.""",
    "access": """As many issuers as CAs, against validating the spec; and an account, within one process.""",
    "import_state": """Against `terraform state list` on the same file.""",
    "import_hcl": """Against `hcl2.loads` of python-hcl2 on the same text, both without a cache.""",
    "import_aws": """A sandbox that throttles at AWS's rates: elapsed seconds, against the least that they allow.""",
}
WHOLE, SIZES = 100, 3
"""The number from which on none has a fraction, and how many sizes growth is told from."""


def figures(_: str) -> str:
    """Return the generated part of the page."""
    return format_figures(json.loads(LAST.read_text(encoding="utf-8")))


def format_figures(document: dict[str, Any]) -> str:
    """Return the machines, what is worse than before, and a section for each benchmark."""
    worse = list(list_worse(document))
    told = ["## Worse than before", "", *(f"- {line}" for line in worse), ""] if worse else []
    sections = [
        line
        for name in TITLES
        if (records := [each for each in document["results"] if each["benchmark"] == name])
        for line in _section(name, records)
    ]
    return "\n".join([*_machines(document), *told, *sections]).rstrip()


def _machines(document: dict[str, Any]) -> Iterator[str]:
    """Yield a row for each machine, with the days and the benchmarks of its figures."""
    yield from ("## Where and when", "", "| machine | figures |", "| --- | --- |")
    for name, machine in document["machines"].items():
        mine = sorted({(each["date"], each["benchmark"]) for each in document["results"] if each["machine"] == name})
        days = [
            f"{date}: {', '.join(TITLES[one].lower() for _, one in both)}"
            for date, both in groupby(mine, key=lambda each: each[0])
        ]
        yield f"| {', '.join(f'{key} {value}' for key, value in machine.items())} | {'; '.join(days)} |"
    yield ""


def _section(benchmark: str, records: Records) -> Iterator[str]:
    yield from (f"## {TITLES[benchmark]}", "", TEXTS[benchmark], "")
    for unit in dict.fromkeys(each["unit"] for each in records):
        of_unit = [each for each in records if each["unit"] == unit]
        yield from _tables(unit, of_unit)


def _tables(unit: str, records: Records) -> Iterator[str]:
    """Yield a table of ratios, and one of seconds and memory: a row for each thing, a column for each size."""
    sizes = sorted({each["size"] for each in records})
    at = {(each["name"], each["size"]): each for each in records}
    columns = [f"{size:,} {unit}" if size else "" for size in sizes]
    names = list(dict.fromkeys(each["name"] for each in records))
    others = {
        name: dict.fromkeys(o for each in records if each["name"] == name for o in each["ratios"]) for name in names
    }
    if any(others.values()):
        yield from _head("ratio to", columns)
        for name, other in [(each, other) for each in names for other in others[each]]:
            cells = [_spread(at.get((name, size), {}).get("ratios", {}).get(other, ())) for size in sizes]
            yield f"| {name} | {other} | {' | '.join(cells)} |"
        yield ""
    yield from _head("growth", columns)
    for name in names:
        mine = {size: at[name, size] for size in sizes if (name, size) in at}
        cells = [_cost(mine[size]) if size in mine else "" for size in sizes]
        yield f"| {name} | {_growth(mine)} | {' | '.join(cells)} |"
    yield ""


def _head(second: str, columns: Sequence[str]) -> Iterator[str]:
    names = ("", second, *columns)
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"


def _spread(runs: Sequence[float]) -> str:
    if not runs:
        return ""
    middle = _number(statistics.median(runs))
    return middle if len(runs) == 1 else f"{middle} ({_number(min(runs))} to {_number(max(runs))})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= WHOLE else f"{float(f'{value:.2g}'):g}"


def _cost(record: dict[str, Any]) -> str:
    seconds = _number(statistics.median(record.get("cpu") or record["wall"]))
    memory = [f"{statistics.median(record[part]):,.0f}" for part in ("memory", "worker") if part in record]
    return f"{seconds} s" + (f", {' + '.join(memory)} MB" if memory else "")


def _growth(records: dict[int, dict[str, Any]]) -> str:
    """Return the cost of one more between the two largest sizes, in relation to that between the two before."""
    took = [(size, statistics.median(each["cpu"])) for size, each in sorted(records.items()) if "cpu" in each][-SIZES:]
    if len(took) < SIZES or len({each["machine"] for each in records.values()}) > 1:
        return ""
    (first, one), (second, two), (third, three) = took
    earlier, later = (two - one) / (second - first), (three - two) / (third - second)
    return _number(later / earlier) if earlier > 0 and later > 0 else ""


def list_worse(document: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each figure that is worse than it was."""
    for record in document["results"]:
        size = f", {record['size']:,} {record['unit']}" if record["size"] else ""
        what = f"{record['benchmark']}: {record['name']}{size}"
        for other, then in record.get("before", {}).get("ratios", {}).items():
            yield f"slower: {what}, to {other}: {_change(then, record['ratios'][other], 'x')}"
        for part, then in record.get("before", {}).get("memory", {}).items():
            whose = ", its workers" if part == "worker" else ""
            yield f"larger: {what}{whose}: {_change(then, record[part], ' MB')}"


def _change(then: Sequence[float], now: Sequence[float], unit: str) -> str:
    return " -> ".join(f"{_number(statistics.median(runs))}{unit}" for runs in (then, now))


def describe(record: dict[str, Any]) -> Iterator[str]:
    """Yield the parts of a line for a result: what it is, what it took, and the ratios."""
    size = f", {record['size']:,} {record['unit']}" if record["size"] else ""
    yield f"{record['name'] + size:50}"
    yield f"{_cost(record):24}"
    for other, runs in record["ratios"].items():
        yield f"{_spread(runs)} x {other}"
