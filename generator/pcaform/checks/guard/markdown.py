"""Formats a result as Markdown for a pull request comment: the same text for the same result, with a marker."""

import re
from collections.abc import Iterator

from pcaform.checks.guard.report import describe_change, shorten
from pcaform.checks.guard.verdict import Finding, GuardResult

MARKER = "<!-- pcaform guard -->"
"""The first line, invisible: a pipeline that finds it in one of its comments updates that comment."""

_LIMIT = 60_000
"""GitHub refuses a comment of more than 65,536 characters; this limit leaves room for the rest."""

_SPECIAL = re.compile(r"[\\`*_\[\]<>&|#~]")


def format_markdown(result: GuardResult) -> str:
    """Return the comment: a verdict, then one collapsed section for each finding."""
    parts = [*map(_part, result.findings)]
    parts += [_fold(f"{len(result.doubts)} not judged", _undecided(result))] if result.doubts else []
    parts += [_fold(f"{len(result.waived)} waived", _waived(result))] if result.waived else []
    parts += [_fold(f"{len(result.notes)} notes", _notes(result))] if result.notes else []
    return "\n\n".join([MARKER, f"### pcaform guard: {format_verdict(result)}", *_fit(parts)])


def format_verdict(result: GuardResult) -> str:
    """Return the number of findings by level, of undecided changes, and of waived findings."""
    levels = [finding.level for finding in result.findings]
    counts = [f"{levels.count(level)} {level}" for level in dict.fromkeys(levels)]
    counts += [f"{len(result.doubts)} not judged"] if result.doubts else []
    counts += [f"{len(result.waived)} waived"] if result.waived else []
    return ", ".join(counts) or "nothing found"


def _part(finding: Finding) -> str:
    lines = [
        f"{_escape(describe_change(finding))}{_escape(finding.message)}.",
        *(f"- `{_code(each.path)}`: {_quote(each.before)} → {_quote(each.after)}" for each in finding.differences),
    ]
    affected = [f"- {_escape(line)}" for line in shorten(finding.affected)]
    body = ["\n".join(lines), *(["Affected:\n" + "\n".join(affected)] if affected else [])]
    body.append(f"Instead: {_escape(finding.advice)}.")
    title = f"{finding.level}: <code>{_html(finding.address)}</code> {finding.rule}"
    return f"<details><summary>{title}</summary>\n\n" + "\n\n".join(body) + "\n\n</details>"


def _undecided(result: GuardResult) -> Iterator[str]:
    for undecided in result.doubts:
        yield (
            f"- `{_code(undecided.address)}`: {_escape(undecided.message)}"
            if undecided.address
            else f"- {_escape(undecided.message)}"
        )


def _waived(result: GuardResult) -> Iterator[str]:
    for each in result.waived:
        yield f"- `{_code(each.finding.address)}` {each.finding.rule}, until {each.until}: {_escape(each.why)}"


def _notes(result: GuardResult) -> Iterator[str]:
    for note in result.notes:
        yield f"- `{_code(note.address)}`: {_escape(note.message)}" if note.address else f"- {_escape(note.message)}"


def _fold(title: str, lines: Iterator[str]) -> str:
    return f"<details><summary>{title}</summary>\n\n" + "\n".join(lines) + "\n\n</details>"


def _fit(parts: list[str]) -> Iterator[str]:
    """Yield as many parts as fit into a comment, and how many more there are."""
    left = _LIMIT
    for number, part in enumerate(parts):
        left -= len(part)
        if left < 0:
            yield f"{len(parts) - number} more do not fit here: see the log of the pipeline."
            return
        yield part


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"\\{found[0]}" if found[0] not in "<>&" else _html(found[0]), text)


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _code(text: str) -> str:
    return text.replace("`", "'").replace("\n", " ")


def _quote(text: str) -> str:
    return f"`{_code(text)}`"
