"""Formats drift as text, as Markdown for pull requests, and as JSON with its JSON Schema."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from pydantic import TypeAdapter

from pcaform.checks.drift.difference import Difference, Drift


@dataclass(frozen=True, slots=True)
class Report:
    """What `drift --format json` prints; the major part of `format_version` grows when a reader could break."""

    format_version: Literal["1.0"]
    stack: str
    account_id: str
    compared: int
    differences: tuple[Difference, ...]


_REPORT = TypeAdapter(Report)
_URGENT = "urgent"


def format_text(drift: Drift) -> str:
    """Return the differences grouped by what becomes of them, each in two lines: the difference, and what to do."""
    return "\n".join(line for title, group in _group(drift) for line in (title, *_lines(group)))


def _group(drift: Drift) -> Iterator[tuple[str, list[Difference]]]:
    for title, differences in groupby(drift.differences, key=_title):
        yield title, list(differences)


def _title(difference: Difference) -> str:
    return _URGENT if difference.is_urgent else difference.kind.value


def _lines(differences: list[Difference]) -> Iterator[str]:
    for difference in differences:
        kind = f" [{difference.kind.value}]" if difference.is_urgent else ""
        yield f"  {difference.place}: {difference.message}{kind}"
        yield f"    {difference.advice}"


def format_markdown(drift: Drift) -> str:
    """Return a table, one line for each difference."""
    if not drift.differences:
        return f"`{drift.stack}`: no difference between the spec and account {drift.account_id}."
    lines = ["| kind | place in the spec | difference | what to do |", "| --- | --- | --- | --- |"]
    for difference in drift.differences:
        kind = f"**{difference.kind.value}**" if difference.is_urgent else difference.kind.value
        cells = (kind, f"`{difference.place}`", difference.message, difference.advice)
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines)


def format_json(drift: Drift) -> str:
    """Return one JSON document; `json_schema` describes it."""
    report = Report("1.0", drift.stack, drift.account_id, drift.compared, drift.differences)
    return _REPORT.dump_json(report, indent=2).decode()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report, for programs that read it."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**dialect, **_REPORT.json_schema(mode="serialization")}


FORMATS: Mapping[str, Callable[[Drift], str]] = {"text": format_text, "markdown": format_markdown, "json": format_json}
"""The values of `--format`."""
