"""Differences -> unified diffs, for readers and for `patch`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from pathlib import Path

from pcaform.core import console
from pcaform.core.unicode import visible
from pcaform.render.write.comparison import Difference

_NOTHING = "/dev/null"
_NO_NEWLINE = "\\ No newline at end of file"
_CONTEXT = 3
_CODES = {"---": "1", "+++": "1", "@@": "36", "-": "31", "+": "32"}


def diff_lines(difference: Difference, directory: Path) -> list[str]:
    """Return the lines of the unified diff of one file, from the content on disk to the rendered content."""
    sides = difference.before, difference.after
    before, after = (_NOTHING if each is None else str(directory / difference.path) for each in sides)
    hunks = list(unified(*map(_split_lines, sides)))
    heads = [f"--- {before}", f"+++ {after}"] if hunks else []
    return [*heads, *(part for line in hunks for part in line.split("\n"))]


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


def unified(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the hunks of a unified diff with three lines of context: each header, then its lines with their prefix."""
    for group in _Matcher(before, after).get_grouped_opcodes(_CONTEXT):
        (_, start, _, other_start, _), (_, _, end, _, other_end) = group[0], group[-1]
        yield f"@@ -{_range(start, end)} +{_range(other_start, other_end)} @@"
        for tag, low, high, other_low, other_high in group:
            if tag == "equal":
                yield from (f" {line}" for line in before[low:high])
            else:
                yield from (f"-{line}" for line in before[low:high])
                yield from (f"+{line}" for line in after[other_low:other_high])


def _range(start: int, end: int) -> str:
    """Return a range as a hunk's header writes it: counted from 1, an empty range by the line before it."""
    length = end - start
    return str(start + 1) if length == 1 else f"{start + (length > 0)},{length}"


class _Matcher(SequenceMatcher[str]):
    """A matcher in about linear time; its parent class takes minutes for ten thousand blocks with one change each.

    Lines that occur once in each text, such as the head of a module call, are matched first, as in "patience diff";
    Python's matcher fills the gaps.
    """

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        super().__init__()
        self._blocks = _join_adjacent([*_list_blocks(before, after), Match(len(before), len(after), 0)])

    def get_matching_blocks(self) -> list[Match]:
        """Return the blocks; the last one is empty, as in the parent class."""
        return self._blocks


def _list_blocks(before: Sequence[str], after: Sequence[str]) -> Iterator[Match]:
    start, other_start = 0, 0
    for end, other_end in [*_anchors(before, after), (len(before), len(after))]:
        gap = SequenceMatcher(None, before[start:end], after[other_start:other_end])
        for block in gap.get_matching_blocks():
            yield Match(block.a + start, block.b + other_start, block.size)
        if end < len(before) and other_end < len(after):
            yield Match(end, other_end, 1)
        start, other_start = end + 1, other_end + 1


def _join_adjacent(blocks: Sequence[Match]) -> list[Match]:
    """Return the blocks with adjacent ones joined, and without empty ones except the last, as in the parent class."""
    joined: list[Match] = []
    for block in blocks[:-1]:
        if joined and (joined[-1].a + joined[-1].size, joined[-1].b + joined[-1].size) == (block.a, block.b):
            last = joined.pop()
            joined.append(Match(last.a, last.b, last.size + block.size))
        elif block.size:
            joined.append(block)
    return [*joined, blocks[-1]]


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Return increasing pairs of line numbers: lines that occur once in each text."""
    count, count_after = Counter(before), Counter(after)
    numbers, numbers_after = (
        [number for number, line in enumerate(each) if count[line] == count_after[line] == 1]
        for each in (before, after)
    )
    once = SequenceMatcher(None, [before[each] for each in numbers], [after[each] for each in numbers_after])
    return [
        pair
        for a, b, size in once.get_matching_blocks()
        for pair in zip(numbers[a : a + size], numbers_after[b : b + size], strict=True)
    ]
