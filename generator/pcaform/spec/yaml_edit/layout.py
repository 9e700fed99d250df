"""The layout of a YAML text (indentation, line breaks, sequences), and values written in the same layout."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pcaform.spec.yaml_edit.nodes import LINE_BREAK, Node
from pcaform.spec.yaml_writer import format_flow

_WIDTH = 110
_STEP = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of new lines: indentation per level, indentation of a sequence's dashes, and the line break.

    If a text does not end in a line break (`is_ended` is false), a block scalar must not come last, since it would
    lose its last line break.
    """

    step: int
    dash: int
    line_break: str
    is_ended: bool


def detect_layout(text: str, top: Node) -> Layout:
    """Return the layout of a text; what it does not show is as in our examples."""
    line_break = LINE_BREAK.search(text)
    steps = dict(_list_indentations(text, top))
    step = steps.get(":", _STEP)
    return Layout(step, steps.get("-", step), line_break[0] if line_break else "\n", text.endswith(("\n", "\r")))


def column(text: str, position: int) -> int:
    """Return the column of a position: the number of characters before it in its line."""
    return position - max(text.rfind("\n", 0, position), text.rfind("\r", 0, position)) - 1


def inline(value: Any, *, is_in_flow: bool = False, style: str = "") -> str:
    """Return a value on one line; text keeps the quotes that it had if it can be written with them."""
    is_in_flow = is_in_flow or _has_lines(value)  # in flow style even text of several lines is written on one
    if isinstance(value, str) and style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, str) and style == '"':
        quoted = json.dumps(value, ensure_ascii=False)
        return "".join(each if each.isprintable() else f"\\U{ord(each):08X}" for each in quoted)
    return format_flow([value])[1:-1] if is_in_flow else format_flow(value)


def is_inline(value: Any, indent: int) -> bool:
    """Tell whether a value is written on one line: a scalar, or a collection of a few of them."""
    if isinstance(value, str) or not isinstance(value, Mapping | Sequence):
        return True
    inner = value.values() if isinstance(value, Mapping) else value
    is_flat = not any(_has_lines(each) or (isinstance(each, Mapping | list) and each) for each in inner)
    return is_flat and indent + len(format_flow(value)) <= _WIDTH


def literal(text: str, indent: int) -> list[str]:
    """Return text of several lines as a block scalar: its header, which follows the key or dash, and its lines."""
    first, *below = format_flow(text).split("\n")
    return [first, *(f"{' ' * indent}{line}" if line else line for line in below)]


def _has_lines(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value


def lines(value: Any, indent: int, form: Layout) -> Iterator[str]:
    """Yield a collection as block lines at an indentation."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from entry(key, inner, indent, form)
    else:
        for each in value:
            yield from item(each, indent, form)


def entry(key: str, value: Any, indent: int, form: Layout) -> Iterator[str]:
    """Yield a key with its value as block lines."""
    head = f"{' ' * indent}{inline(key)}:"
    if form.is_ended and _has_lines(value):
        first, *below = literal(value, indent)
        yield f"{head} {first}"
        yield from below
    elif is_inline(value, len(head) + 1):
        yield f"{head} {inline(value)}"
    else:
        yield head
        yield from lines(value, indent + (form.step if isinstance(value, Mapping) else form.dash), form)


def item(value: Any, indent: int, form: Layout) -> Iterator[str]:
    """Yield an item of a block sequence."""
    if form.is_ended and _has_lines(value):
        first, *rest = literal(value, indent)
    elif isinstance(value, Mapping) and value:
        first, *rest = lines(value, indent + _STEP, form)
    else:
        first, *rest = [inline(value)]
    yield f"{' ' * indent}- {first.lstrip(' ')}"
    yield from rest


def _list_indentations(text: str, node: Node) -> Iterator[tuple[str, int]]:
    """Yield the indentation of each block collection relative to its key, the outermost last so that it wins."""
    for name, value in node.values.items():
        yield from _list_indentations(text, value)
        if node.style == ":" and value.is_block:
            yield value.style, column(text, value.start) - column(text, node.keys[name].start)
    for node_item in node.items:
        yield from _list_indentations(text, node_item)
