"""A YAML text and its new data -> the edited text: only what differs is written, in the style of its surroundings."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from pcaform.core.problems import Invalid
from pcaform.spec.yaml_edit import nodes, splices
from pcaform.spec.yaml_edit.nodes import Node, Span, column, inline, is_inline, lines, literal, skip_filling
from pcaform.spec.yaml_edit.splices import EditBuffer, Unwritable, open_buffer
from pcaform.spec.yaml_reader import parse

_EMPTY_LINE = re.compile(r"(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)")


@dataclass(frozen=True, slots=True)
class YamlPosition:
    """The position of a value: the end of its key (None in a sequence), its key's column, and whether in flow style."""

    key_end: int | None = None
    indent: int = 0
    is_in_flow: bool = False


def edit(text: str, wanted: Mapping[str, Any]) -> str:
    """Return the text changed so that its data is `wanted`; what does not differ keeps every byte, all comments stay.

    The text is one valid document without a byte order mark. Raises Unwritable, with the path of the value, if the
    result would not be read as `wanted`.
    """
    buffer = open_buffer(text)
    buffer.anchors |= _list_anchor_values(buffer.top, wanted)
    _change(buffer, buffer.top, wanted, YamlPosition())
    result = buffer.result()
    try:
        data = parse(result.encode(), "edited").data
    except Invalid:
        raise Unwritable(f"'{_first_difference(buffer.top.data, wanted)}' cannot be changed in place") from None
    if not is_same(data, wanted):
        raise Unwritable(f"'{_first_difference(data, wanted)}' cannot be changed in place")
    return result


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same; unlike with `==`, true differs from 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _first_difference(one: Any, other: Any) -> str:
    """Return the path of the first value that differs."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in {**one, **other}:
            if key not in one or key not in other or not is_same(one[key], other[key]):
                return f"{key}.{_first_difference(one.get(key), other.get(key))}".removesuffix(".")
    return ""


def _list_anchor_values(node: Node, wanted: Any) -> Iterator[tuple[str, Any]]:
    """Yield each YAML anchor's new value, so that aliases of it can be checked."""
    if node.anchor and node.style != "*":
        yield node.anchor, wanted
    for key, value in node.values.items():
        yield from _list_anchor_values(value, wanted.get(key) if isinstance(wanted, Mapping) else None)
    for number, node_item in enumerate(node.items):
        inner = wanted[number] if isinstance(wanted, list) and number < len(wanted) else None
        yield from _list_anchor_values(node_item, inner)


def _change(buffer: EditBuffer, node: Node, wanted: Any, position: YamlPosition) -> None:
    if node.style == "*":
        if not is_same(buffer.anchors[node.anchor], wanted):
            _replace_value(buffer, node, wanted, position)
    elif isinstance(wanted, Mapping) and set(wanted) & set(node.values):
        keys = list(node.values)
        kept = {number: keys.index(key) for number, key in enumerate(wanted) if key in node.values}
        _change_entries(buffer, node, wanted, kept=kept)
    elif isinstance(wanted, list) and _is_similar_sequence(node, wanted):
        kept = _pair_items(node, wanted)
        if node.style == "-" and 0 not in kept.values() and not buffer.is_first(node.start):
            _replace_value(buffer, node, wanted, position)  # its first dash is on the same line as another one
        else:
            _change_entries(buffer, node, wanted, kept=kept)
    elif not is_same(node.data, wanted):
        _replace_value(buffer, node, wanted, position)


def _is_similar_sequence(node: Node, wanted: Sequence[Any]) -> bool:
    """Tell whether a sequence can be edited item by item: an item stays, or mappings become other mappings."""
    if not (node.items and wanted):
        return False
    if any(is_same(each.data, other) for each in node.items for other in wanted):
        return True
    return all(isinstance(each, Mapping) for each in (*wanted, *(each.data for each in node.items)))


def _pair_items(node: Node, wanted: Sequence[Any]) -> dict[int, int]:
    """Return the item that each new item was: equal ones, and those between them in their order."""
    before = [json.dumps(each.data, sort_keys=True) for each in node.items]
    after = [json.dumps(each, sort_keys=True) for each in wanted]
    pairs: dict[int, int] = {}
    for _, low, high, other_low, other_high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        pairs |= dict(zip(range(other_low, other_high), range(low, high), strict=False))
    return pairs


def _change_entries(buffer: EditBuffer, node: Node, wanted: Any, *, kept: Mapping[int, int]) -> None:
    """Change a collection that keeps at least one entry: each by itself, new ones after the one before in `wanted`.

    `kept` are the numbers of the entries that stay, by their new numbers.
    """
    is_flow = node.style in ("{", "[")
    spans, values = list(node.keys.values()), list(node.values.values()) or node.items
    entries = list(wanted.items()) if isinstance(wanted, Mapping) else [(None, each) for each in wanted]
    parts = _list_parts(buffer, node)
    indent = column(buffer.text, parts[0].start)
    runs: dict[int | None, list[list[str]]] = {}
    after, is_spaced = None, bool(spans) and _is_spaced(buffer, node)
    for number, (key, value) in enumerate(entries):
        if number in kept:
            after = kept[number]
            _change(buffer, values[after], value, YamlPosition(spans[after].end if spans else None, indent, is_flow))
        elif is_flow:
            name = "" if key is None else f"{inline(key, is_in_flow=True)}: "
            runs.setdefault(after, []).append([f"{name}{inline(value, is_in_flow=True)}"])
        else:
            new = (
                nodes.item(value, indent, buffer.form) if key is None else nodes.entry(key, value, indent, buffer.form)
            )
            runs.setdefault(after, []).append([*([""] if is_spaced else []), *new])
    if is_flow:
        texts = {after: [text for (text,) in run] for after, run in runs.items()}
        splices.change_flow(buffer, parts, runs=texts, kept=set(kept.values()))
        return
    _drop_parts(buffer, parts, set(kept.values()))
    for after, run in runs.items():
        lines_of_run = [line for new in run for line in new]
        if after is not None:
            buffer.below(parts[after].end, lines_of_run)
        else:
            lines_of_run = [*lines_of_run[1:], ""] if is_spaced else lines_of_run
            text = "".join(f"{line}{buffer.form.line_break}" for line in lines_of_run).lstrip(" ") + " " * indent
            first = parts[min(kept.values())].start
            buffer.replace(first, first, text)


