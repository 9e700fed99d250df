"""How a text is laid out, and values written the same way: its indentation, its line ends, its lists."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pcaform.spec.yaml_edit.nodes import Node
from pcaform.spec.yaml_writer import flow

_WIDTH = 110
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_STEP = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """What new lines keep to: blanks for each level, blanks of a list's dashes below their key, and the line break.

    In a text that does not end in a line break (`is_ended` is false) no block scalar may come last, since it would
    lose its own.
    """

    step: int
    dash: int
    line_break: str
    is_ended: bool


def layout(text: str, top: Node) -> Layout:
    """Return the layout that a text has; where it shows none, the one of our examples."""
    found = _LINE_BREAK.search(text)
    steps = dict(_steps(text, top))
    step = steps.get(":", _STEP)
    return Layout(step, steps.get("-", step), found[0] if found else "\n", text.endswith(("\n", "\r")))


def column(text: str, position: int) -> int:
    """Return how many characters stand before a position in its line."""
    return position - max(text.rfind("\n", 0, position), text.rfind("\r", 0, position)) - 1


def inline(value: Any, *, is_in_flow: bool = False, style: str = "") -> str:
    """Return a value on one line; text keeps the quotes that were there where it can be written with them."""
    is_in_flow = is_in_flow or _has_lines(value)  # there even text of several lines is written on one
    if isinstance(value, str) and style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, str) and style == '"':
        written = json.dumps(value, ensure_ascii=False)
        return "".join(each if each.isprintable() else f"\\U{ord(each):08X}" for each in written)
    return flow([value])[1:-1] if is_in_flow else flow(value)


def is_inline(value: Any, indent: int) -> bool:
    """Tell whether a value is written on one line: a scalar, or a collection of a few of them."""
    if isinstance(value, str) or not isinstance(value, Mapping | Sequence):
        return True
    inner = value.values() if isinstance(value, Mapping) else value
    is_flat = not any(_has_lines(each) or (isinstance(each, Mapping | list) and each) for each in inner)
    return is_flat and indent + len(flow(value)) <= _WIDTH


def literal(text: str, indent: int) -> list[str]:
    """Return text of several lines as a block scalar: what follows its key or dash, and its lines below that."""
    first, *below = flow(text).split("\n")
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


def _steps(text: str, node: Node) -> Iterator[tuple[str, int]]:
    """Yield how far each block collection stands to the right of its key, the outermost last so that they count."""
    for name, value in node.values.items():
        yield from _steps(text, value)
        if node.style == ":" and value.is_block:
            yield value.style, column(text, value.start) - column(text, node.keys[name].start)
    for each in node.items:
        yield from _steps(text, each)
