"""Differences -> unified diffs, for people and for `patch`."""

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pcaform.output.comparison import Difference

_NOTHING = "/dev/null"
_NO_NEWLINE = "\\ No newline at end of file"
_CODES = {"---": "1", "+++": "1", "@@": "36", "-": "31", "+": "32"}


def lines(difference: Difference, directory: Path) -> list[str]:
    """Return the unified diff of one file, from what lies there to what would be written, line by line."""
    place = str(directory / difference.path)
    found = difflib.unified_diff(
        _split(difference.before),
        _split(difference.after),
        _NOTHING if difference.before is None else place,
        _NOTHING if difference.after is None else place,
        lineterm="",
    )
    return [part for line in found for part in line.split("\n")]


def _split(content: bytes | None) -> list[str]:
    """Return the lines of a file; one without an end carries the note that `diff` and `patch` have for it."""
    if not content:
        return []
    *whole, last = content.decode(errors="backslashreplace").split("\n")
    return whole if not last else [*whole, f"{last}\n{_NO_NEWLINE}"]


def cut(found: Sequence[str], limit: int) -> list[str]:
    """Return at most `limit` lines, and how many more there are."""
    return [*found[:limit], f"... {len(found) - limit} more lines"] if len(found) > limit else list(found)


def visible(found: Sequence[str]) -> Iterator[str]:
    """Yield lines with nothing in them that a terminal would obey."""
    for line in found:
        shown = line.replace("\t", " ")
        yield "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in shown)


def coloured(found: Sequence[str]) -> Iterator[str]:
    """Yield lines in the colours that diffs have on terminals."""
    for line in found:
        code = next((code for start, code in _CODES.items() if line.startswith(start)), None)
        yield f"\x1b[{code}m{line}\x1b[0m" if code else line
