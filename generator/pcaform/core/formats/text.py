"""Text: lines, each of which stays one line, findings with the source line and a caret below the column, and dates."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TextIO

from pcaform.core import console
from pcaform.core.finding import Finding, Severity
from pcaform.core.unicode import visible, visible_line

_WINDOW = 120
_BOLD, _RESET = "\x1b[1m", "\x1b[0m"
_COLOURS = {Severity.ERROR: "\x1b[31m", Severity.WARNING: "\x1b[33m"}
_RED, _YELLOW = _COLOURS.values()
_LABELS = {
    **dict.fromkeys(("error", "now", "urgent", "breaks renewal", "would replace a CA"), _RED),
    **dict.fromkeys(("any day", "unknown", "cannot be expressed"), _YELLOW),
    "do not apply this": _RED,
    "warning": _YELLOW,
    "undecided": _YELLOW,
    "undecided, do not apply this": _YELLOW,
    "waived": "\x1b[2m",
    "note": "\x1b[2m",
}


def join_lines(lines: Iterable[str]) -> str:
    """Return lines as one text, each of them escaped as a whole."""
    return "\n".join(map(visible_line, lines))


def lay_out(line: str, stream: TextIO | None) -> str:
    """Return an escaped line for a terminal: its first words in colour if they say how severe it is, and wrapped."""
    line = console.wrap_line(line, stream)
    label = re.split(r"(?<=:)|  |$", line, maxsplit=1)[0]
    colour = _LABELS.get(label.rstrip(":")) if console.has_colour(stream) else None
    return f"{colour}{label}{_RESET}{line.removeprefix(label)}" if colour else line


def source_lines(finding: Finding) -> Iterator[str]:
    """Yield the one-line form, then the source line with a caret below the column."""
    yield str(finding)
    location = finding.location
    if location is None or not location.source or not location.line:
        return
    before = location.column - 1
    start = max(0, before - _WINDOW // 2) if len(location.source) > _WINDOW else 0
    text = location.source[start : start + _WINDOW].replace("\t", " ").rstrip()
    yield f"  {visible(text)}"
    yield f"  {' ' * len(visible(text[: before - start].ljust(before - start)))}^"


def format_findings(findings: Sequence[Finding], *, colour: bool = False) -> str:
    """Return each finding with its source line."""
    lines = []
    for finding in findings:
        first, *rest = map(visible_line, source_lines(finding))
        if colour:
            location, _, message = console.wrap_line(first, sys.stdout).partition(": ")
            first = f"{_BOLD}{location}:{_RESET} {_COLOURS[finding.severity]}{message}{_RESET}"
        lines += [first, *rest]
    return "\n".join(lines)


def day(moment: datetime | None) -> str:
    """Return a date such as 2027-01-31, in UTC as AWS uses it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}" if moment is not None else "a day that AWS does not name"


def count(number: int, noun: str) -> str:
    """Return a number with its noun, which takes an s unless the number is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def count_severities(findings: Iterable[Finding]) -> str:
    """Return how many findings are errors and warnings, in words; nothing where there are none."""
    counts = Counter(each.severity for each in findings)
    return ", ".join(count(counts[each], each.value) for each in Severity if counts[each])


def days_until(moment: datetime, now: datetime) -> int:
    """Return the number of whole days until a moment, negative if it is in the past."""
    return (moment - now).days
