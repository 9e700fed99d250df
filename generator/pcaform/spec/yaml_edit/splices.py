"""A text with the splices that change it: adds and removes lines, and keeps all comments."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pcaform.spec.yaml_edit.layout import Layout, column, detect_layout
from pcaform.spec.yaml_edit.nodes import LINE_BREAK, Node, Span, build_nodes, spans

_COMMENT = re.compile(r"#[^\r\n]*")


class Unwritable(Exception):  # noqa: N818 - it is an answer, not a fault
    """A change that cannot be made in a text with this layout."""


@dataclass(frozen=True, slots=True)
class Splice:
    """Characters of the old text, and their replacement."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class EditBuffer:
    """One text being edited; a class because splices are collected while its nodes are visited."""

    text: str
    top: Node
    form: Layout
    solid: tuple[Span, ...]
    """Keys and scalars, in order: no line may be inserted inside one, and a comment is never inside one."""
    comments: tuple[Span, ...]
    splices: list[Splice] = field(default_factory=list)
    notes: list[tuple[int, Sequence[str]]] = field(default_factory=list)
    """Comments to insert above the lines of positions, after all splices are known."""

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace characters by a text."""
        self.splices.append(Splice(start, end, text))

    def line_start(self, position: int) -> int:
        """Return the start of a position's line."""
        return position - column(self.text, position)

    def line_end(self, position: int) -> int:
        """Return the end of a position's line, without its line break."""
        line_break = LINE_BREAK.search(self.text, position)
        return line_break.start() if line_break else len(self.text)

    def next_line(self, position: int) -> int:
        """Return the start of the line after that of a position, or the end of the text."""
        line_break = LINE_BREAK.search(self.text, position)
        return line_break.end() if line_break else len(self.text)

    def is_first(self, position: int) -> bool:
        """Tell whether only spaces precede a position in its line."""
        return not self.text[self.line_start(position) : position].strip()

    def comments_in(self, start: int, end: int) -> list[str]:
        """Return the comments that start in a range of characters."""
        return [self.text[each.start : each.end] for each in self.comments if start <= each.start < end]

    def below(self, position: int, lines: Sequence[str]) -> None:
        """Add lines below the line of a position."""
        start = self.next_line(position)
        if start and start == len(self.text) and self.text[-1] not in "\r\n":
            self.replace(start, start, "".join(f"{self.form.line_break}{line}" for line in lines))
        else:
            self.replace(start, start, "".join(f"{line}{self.form.line_break}" for line in lines))

    def above(self, position: int, comments: Sequence[str]) -> None:
        """Add comments above the line of a position, or above the text that this line continues."""
        if comments:
            self.notes.append((position, comments))

    def remove_lines(self, start: int, end: int) -> None:
        """Remove the lines from one position to another; their comments stay, each on a line."""
        first, last = self.line_start(start), self.next_line(end)
        indentation = self.text[first : self._skip_spaces(first)]
        comments = "".join(f"{indentation}{each}{self.form.line_break}" for each in self.comments_in(first, last))
        self.replace(first, last, comments)

    def result(self) -> str:
        """Return the text with all splices applied; raises Unwritable if two of them overlap."""
        parts, position = [], 0
        splices = [*map(self._comment_splice, self.notes), *self.splices]
        for splice in sorted(splices, key=lambda each: (each.start, each.end)):
            if splice.start < position:
                raise Unwritable("two changes overlap in the text")
            parts += [self.text[position : splice.start], splice.text]
            position = splice.end
        return "".join([*parts, self.text[position:]])

    def _comment_splice(self, note: tuple[int, Sequence[str]]) -> Splice:
        position, comments = note
        line = self.line_start(position)
        while (enclosing := self._enclosing_start(line)) is not None:
            line = self.line_start(enclosing)
        indentation = self.text[line : self._skip_spaces(line)]
        return Splice(line, line, "".join(f"{indentation}{each}{self.form.line_break}" for each in comments))

    def _skip_spaces(self, position: int) -> int:
        while self.text[position : position + 1] == " ":
            position += 1
        return position

    def _enclosing_start(self, position: int) -> int | None:
        """Return the start of the scalar or splice around a position, in which no line may be inserted, or None."""
        number = bisect_right(self.solid, position, key=lambda span: span.start) - 1
        candidates: list[Span | Splice] = [*self.solid[max(number, 0) : number + 1], *self.splices]
        return min((each.start for each in candidates if each.start < position < each.end), default=None)


def open_buffer(text: str) -> EditBuffer:
    """Return a text ready for editing; it must be one valid document."""
    top = build_nodes(text)
    solid = tuple(sorted(spans(top), key=lambda span: (span.start, span.end)))
    return EditBuffer(text, top, detect_layout(text, top), solid, tuple(_find_comments(text, solid)))


def _find_comments(text: str, solid: Sequence[Span]) -> Iterator[Span]:
    position = 0
    for span in (*solid, Span(len(text), len(text))):
        for comment in _COMMENT.finditer(text, position, span.start):
            yield Span(comment.start(), comment.end())
        position = span.end
