"""Formats a result as text and as JSON, and describes the JSON with a JSON Schema."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from pcaform.checks.guard.verdict import Finding, GuardResult, Note, Undecided, Waived

_LISTED = 12
"""How many affected objects the text lists; the JSON has all."""


@dataclass(frozen=True, slots=True)
class Report:
    """What `pcaform guard --format json` prints; the major part of `format_version` grows with each breaking change."""

    format_version: Literal["1.1"]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    doubts: tuple[Undecided, ...]
    waived: tuple[Waived, ...]


_REPORT = TypeAdapter(Report)


def format_text(result: GuardResult) -> str:
    """Return a few lines for each finding: what happens and why, what it affects, and what to do instead."""
    waived = (f"{_head(waived.finding)}\n  waived until {waived.until}: {waived.why}" for waived in result.waived)
    return "\n".join([*(line for finding in result.findings for line in _lines(finding)), *waived])


def _lines(finding: Finding) -> Iterator[str]:
    yield _head(finding)
    for difference in finding.differences:
        yield f"  {difference.path}: {difference.before} -> {difference.after}"
    for line in shorten(finding.affected):
        yield f"  affects {line}"
    yield f"  instead: {finding.advice}"


def _head(finding: Finding) -> str:
    address = f"{finding.address}: " if finding.address else ""
    return f"{address}{describe_change(finding)}{finding.message} [{finding.rule}, {finding.level}]"


def describe_change(finding: Finding) -> str:
    """Return what Terraform does and why, as the start of a sentence; empty if it does nothing."""
    words = {"delete": "destroyed", "create": "created", "update": "changed"}
    action = "replaced" if {"delete", "create"} <= set(finding.actions) else words.get("".join(finding.actions))
    because = f" because {finding.cause}" if finding.cause else ""
    return f"{action}{because}: " if action else ""


def shorten(lines: tuple[str, ...]) -> Iterator[str]:
    """Yield the first lines, and how many more there are."""
    yield from lines[:_LISTED]
    if len(lines) > _LISTED:
        yield f"and {len(lines) - _LISTED} more"


def format_json(result: GuardResult) -> str:
    """Return one JSON document, as `json_schema` describes it."""
    report = Report("1.1", result.findings, result.notes, result.doubts, result.waived)
    return _REPORT.dump_json(report, indent=2).decode()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report, for programs that read it."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**dialect, **_REPORT.json_schema(mode="serialization")}
