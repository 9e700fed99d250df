"""YAML text -> nodes: the span of characters of each key and value, so that one of them can be changed, and its layout.

`yaml_reader` records where values start, which messages need; edits also need where they end. The text was parsed by
`yaml_reader.parse` before, so it is valid. New values are written in the layout of the text: its indentation, line
breaks and sequences.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from pcaform.spec.yaml_reader import PARSER, list_events, resolve_scalar
from pcaform.spec.yaml_writer import format_flow

LINE_BREAK = re.compile(r"\r\n|\r|\n")
_FILLING = re.compile(r"(?:\s+|#[^\r\n]*)*")
"""Spaces, line breaks and comments; for libyaml every `#` between two tokens starts a comment, even without a space."""

_ANCHOR = re.compile(r"[&!]\S+")
_LINE_BREAK_LAST = re.compile(r"(?:\r\n|\r|\n)\Z")
_WIDTH = 110
STEP = 2


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a text, from `start` up to `end` (exclusive)."""

    start: int
    end: int


@dataclass(slots=True)
class Node:
    """One value. `start` is after its anchor; a block collection ends with its last entry.

    `style` is the quote or block indicator of a scalar, `{` or `[` for flow collections, `-` and `:` for block
    collections, `*` for an alias, empty for a plain scalar; a block scalar ends before its last line break. `anchor` is
    the name of the value's anchor, or of the anchor that an alias refers to.
    """

    start: int
    end: int
    style: str
    data: Any = None
    anchor: str = ""
    keys: dict[str, Span] = field(default_factory=dict)
    values: dict[str, "Node"] = field(default_factory=dict)
    items: list["Node"] = field(default_factory=list)
    content: int = 0
    """The start of a scalar's text: after the header of a block scalar, which may have a comment."""

    @property
    def is_empty(self) -> bool:
        """Tell whether the value has no text."""
        return self.start == self.end

    @property
    def is_block(self) -> bool:
        """Tell whether this is a block mapping or a block sequence."""
        return self.style in ("-", ":")


def build_nodes(text: str) -> Node:
    """Return the top node of a text that is one valid document without a byte order mark."""
    parser = PARSER(text)
    try:
        events = list_events(parser)
        next(event for event in events if isinstance(event, yaml.DocumentStartEvent))
        return _Builder(text, events).value(next(events))
    finally:
        parser.dispose()


def _is_end(event: Any) -> bool:
    return isinstance(event, yaml.CollectionEndEvent)


def skip_filling(text: str, position: int) -> int:
    """Return the next position that is neither a space nor in a comment."""
    filling = _FILLING.match(text, position)
    return filling.end() if filling else position


@dataclass(slots=True)
class _Builder:
    """Builds nodes from the event stream; a class because the anchors are shared state."""

    text: str
    events: Iterator[Any]
    anchors: dict[str, Any] = field(default_factory=dict)

    def value(self, event: Any) -> Node:
        start, end, name = event.start_mark.index, event.end_mark.index, event.anchor or ""
        if isinstance(event, yaml.AliasEvent):
            return Node(start, end, "*", self.anchors[name], name)
        node = Node(self.content_start(start, end, event), end, "", anchor=name)
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(node, event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self.sequence(node, event)
        else:
            self.mapping(node, event)
        if node.anchor:
            self.anchors[node.anchor] = node.data
        return node

    def content_start(self, start: int, end: int, event: Any) -> int:
        while event.anchor is not None or event.tag is not None:
            anchor = _ANCHOR.match(self.text, start)
            if anchor is None:
                return start
            start = anchor.end()
            if isinstance(event, yaml.ScalarEvent) and start >= end:
                return end
            start = skip_filling(self.text, start)
        return start

    def scalar(self, node: Node, event: Any) -> None:
        node.style = event.style or ""
        node.data = resolve_scalar(event.value) if event.implicit[0] else event.value
        node.content = node.start
        if node.style in ("|", ">"):
            written = self.text[node.start : node.end]
            node.content += len(LINE_BREAK.split(written, maxsplit=1)[0])
            if "+" in LINE_BREAK.split(written, maxsplit=1)[0].partition("#")[0]:
                node.end = node.start + len(_LINE_BREAK_LAST.sub("", written))
            else:
                node.end = max(node.content, node.start + len(written.rstrip()))

    def sequence(self, node: Node, start: Any) -> None:
        node.style, end = "[" if start.flow_style else "-", node.end
        event: Any
        while not _is_end(event := next(self.events)):
            item = self.value(event)
            node.items.append(item)
            end = item.end
        node.end = event.end_mark.index if node.style == "[" else end
        node.data = [item.data for item in node.items]

    def mapping(self, node: Node, start: Any) -> None:
        node.style, end = "{" if start.flow_style else ":", node.end
        event: Any
        while not _is_end(event := next(self.events)):
            name = str(event.value)
            node.keys[name] = Span(event.start_mark.index, event.end_mark.index)
            node.values[name] = self.value(next(self.events))
            end = max(node.keys[name].end, node.values[name].end)
        node.end = event.end_mark.index if node.style == "{" else end
        node.data = {name: value.data for name, value in node.values.items()}


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
        first, *rest = lines(value, indent + STEP, form)
    else:
        first, *rest = [inline(value)]
    yield f"{' ' * indent}- {first.lstrip(' ')}"
    yield from rest
