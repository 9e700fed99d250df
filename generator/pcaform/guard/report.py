"""Judgement -> text for people and JSON for programs, and the JSON Schema of the latter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from pcaform.guard.judgement import Doubt, Finding, Judgement, Note


@dataclass(frozen=True, slots=True)
class Report:
    """What `pcaform guard --format json` prints; the first part of `format_version` grows when a reader could break."""

    format_version: Literal["1.0"]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    doubts: tuple[Doubt, ...]


_REPORT = TypeAdapter(Report)


def text(judgement: Judgement) -> str:
    """Return two lines for each finding: what happens and why, then what to do instead."""
    return "\n".join(line for finding in judgement.findings for line in _lines(finding))


def _lines(finding: Finding) -> tuple[str, str]:
    done = "replaced" if "create" in finding.actions else "destroyed"
    cause = f" because {finding.cause}" if finding.cause else ""
    return (
        f"{finding.address}: {done}{cause}: {finding.message} [{finding.rule}]",
        f"  instead: {finding.advice}",
    )


def as_json(judgement: Judgement) -> str:
    """Return one JSON document, as `json_schema` describes it."""
    report = Report("1.0", judgement.findings, judgement.notes, judgement.doubts)
    return _REPORT.dump_json(report, indent=2).decode()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report, for programs that read it."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**dialect, **_REPORT.json_schema(mode="serialization")}


FORMATS: Mapping[str, Callable[[Judgement], str]] = {"text": text, "json": as_json}
"""What `--format` takes."""
