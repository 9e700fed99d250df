"""Which lines of two texts belong together, in about linear time.

Python's own matcher takes minutes where one line in each of ten thousand blocks changed. Lines that occur once in
either text, such as the head of a module call, are matched first, as "patience diff" does; its matcher fills the gaps.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher

_CONTEXT = 3


def unified(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the hunks of a unified diff with three lines of context: each head, then its lines with their marks."""
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
    """Return lines as a head counts them: from 1, and an empty range by the line before it."""
    length = end - start
    return str(start + 1) if length == 1 else f"{start + (length > 0)},{length}"


class _Matcher(SequenceMatcher[str]):
    """A matcher that is given its blocks, and leaves grouping them to its parent."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        super().__init__()
        self._found = _merged([*_blocks(before, after), Match(len(before), len(after), 0)])

    def get_matching_blocks(self) -> list[Match]:
        """Return the blocks, the last of them empty, as the parent has it."""
        return self._found


def _blocks(before: Sequence[str], after: Sequence[str]) -> Iterator[Match]:
    start, other_start = 0, 0
    for end, other_end in [*_anchors(before, after), (len(before), len(after))]:
        gap = SequenceMatcher(None, before[start:end], after[other_start:other_end])
        for block in gap.get_matching_blocks():
            yield Match(block.a + start, block.b + other_start, block.size)
        if end < len(before) and other_end < len(after):
            yield Match(end, other_end, 1)
        start, other_start = end + 1, other_end + 1


def _merged(blocks: Sequence[Match]) -> list[Match]:
    """Return blocks with neighbours made one, and empty ones left out but for the last, as the parent has them."""
    found: list[Match] = []
    for block in blocks[:-1]:
        if found and (found[-1].a + found[-1].size, found[-1].b + found[-1].size) == (block.a, block.b):
            last = found.pop()
            found.append(Match(last.a, last.b, last.size + block.size))
        elif block.size:
            found.append(block)
    return [*found, blocks[-1]]


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest run of pairs of places, rising in both texts, at which both have a line that each has once."""
    places = {line: place for place, line in enumerate(after)}
    once, once_after = Counter(before), Counter(after)
    pairs = [(place, places[line]) for place, line in enumerate(before) if once[line] == once_after[line] == 1]
    ends: list[int] = []  # the lowest end, in `after`, of a run of each length
    chosen: list[int] = []  # which pair that end is
    previous: list[int | None] = []  # the pair before each pair in its run
    for number, (_, place) in enumerate(pairs):
        length = bisect(ends, place)
        previous.append(chosen[length - 1] if length else None)
        ends[length : length + 1] = [place]
        chosen[length : length + 1] = [number]
    return _run(pairs, previous, chosen[-1] if chosen else None)


def _run(pairs: Sequence[tuple[int, int]], previous: Sequence[int | None], last: int | None) -> list[tuple[int, int]]:
    found = []
    while last is not None:
        found.append(pairs[last])
        last = previous[last]
    return found[::-1]
