"""Findings at positions in files: annotations of GitHub, and SARIF for code scanning."""

from collections.abc import Sequence
from typing import Any

from pcaform import __version__
from pcaform.core.finding import Finding, Location
from pcaform.core.formats.json_document import format_json
from pcaform.core.unicode import visible

_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def format_github(findings: Sequence[Finding]) -> str:
    """Return workflow commands, which GitHub shows as annotations beside the changed lines.

    Escaping: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    """
    return "\n".join(map(_annotation, findings))


def _annotation(finding: Finding) -> str:
    location = finding.location or Location("")
    title = f"pcaform {finding.rule}"
    properties = {"file": location.path, "line": location.line, "col": location.column, "title": title}
    parameters = ",".join(f"{name}={_escape(str(value), ',:')}" for name, value in properties.items() if value)
    return f"::{finding.severity} {parameters}::{_escape(finding.summary)}"


def _escape(value: str, additional_characters: str = "") -> str:
    value = visible(value)
    for character in f"%{additional_characters}":
        value = value.replace(character, f"%{ord(character):02X}")
    return value


def format_sarif(findings: Sequence[Finding]) -> str:
    """Return a SARIF 2.1.0 log, for code scanning."""
    driver = {
        "name": "pcaform",
        "version": __version__,
        "informationUri": "https://github.com/pcaform/pcaform",
        "rules": [{"id": rule} for rule in sorted({finding.rule for finding in findings})],
    }
    results = [_result(finding) for finding in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return format_json({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(finding: Finding) -> dict[str, Any]:
    """Return one result; `[text](target)` would be a link in its message, sections 3.11.6 and 3.28 of SARIF."""
    result = {
        "ruleId": finding.rule,
        "level": finding.severity.value,
        "message": {"text": visible(finding.summary).replace("](", "\\](")},
    }
    if finding.location is None:
        return result
    place: dict[str, Any] = {"artifactLocation": {"uri": finding.location.path.replace("\\", "/")}}
    if finding.location.line:
        place["region"] = {"startLine": finding.location.line, "startColumn": finding.location.column}
    return {**result, "locations": [{"physicalLocation": place}]}
