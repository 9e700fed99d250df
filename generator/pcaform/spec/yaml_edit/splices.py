"""A text with the splices that are to change it: lines added and taken out, and no comment lost by either."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pcaform.spec.yaml_edit.layout import Layout, column, layout
from pcaform.spec.yaml_edit.nodes import FILLING, Node, Span, nodes, spans

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_COMMENT = re.compile(r"#[^\r\n]*")


class Unwritable(Exception):  # noqa: N818 - it is an answer, not a fault
    """A change that cannot be made in a text as it is laid out."""


@dataclass(frozen=True, slots=True)
class Splice:
    """Characters of the old text, and what stands in their place."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Page:
    """One text being changed; a class because splices are collected while its nodes are walked."""

    text: str
    top: Node
    form: Layout
    solid: tuple[Span, ...]
    """Keys and scalars, in order: no line may begin inside one, and no comment is in one."""
    comments: tuple[Span, ...]
    splices: list[Splice] = field(default_factory=list)
    notes: list[tuple[int, Sequence[str]]] = field(default_factory=list)
    """Comments to put above the lines of positions, once it is known which lines stay."""

    def replace(self, start: int, end: int, text: str) -> None:
        """Put a text in place of characters."""
        self.splices.append(Splice(start, end, text))

    def line_start(self, position: int) -> int:
        """Return where the line of a position begins."""
        return position - column(self.text, position)

    def line_end(self, position: int) -> int:
        """Return where the line of a position ends, its line break not included."""
        found = _LINE_BREAK.search(self.text, position)
        return found.start() if found else len(self.text)

    def next_line(self, position: int) -> int:
        """Return where the line behind that of a position begins, or the end of the text."""
        found = _LINE_BREAK.search(self.text, position)
        return found.end() if found else len(self.text)

    def is_first(self, position: int) -> bool:
        """Tell whether only blanks stand before a position in its line."""
        return not self.text[self.line_start(position) : position].strip()

    def past_filling(self, position: int) -> int:
        """Return the next position that holds neither a blank nor a comment."""
        found = FILLING.match(self.text, position)
        return found.end() if found else position

    def comments_in(self, start: int, end: int) -> list[str]:
        """Return the comments among characters."""
        return [self.text[each.start : each.end] for each in self.comments if start <= each.start < end]

    def below(self, position: int, lines: Sequence[str]) -> None:
        """Add lines below the line of a position."""
        place = self.next_line(position)
        if place and place == len(self.text) and self.text[-1] not in "\r\n":
            self.replace(place, place, "".join(f"{self.form.line_break}{line}" for line in lines))
        else:
            self.replace(place, place, "".join(f"{line}{self.form.line_break}" for line in lines))

    def above(self, position: int, comments: Sequence[str]) -> None:
        """Add comments above the line of a position, or above the text that this line continues."""
        if comments:
            self.notes.append((position, comments))

    def without(self, start: int, end: int) -> None:
        """Take out the lines from that of one position to that of another; their comments stay, each on a line."""
        first, last = self.line_start(start), self.next_line(end)
        blanks = self.text[first : self._past_blanks(first)]
        kept = "".join(f"{blanks}{each}{self.form.line_break}" for each in self.comments_in(first, last))
        self.replace(first, last, kept)

    def result(self) -> str:
        """Return the text with every splice made; raises Unwritable where two of them meet."""
        parts, position = [], 0
        splices = [*map(self._noted, self.notes), *self.splices]
        for splice in sorted(splices, key=lambda each: (each.start, each.end)):
            if splice.start < position:
                raise Unwritable("two changes meet at one place of the text")
            parts += [self.text[position : splice.start], splice.text]
            position = splice.end
        return "".join([*parts, self.text[position:]])

    def _noted(self, note: tuple[int, Sequence[str]]) -> Splice:
        position, comments = note
        place = self.line_start(position)
        while (within := self._around(place)) is not None:
            place = self.line_start(within)
        blanks = self.text[place : self._past_blanks(place)]
        return Splice(place, place, "".join(f"{blanks}{each}{self.form.line_break}" for each in comments))

    def _past_blanks(self, position: int) -> int:
        while self.text[position : position + 1] == " ":
            position += 1
        return position

    def _around(self, position: int) -> int | None:
        """Return the start of the text that no line may be put into here, or None where one may."""
        number = bisect_right(self.solid, position, key=lambda span: span.start) - 1
        around: list[Span | Splice] = [*self.solid[max(number, 0) : number + 1], *self.splices]
        return min((each.start for each in around if each.start < position < each.end), default=None)


def page(text: str) -> Page:
    """Return a text ready to be changed; it is one valid document."""
    top = nodes(text)
    solid = tuple(sorted(spans(top), key=lambda span: (span.start, span.end)))
    return Page(text, top, layout(text, top), solid, tuple(_comments(text, solid)))


def _comments(text: str, solid: Sequence[Span]) -> Iterator[Span]:
    position = 0
    for span in (*solid, Span(len(text), len(text))):
        for found in _COMMENT.finditer(text, position, span.start):
            yield Span(found.start(), found.end())
        position = span.end
