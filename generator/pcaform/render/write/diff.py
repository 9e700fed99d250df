"""Differences -> unified diffs, for readers and for `patch`."""

from collections.abc import Sequence
from pathlib import Path

from pcaform.core import console
from pcaform.core.unicode import visible
from pcaform.render.write.comparison import Difference
from pcaform.render.write.line_matching import unified

_NOTHING = "/dev/null"
_NO_NEWLINE = "\\ No newline at end of file"
_CODES = {"---": "1", "+++": "1", "@@": "36", "-": "31", "+": "32"}


def diff_lines(difference: Difference, directory: Path) -> list[str]:
    """Return the lines of the unified diff of one file, from the content on disk to the rendered content."""
    before, after = (_NOTHING if each is None else str(directory / difference.path) for each in _sides(difference))
    hunks = list(unified(*map(_split_lines, _sides(difference))))
    heads = [f"--- {before}", f"+++ {after}"] if hunks else []
    return [*heads, *(part for line in hunks for part in line.split("\n"))]


def _sides(difference: Difference) -> tuple[bytes | None, bytes | None]:
    return difference.before, difference.after


def _split_lines(content: bytes | None) -> list[str]:
    """Return the lines of a file; a last line without a line break gets the note that `diff` and `patch` use."""
    if not content:
        return []
    *whole, last = content.decode(errors="backslashreplace").split("\n")
    return whole if not last else [*whole, f"{last}\n{_NO_NEWLINE}"]


def truncate_lines(lines: Sequence[str], limit: int) -> list[str]:
    """Return at most `limit` lines for a message, and a note with the number of further lines."""
    more = [f"... {len(lines) - limit} more lines"] if len(lines) > limit else []
    return [*(line.replace("\t", " ") for line in lines[:limit]), *more]


def print_lines(lines: Sequence[str]) -> None:
    """Print a diff, on a terminal in colours."""
    has_colour = console.has_colour()
    console.print_result("\n".join(colour_line(line) if has_colour else line for line in lines), is_coloured=has_colour)


def colour_line(line: str) -> str:
    """Return a line in the usual colour of a diff, without anything else that commands a terminal."""
    code = next((code for start, code in _CODES.items() if line.startswith(start)), None)
    clean = visible(line.replace("\t", " "))
    return f"\x1b[{code}m{clean}\x1b[0m" if code else clean
