"""Markdown for comments and pages: foreign text in it is text, and mentions, links and references nobody asked for."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from pcaform.core.finding import Finding
from pcaform.core.unicode import visible

_SPECIAL = re.compile(r"[\\`*\[\]<>&|~]|(?<![^\W_])_|_(?![^\W_])|#|@|(?<=:)//|(?<=\bwww)\.|(?<=\bGH)-", re.IGNORECASE)
_HTML = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_SPACE = "&#8203;"
"""A space of no width: GitHub then sees no mention, no reference and no link of its own, not even after an escape."""


def escape(text: str) -> str:
    """Return text for a paragraph, a list or a cell: it is shown as it is, and does nothing."""
    text = visible(text)
    return _SPECIAL.sub(lambda found: _escape(found[0], text[found.end() : found.end() + 1]), text)


def _escape(special: str, following: str) -> str:
    if special in ("//", "."):
        return f"{_SPACE}{special}"
    if special in ("@", "-"):
        return f"{special}{_SPACE}"
    return _HTML.get(special) or f"\\{special}{_SPACE if special == '#' and following.isalnum() else ''}"


def code(text: str) -> str:
    """Return text as a code span, in which nothing but its end has a meaning."""
    return f"`{visible(text).replace('`', chr(39))}`"


def html_code(text: str) -> str:
    """Return text as code for a place where Markdown is not read, such as a summary."""
    return f"<code>{html.escape(visible(text), quote=False)}</code>"


def fold(title: str, body: str) -> str:
    """Return a collapsed section; the title is HTML."""
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table; the cells are Markdown already."""
    yield f"| {' | '.join(columns)} |"
    yield f"| {' | '.join('---' for _ in columns)} |"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def code_cell(text: str) -> str:
    """Return text as a code span in a table, where a bar would end the cell even there."""
    return code(text).replace("|", "\\|")


def format_findings(findings: Sequence[Finding], nothing: str) -> str:
    """Return a table of findings, or the sentence `nothing`."""
    rows = (
        (str(each.severity), code_cell(str(each.location or each.subject)), escape(each.summary), code_cell(each.rule))
        for each in findings
    )
    return "\n".join(table(("severity", "where", "what is wrong", "rule"), rows)) if findings else nothing
