"""YAML text -> nodes: the span of characters of each key and value, so that one of them can be changed.

`yaml_reader` records where values start, which messages need; edits also need where they end. The text was parsed by
`yaml_reader.parse` before, so it is valid.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from pcaform.spec.yaml_reader import PARSER, list_events, resolve_scalar

LINE_BREAK = re.compile(r"\r\n|\r|\n")
_FILLING = re.compile(r"(?:\s+|#[^\r\n]*)*")
"""Spaces, line breaks and comments; for libyaml every `#` between two tokens starts a comment, even without a space."""

_ANCHOR = re.compile(r"[&!]\S+")
_LINE_BREAK_LAST = re.compile(r"(?:\r\n|\r|\n)\Z")


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


def spans(node: Node) -> Iterator[Span]:
    """Yield the span of each key and of each scalar's text, in order: everywhere else, `#` starts a comment."""
    for key, value in node.values.items():
        yield node.keys[key]
        yield from spans(value)
    for item in node.items:
        yield from spans(item)
    if not (node.values or node.items) and node.style not in ("{", "["):
        yield Span(node.content, node.end)


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
