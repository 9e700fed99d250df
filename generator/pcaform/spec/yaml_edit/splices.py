"""A text with the splices that change it: adds and removes lines, and entries of flow collections with their commas.

All comments are kept.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pcaform.spec.yaml_edit.nodes import LINE_BREAK, STEP, Layout, Node, Span, build_nodes, column, skip_filling

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
    anchors: dict[str, Any] = field(default_factory=dict)
    """The new value of each YAML anchor, so that aliases of it can be checked."""
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
    solid = tuple(sorted(_spans(top), key=lambda span: (span.start, span.end)))
    return EditBuffer(text, top, _detect_layout(text, top), solid, tuple(_find_comments(text, solid)))


def _spans(node: Node) -> Iterator[Span]:
    """Yield the span of each key and of each scalar's text, in order: everywhere else, `#` starts a comment."""
    for key, value in node.values.items():
        yield node.keys[key]
        yield from _spans(value)
    for item in node.items:
        yield from _spans(item)
    if not (node.values or node.items) and node.style not in ("{", "["):
        yield Span(node.content, node.end)


def _detect_layout(text: str, top: Node) -> Layout:
    """Return the layout of a text; what it does not show is as in our examples."""
    line_break = LINE_BREAK.search(text)
    steps = dict(_list_indentations(text, top))
    step = steps.get(":", STEP)
    return Layout(step, steps.get("-", step), line_break[0] if line_break else "\n", text.endswith(("\n", "\r")))


def _list_indentations(text: str, node: Node) -> Iterator[tuple[str, int]]:
    """Yield the indentation of each block collection relative to its key, the outermost last so that it wins."""
    for name, value in node.values.items():
        yield from _list_indentations(text, value)
        if node.style == ":" and value.is_block:
            yield value.style, column(text, value.start) - column(text, node.keys[name].start)
    for node_item in node.items:
        yield from _list_indentations(text, node_item)


def _find_comments(text: str, solid: Sequence[Span]) -> Iterator[Span]:
    position = 0
    for span in (*solid, Span(len(text), len(text))):
        for comment in _COMMENT.finditer(text, position, span.start):
            yield Span(comment.start(), comment.end())
        position = span.end


def change_flow(
    buffer: EditBuffer, parts: Sequence[Span], *, runs: Mapping[int | None, Sequence[str]], kept: set[int]
) -> None:
    """Add entries, each after the part that it follows or at the start, and remove all parts except `kept`."""
    for number, part in enumerate(parts):
        if number not in kept:
            _drop(buffer, part, drops_spaces_before=number == 0 or number - 1 in kept)
    last = max(kept)
    commas = {number: _comma(buffer, part) for number, part in enumerate(parts)}
    if last != len(parts) - 1 and commas[len(parts) - 1] is None and (comma := commas[last]) is not None:
        buffer.replace(comma, comma + 1, "")  # it separated an entry that is removed
        commas[last] = None
    is_on_lines = all(buffer.is_first(part.start) for part in parts)
    for after, texts in runs.items():
        if after is None:
            start = parts[min(kept)].start
            buffer.replace(start, start, "".join(f"{text}, " for text in texts))
        elif is_on_lines:
            _add_lines(buffer, parts[after], texts, comma=commas[after])
        else:
            end = parts[after].end
            buffer.replace(end, end, "".join(f", {text}" for text in texts))


def _drop(buffer: EditBuffer, part: Span, *, drops_spaces_before: bool) -> None:
    """Remove one entry with the comma after it, and its line if nothing else is on it; its comments stay.

    The spaces before it are removed too, unless the entry before removes them (`drops_spaces_before`).
    """
    start, end = part.start, part.end
    comma = _comma(buffer, part)
    if comma and "\n" not in buffer.text[end:comma]:
        end = comma + 1
        while buffer.text[end : end + 1] == " ":
            end += 1
    elif comma:
        buffer.replace(comma, comma + 1, "")
    else:
        while drops_spaces_before and buffer.text[start - 1] == " " and not buffer.is_first(start):
            start -= 1
    buffer.above(start, buffer.comments_in(start, part.end))
    if buffer.is_first(start) and end == buffer.line_end(end):
        start, end = buffer.line_start(start), buffer.next_line(end)
    buffer.replace(start, end, "")


def _add_lines(buffer: EditBuffer, part: Span, texts: Sequence[str], *, comma: int | None) -> None:
    """Add entries after a part, each on a new line; a comment after that part stays with it."""
    lead = f"{buffer.form.line_break}{' ' * column(buffer.text, part.start)}"
    if comma is None:
        buffer.replace(part.end, part.end, ",")
    end = part.end if comma is None else comma + 1
    is_last_on_line = buffer.line_end(end) < skip_filling(buffer.text, end)
    position = buffer.line_end(end) if is_last_on_line else end
    buffer.replace(position, position, ",".join(f"{lead}{text}" for text in texts) + ("" if comma is None else ","))


def _comma(buffer: EditBuffer, part: Span) -> int | None:
    """Return the position of the comma after a part, or None if there is none."""
    position = skip_filling(buffer.text, part.end)
    return position if buffer.text[position : position + 1] == "," else None
