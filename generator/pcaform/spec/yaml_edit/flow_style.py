"""Edits of flow collections (braces and brackets): adds and removes entries together with their commas."""

from collections.abc import Mapping, Sequence
from typing import Any

from pcaform.spec.yaml_edit.layout import column, inline
from pcaform.spec.yaml_edit.nodes import Node, Span, skip_filling
from pcaform.spec.yaml_edit.splices import EditBuffer


def change_mapping(
    buffer: EditBuffer, node: Node, new: Sequence[tuple[str | None, Mapping[str, Any]]], *, kept: set[str]
) -> None:
    """Add runs of keys, each after the key that it follows or at the start, and remove all keys except `kept`."""
    parts = {key: Span(node.keys[key].start, max(node.keys[key].end, node.values[key].end)) for key in node.keys}
    names = list(parts)
    runs = {
        None if after is None else names.index(after): [
            f"{inline(key, is_in_flow=True)}: {_value(value)}" for key, value in run.items()
        ]
        for after, run in new
    }
    _change(buffer, list(parts.values()), runs=runs, kept={names.index(key) for key in kept if key in parts})


def change_sequence(
    buffer: EditBuffer, node: Node, new: Sequence[tuple[int | None, Sequence[Any]]], *, kept: set[int]
) -> None:
    """Add runs of items, each after the item that it follows or at the start, and remove all items except `kept`."""
    parts = [Span(each.start, each.end) for each in node.items]
    runs = {after: [_value(value) for value in run] for after, run in new}
    _change(buffer, parts, runs=runs, kept=kept)


def _value(value: Any) -> str:
    return inline(value, is_in_flow=True)


def _change(
    buffer: EditBuffer, parts: Sequence[Span], *, runs: Mapping[int | None, Sequence[str]], kept: set[int]
) -> None:
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
