"""Output formats of problems: text, JSON, GitHub annotations and SARIF."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pcaform import __version__
from pcaform.core.problems import Problem, Severity

FORMAT_VERSION = "1.0"
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RED, _YELLOW, _BOLD, _RESET = "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[0m"
_COLOURS = {Severity.ERROR: _RED, Severity.WARNING: _YELLOW}


def format_text(problems: Sequence[Problem], *, colour: bool = False) -> str:
    """Return each problem with its source line and a caret below the column."""
    return "\n".join(_colour(problem) if colour else problem.with_source() for problem in problems)


def _colour(problem: Problem) -> str:
    first, *rest = problem.with_source().splitlines()
    location, _, message = first.partition(": ")
    return "\n".join([f"{_BOLD}{location}:{_RESET} {_COLOURS[problem.severity]}{message}{_RESET}", *rest])


def format_json(problems: Sequence[Problem]) -> str:
    """Return one JSON document; `format_version` changes with each incompatible change of the format."""
    content = {"format_version": FORMAT_VERSION, "problems": [_record(problem) for problem in problems]}
    return json.dumps(content, indent=2, ensure_ascii=False)


def _record(problem: Problem) -> dict[str, Any]:
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "severity": problem.severity.value,
        "rule": problem.rule,
        "message": problem.message,
    }


def format_github(problems: Sequence[Problem]) -> str:
    """Return workflow commands, which GitHub shows as annotations beside the changed lines.

    Escaping: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    """
    return "\n".join(_annotation(problem) for problem in problems)


def _annotation(problem: Problem) -> str:
    properties = {"file": problem.path, "line": problem.line, "col": problem.column, "title": f"pcaform {problem.rule}"}
    parameters = ",".join(f"{name}={_escape(str(value), ',:')}" for name, value in properties.items() if value)
    return f"::{problem.severity} {parameters}::{_escape(problem.message, '')}"


def _escape(value: str, additional_characters: str) -> str:
    for character in "%\r\n" + additional_characters:
        value = value.replace(character, f"%{ord(character):02X}")
    return value


def format_sarif(problems: Sequence[Problem]) -> str:
    """Return a SARIF 2.1.0 log, for code scanning."""
    rules = sorted({problem.rule for problem in problems})
    driver = {
        "name": "pcaform",
        "version": __version__,
        "informationUri": "https://github.com/pcaform/pcaform",
        "rules": [{"id": rule} for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem) for problem in problems],
    }
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _result(problem: Problem) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": problem.path.replace("\\", "/")}}
    if problem.line:
        location["region"] = {"startLine": problem.line, "startColumn": problem.column}
    return {
        "ruleId": problem.rule,
        "level": problem.severity.value,
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": location}],
    }


FORMATS: Mapping[str, Callable[[Sequence[Problem]], str]] = {
    "text": format_text,
    "json": format_json,
    "github": format_github,
    "sarif": format_sarif,
}
"""The values of `--format`."""
