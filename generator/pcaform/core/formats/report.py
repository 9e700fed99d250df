"""What a check says, in every format of `--format`: the one place where findings become text, and reports JSON."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pcaform import __version__
from pcaform.core import console
from pcaform.core.finding import Finding, Location
from pcaform.core.formats.text import join_lines, lay_out
from pcaform.core.unicode import COMMAND, json_escape, visible, visible_line

T = TypeVar("T")
_DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def format_json(document: Any) -> str:
    """Return a dataclass or plain data as JSON in which nothing commands a terminal or a CI log, also as text.

    The field `format_version` of every report: its major number grows with breaking changes.
    """
    from pydantic import TypeAdapter

    data = TypeAdapter(type(document)).dump_python(document, mode="json", by_alias=True)
    text = json.dumps(data, indent=2, ensure_ascii=False)
    if not text.replace("\n", "").isprintable():
        text = "".join(each if each.isprintable() or each == "\n" else json_escape(each) for each in text)
    return COMMAND.sub(r"#\\u0023", text)


def list_problems(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Return findings about files as plain data."""

    def record(problem: Finding) -> dict[str, object]:
        parts = {problem.location or Location(""): ("path", "line", "column"), problem: ("severity", "rule", "message")}
        return {name: getattr(part, name) for part, names in parts.items() for name in names}

    return list(map(record, findings))


def alias(name: str, kind: type[T]) -> T:
    """Return a property that repeats a field under another name, in Python and in JSON."""
    from pydantic import computed_field

    repeated: Any = computed_field(return_type=kind)(property(lambda finding: getattr(finding, name)))
    return cast("T", repeated)


def json_schema(report: type, *, rules: Sequence[str] = ()) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a report's dataclass, for programs that read it; all keys are always there.

    `rules` are the ids that its findings may have, if they are a closed list.
    """
    from pydantic import TypeAdapter

    schema = {**_DIALECT, **TypeAdapter(report).json_schema(mode="serialization")}
    for name, part in [("", schema), *schema["$defs"].items()]:
        if "properties" in part:
            part["required"] = list(part["properties"])
        if rules and name.endswith("Finding"):
            part["properties"]["rule"] = {"$ref": "#/$defs/Rule"}
    if rules:
        schema["$defs"]["Rule"] = {"title": "Rule", "type": "string", "enum": list(rules)}
    return schema


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
    return visible(value).translate({ord(each): f"%{ord(each):02X}" for each in f"%{additional_characters}"})


def format_sarif(findings: Sequence[Finding], tags: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return a SARIF 2.1.0 log, for code scanning; `tags` are those of rules by id."""
    driver = {
        "name": "pcaform",
        "version": __version__,
        "informationUri": "https://github.com/pcaform/pcaform",
        "rules": [_rule(rule, (tags or {}).get(rule)) for rule in sorted({finding.rule for finding in findings})],
    }
    results = [_result(finding) for finding in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return format_json({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: str, tags: Sequence[str] | None) -> dict[str, Any]:
    return {"id": rule, "properties": {"tags": tags}} if tags else {"id": rule}


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
    tags: Mapping[str, Sequence[str]] | None = None

    def format(self, form: str) -> str:
        """Return the report in a format of `--format`."""
        if form == "text":
            return join_lines(self.lines())
        if form == "json":
            return format_json(self.document())
        if form == "github":
            return "\n".join(map(_annotation, self.findings))
        if form == "sarif":
            return format_sarif(self.findings, self.tags)
        return self.markdown()

    def print(self, form: str) -> None:
        """Print the report in a format of `--format`, unless there is nothing to say; a terminal gets colours."""
        text = self.format(form)
        if text and form == "text" and console.width(sys.stdout):
            lines = "\n".join(lay_out(line, sys.stdout) for line in text.split("\n"))
            console.print_result(lines, is_coloured=True)
        elif text:
            console.print_result(text, has_commands=form == "github")


def print_line(line: str) -> None:
    """Print a line to stderr as a report's text is printed to stdout."""
    console.print_styled(lay_out(visible_line(line), sys.stderr))