def _list_parts(buffer: EditBuffer, node: Node) -> list[Span]:
    """Return the span of each entry: a key with its value, an item, in block style with its dash."""
    if node.keys:
        pairs = zip(node.keys.values(), node.values.values(), strict=True)
        return [Span(key.start, max(key.end, value.end)) for key, value in pairs]
    return [
        Span(_dash(buffer, node, number) if node.style == "-" else each.start, each.end)
        for number, each in enumerate(node.items)
    ]


def _is_spaced(buffer: EditBuffer, node: Node) -> bool:
    """Tell whether an empty line separates each block collection of a mapping from the keys before and after it."""
    keys = list(node.keys)
    between = [
        buffer.text[node.values[one].end : node.keys[other].start]
        for one, other in pairwise(keys)
        if node.values[one].is_block or node.values[other].is_block
    ]
    return bool(between) and all(map(_EMPTY_LINE.search, between))


def _drop_parts(buffer: EditBuffer, parts: Sequence[Span], kept: AbstractSet[int]) -> None:
    """Remove entries from a block collection that keeps at least one."""
    dropped, kept_start = [part for number, part in enumerate(parts) if number not in kept], parts[min(kept)].start
    for part in dropped:
        if buffer.is_first(part.start):
            buffer.remove_lines(part.start, part.end)
        else:  # the first key after a dash: the next kept one moves up to the dash
            buffer.above(part.start, buffer.comments_in(part.start, kept_start))
            buffer.replace(part.start, kept_start, "")
            for later in (each for each in dropped if each.start > kept_start):
                buffer.remove_lines(later.start, later.end)
            return


def _dash(buffer: EditBuffer, node: Node, number: int) -> int:
    """Return the offset of an item's dash: in the column of the first dash, on the item's line or above it."""
    if number == 0:
        return node.start
    indent = column(buffer.text, node.start)
    line = buffer.line_start(node.items[number].start)
    while buffer.text[line : line + indent].strip() or buffer.text[line + indent : line + indent + 1] != "-":
        line = buffer.line_start(line - 1)
    return line + indent


def _replace_value(buffer: EditBuffer, node: Node, wanted: Any, position: YamlPosition) -> None:
    """Replace a value by another one."""
    is_below = position.key_end is not None and not position.is_in_flow and not node.is_block
    if is_below and not is_inline(wanted, position.indent):
        start = _after_colon(buffer, position)
        buffer.above(node.start, buffer.comments_in(start, node.end))
        buffer.replace(start, node.end, "")
        form = buffer.form
        below = position.indent + (form.step if isinstance(wanted, Mapping) else form.dash)
        buffer.below(max(node.end, start), list(lines(wanted, below, form)))
        return
    text = _format_value(buffer, node, wanted, position)
    if node.is_empty:
        buffer.replace(node.start, node.start, _with_colon(buffer, text, position))
    elif node.is_block and position.key_end is not None and buffer.is_first(node.start):
        buffer.replace(after := _after_anchor(buffer, node, position), after, f" {text}")
        buffer.remove_lines(node.start, node.end)
    else:
        buffer.above(node.start, buffer.comments_in(node.start, node.end))
        buffer.replace(node.start, node.end, text)


def _format_value(buffer: EditBuffer, node: Node, wanted: Any, position: YamlPosition) -> str:
    """Return the text of a value: a block scalar if the old value was one and nothing follows it on its line."""
    is_alone = not position.is_in_flow and not buffer.text[node.end : buffer.line_end(node.end)].strip()
    if isinstance(wanted, str) and "\n" in wanted and node.style in ("|", ">") and is_alone and buffer.form.is_ended:
        return buffer.form.line_break.join(literal(wanted, position.indent))
    return inline(wanted, is_in_flow=position.is_in_flow, style=node.style)


def _with_colon(buffer: EditBuffer, text: str, position: YamlPosition) -> str:
    """Return the text for an empty value; in flow style its key may have no colon, which is then added."""
    if position.is_in_flow and position.key_end is not None:
        after = skip_filling(buffer.text, position.key_end)
        return f" {text}" if buffer.text[after : after + 1] == ":" else f": {text}"
    return f" {text}"


def _after_colon(buffer: EditBuffer, position: YamlPosition) -> int:
    return buffer.text.index(":", position.key_end) + 1


def _after_anchor(buffer: EditBuffer, node: Node, position: YamlPosition) -> int:
    colon = _after_colon(buffer, position)
    return buffer.text.index(f"&{node.anchor}", colon) + len(node.anchor) + 1 if node.anchor else colon
