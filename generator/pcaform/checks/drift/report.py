"""The report of drift: its text, Markdown for pull requests, and what its JSON holds."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from pcaform.checks.drift.difference import Drift
from pcaform.core.finding import Location
from pcaform.core.formats.markdown import code, code_cell, escape, table
from pcaform.core.formats.report import Report

_URGENT = "urgent"


def build_report(drift: Drift, path: str = "") -> Report:
    """Return the report of the drift of the spec in a file."""
    location = Location(path) if path else None
    differences = tuple(replace(each, location=location) for each in drift.differences)
    return Report(
        differences,
        lines=lambda: _lines(drift),
        document=lambda: replace(drift, differences=differences),
        markdown=lambda: _format_markdown(drift),
    )


def _lines(drift: Drift) -> Iterator[str]:
    """Yield the differences grouped by what becomes of them, each in two lines: the difference, and what to do."""
    for title, differences in groupby(drift.differences, key=lambda each: _URGENT if each.is_urgent else each.kind):
        yield title
        for difference in differences:
            kind = f" [{difference.kind}]" if difference.is_urgent else ""
            yield f"  {difference.place}: {difference.message}{kind}"
            yield f"    {difference.advice}"


def _format_markdown(drift: Drift) -> str:
    """Return a table, one line for each difference."""
    if not drift.differences:
        return f"{code(drift.stack)}: no difference between the spec and account {drift.account_id}."
    rows = (
        (
            f"**{each.kind}**" if each.is_urgent else each.kind,
            code_cell(each.place),
            escape(each.message),
            escape(each.advice),
        )
        for each in drift.differences
    )
    return "\n".join(table(("kind", "place in the spec", "difference", "what to do"), rows))
