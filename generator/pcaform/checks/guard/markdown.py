"""Judgement -> Markdown for a comment on a pull request: the same for the same judgement, with a mark to find it by."""

import re
from collections.abc import Iterator

from pcaform.checks.guard.report import describe_change, shorten
from pcaform.checks.guard.verdict import Finding, GuardResult

MARKER = "<!-- pcaform guard -->"
"""The first line, which shows nothing: a pipeline that finds it in a comment of its own updates that comment."""

_LIMIT = 60_000
"""GitHub refuses a comment of more than 65,536 characters; so many leave room for the rest."""

_SPECIAL = re.compile(r"[\\`*_\[\]<>&|#~]")


def format_markdown(result: GuardResult) -> str:
    """Return the comment: a verdict, then one part for each finding that opens on a click."""
    parts = [*map(_part, result.findings)]
    parts += [_folded(f"{len(result.doubts)} not judged", _doubts(result))] if result.doubts else []
    parts += [_folded(f"{len(result.waived)} waived", _waived(result))] if result.waived else []
    parts += [_folded(f"{len(result.notes)} notes", _notes(result))] if result.notes else []
    return "\n\n".join([MARKER, f"### pcaform guard: {format_verdict(result)}", *_fitting(parts)])


def format_verdict(result: GuardResult) -> str:
    """Return in a few words what was found, by level, and what was not judged or is accepted."""
    levels = [finding.level for finding in result.findings]
    counts = [f"{levels.count(level)} {level}" for level in dict.fromkeys(levels)]
    counts += [f"{len(result.doubts)} not judged"] if result.doubts else []
    counts += [f"{len(result.waived)} waived"] if result.waived else []
    return ", ".join(counts) or "nothing found"


def _part(finding: Finding) -> str:
    lines = [
        f"{_escaped(describe_change(finding))}{_escaped(finding.message)}.",
        *(f"- `{_code(each.path)}`: {_quoted(each.before)} → {_quoted(each.after)}" for each in finding.differences),
    ]
    affected = [f"- {_escaped(line)}" for line in shorten(finding.affected)]
    body = ["\n".join(lines), *(["Affected:\n" + "\n".join(affected)] if affected else [])]
    body.append(f"Instead: {_escaped(finding.advice)}.")
    title = f"{finding.level}: <code>{_html(finding.address)}</code> {finding.rule}"
    return f"<details><summary>{title}</summary>\n\n" + "\n\n".join(body) + "\n\n</details>"


def _doubts(result: GuardResult) -> Iterator[str]:
    for doubt in result.doubts:
        yield (
            f"- `{_code(doubt.address)}`: {_escaped(doubt.message)}"
            if doubt.address
            else f"- {_escaped(doubt.message)}"
        )


def _waived(result: GuardResult) -> Iterator[str]:
    for each in result.waived:
        yield f"- `{_code(each.finding.address)}` {each.finding.rule}, until {each.until}: {_escaped(each.why)}"


def _notes(result: GuardResult) -> Iterator[str]:
    for note in result.notes:
        yield f"- `{_code(note.address)}`: {_escaped(note.message)}" if note.address else f"- {_escaped(note.message)}"


def _folded(title: str, lines: Iterator[str]) -> str:
    return f"<details><summary>{title}</summary>\n\n" + "\n".join(lines) + "\n\n</details>"


def _fitting(parts: list[str]) -> Iterator[str]:
    """Yield as many parts as a comment holds, and how many more there are."""
    left = _LIMIT
    for number, part in enumerate(parts):
        left -= len(part)
        if left < 0:
            yield f"{len(parts) - number} more do not fit here: see the log of the pipeline."
            return
        yield part


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"\\{found[0]}" if found[0] not in "<>&" else _html(found[0]), text)


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _code(text: str) -> str:
    return text.replace("`", "'").replace("\n", " ")


def _quoted(text: str) -> str:
    return f"`{_code(text)}`"
