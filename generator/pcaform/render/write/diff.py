"""Differences -> unified diffs, for people and for `patch`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pcaform.render.write.comparison import Difference
from pcaform.render.write.line_matching import unified

_NOTHING = "/dev/null"
_NO_NEWLINE = "\\ No newline at end of file"
_CODES = {"---": "1", "+++": "1", "@@": "36", "-": "31", "+": "32"}


def diff_lines(difference: Difference, directory: Path) -> list[str]:
    """Return the unified diff of one file, from what lies there to what would be written, line by line."""
    before, after = (_NOTHING if each is None else str(directory / difference.path) for each in _sides(difference))
    found = list(unified(*map(_split, _sides(difference))))
    heads = [f"--- {before}", f"+++ {after}"] if found else []
    return [*heads, *(part for line in found for part in line.split("\n"))]


def _sides(difference: Difference) -> tuple[bytes | None, bytes | None]:
    return difference.before, difference.after


def _split(content: bytes | None) -> list[str]:
    """Return the lines of a file; one without an end carries the note that `diff` and `patch` have for it."""
    if not content:
        return []
    *whole, last = content.decode(errors="backslashreplace").split("\n")
    return whole if not last else [*whole, f"{last}\n{_NO_NEWLINE}"]


def cut(found: Sequence[str], limit: int) -> list[str]:
    """Return at most `limit` lines, and how many more there are."""
    return [*found[:limit], f"... {len(found) - limit} more lines"] if len(found) > limit else list(found)


def mark_control_characters(found: Sequence[str]) -> Iterator[str]:
    """Yield lines with nothing in them that a terminal would obey."""
    for line in found:
        shown = line.replace("\t", " ")
        yield "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in shown)


def colour_lines(found: Sequence[str]) -> Iterator[str]:
    """Yield lines in the colours that diffs have on terminals."""
    for line in found:
        code = next((code for start, code in _CODES.items() if line.startswith(start)), None)
        yield f"\x1b[{code}m{line}\x1b[0m" if code else line
