"""What a check says, in every format of `--format`: the one place where findings become text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pcaform import __version__
from pcaform.core import console
from pcaform.core.finding import Finding, Location
from pcaform.core.formats.json_document import format_json
from pcaform.core.formats.text import join_lines
from pcaform.core.unicode import visible

_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def _annotation(finding: Finding) -> str:
    """Return a workflow command, which GitHub shows as an annotation beside the changed lines.

    Escaping: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    """
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


@dataclass(frozen=True, slots=True)
class Report:
    """A check's findings and its own words for each format, made only for the format that is asked for.

    `lines` are those of the text, each escaped as a whole; `document` is a dataclass or plain data for the JSON.
    """

    findings: Sequence[Finding]
    lines: Callable[[], Iterable[str]]
    document: Callable[[], Any]
    markdown: Callable[[], str]
    html: Callable[[], str] = str

    def format(self, form: str) -> str:
        """Return the report in a format of `--format`."""
        if form == "text":
            return join_lines(self.lines())
        if form == "json":
            return format_json(self.document())
        if form == "github":
            return "\n".join(map(_annotation, self.findings))
        if form == "sarif":
            return format_sarif(self.findings)
        return self.html() if form == "html" else self.markdown()

    def print(self, form: str) -> None:
        """Print the report in a format of `--format`, unless there is nothing to say."""
        if text := self.format(form):
            console.print_result(text, has_commands=form == "github")
