"""A YAML text and its new data -> the edited text: only what differs is written, in the style of its surroundings."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from pcaform.core.problems import Invalid
from pcaform.spec.yaml_edit import splices
from pcaform.spec.yaml_edit.nodes import Node, column, entry, inline, is_inline, item, lines, literal, skip_filling
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
    anchors = dict(_list_anchor_values(buffer.top, wanted))
    _change(buffer, buffer.top, wanted, position=YamlPosition(), anchors=anchors)
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


def _change(buffer: EditBuffer, node: Node, wanted: Any, *, position: YamlPosition, anchors: Mapping[str, Any]) -> None:
    if node.style == "*":
        if not is_same(anchors[node.anchor], wanted):
            _replace_value(buffer, node, wanted, position)
    elif isinstance(wanted, Mapping) and set(wanted) & set(node.values):
        _change_mapping(buffer, node, wanted, anchors=anchors)
    elif isinstance(wanted, list) and _is_similar_sequence(node, wanted):
        _change_sequence(buffer, node, wanted, position=position, anchors=anchors)
    elif not is_same(node.data, wanted):
        _replace_value(buffer, node, wanted, position)


def _is_similar_sequence(node: Node, wanted: Sequence[Any]) -> bool:
    """Tell whether a sequence can be edited item by item: an item stays, or mappings become other mappings."""
    if not (node.items and wanted):
        return False
    if any(is_same(each.data, other) for each in node.items for other in wanted):
        return True
    return all(isinstance(each, Mapping) for each in (*wanted, *(each.data for each in node.items)))


def _change_mapping(buffer: EditBuffer, node: Node, wanted: Mapping[str, Any], *, anchors: Mapping[str, Any]) -> None:
    """Change a mapping that keeps at least one key: each key by itself, new keys after the one before in `wanted`."""
    indent = column(buffer.text, next(iter(node.keys.values())).start)
    runs: list[tuple[str | None, dict[str, Any]]] = [(None, {})]
    for key, value in wanted.items():
        if key in node.values:
            runs.append((key, {}))
            position = YamlPosition(node.keys[key].end, indent, node.style == "{")
            _change(buffer, node.values[key], value, position=position, anchors=anchors)
        else:
            runs[-1][1][key] = value
    if node.style == "{":
        splices.change_mapping(buffer, node, [(key, new) for key, new in runs if new], kept=set(wanted))
        return
    _drop_keys(buffer, node, [key for key in node.values if key not in wanted])
    for after, new in runs:
        if new:
            _add_keys(buffer, node, after, new=new, kept=wanted, indent=indent)


def _add_keys(
    buffer: EditBuffer, node: Node, after: str | None, *, new: Mapping[str, Any], kept: Mapping[str, Any], indent: int
) -> None:
    is_spaced = _is_spaced(buffer, node)
    found = []
    for key, value in new.items():
        found += [*([""] if is_spaced else []), *entry(key, value, indent, buffer.form)]
    if after is not None:
        buffer.below(max(node.keys[after].end, node.values[after].end), found)
        return
    first = next(span.start for key, span in node.keys.items() if key in kept)
    found = [*found[1:], ""] if is_spaced else found
    buffer.replace(
        first, first, "".join(f"{line}{buffer.form.line_break}" for line in found).lstrip(" ") + " " * indent
    )


def _is_spaced(buffer: EditBuffer, node: Node) -> bool:
    """Tell whether an empty line separates each block collection of a mapping from the keys before and after it."""
    keys = list(node.keys)
    between = [
        buffer.text[node.values[one].end : node.keys[other].start]
        for one, other in pairwise(keys)
        if node.values[one].is_block or node.values[other].is_block
    ]
    return bool(between) and all(map(_EMPTY_LINE.search, between))


def _drop_keys(buffer: EditBuffer, node: Node, dropped: Sequence[str]) -> None:
    """Remove keys from a block mapping that keeps at least one."""
    kept_start = next(node.keys[key].start for key in node.keys if key not in dropped)
    for key in dropped:
        start, end = node.keys[key].start, max(node.keys[key].end, node.values[key].end)
        if buffer.is_first(start):
            buffer.remove_lines(start, end)
        else:  # the first key after a dash: the next key moves up to the dash
            buffer.above(start, buffer.comments_in(start, kept_start))
            buffer.replace(start, kept_start, "")
            for later in (key for key in dropped if node.keys[key].start > kept_start):
                buffer.remove_lines(node.keys[later].start, max(node.keys[later].end, node.values[later].end))
            return


def _change_sequence(
    buffer: EditBuffer, node: Node, wanted: Sequence[Any], *, position: YamlPosition, anchors: Mapping[str, Any]
) -> None:
    """Change a sequence: equal items stay, changed items are edited in place, others are added and removed."""
    before = [json.dumps(each.data, sort_keys=True) for each in node.items]
    after = [json.dumps(each, sort_keys=True) for each in wanted]
    pairs: dict[int, int] = {}
    for _, low, high, other_low, other_high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        pairs |= dict(zip(range(low, high), range(other_low, other_high), strict=False))
    if node.style == "-" and 0 not in pairs and not buffer.is_first(node.start):
        _replace_value(buffer, node, wanted, position)  # its first dash is on the same line as another one
        return
    indent = column(buffer.text, node.start)
    for number, other in pairs.items():
        _change(
            buffer,
            node.items[number],
            wanted[other],
            position=YamlPosition(None, indent, node.style == "["),
            anchors=anchors,
        )
    runs: list[tuple[int | None, list[Any]]] = [(None, [])]
    partner = {other: number for number, other in pairs.items()}
    for number, value in enumerate(wanted):
        if number in partner:
            runs.append((partner[number], []))
        else:
            runs[-1][1].append(value)
    new = [(after_item, values) for after_item, values in runs if values]
    if node.style == "[":
        splices.change_sequence(buffer, node, new, kept=set(pairs))
    else:
        _change_items(buffer, node, new, kept=set(pairs), indent=indent)


def _change_items(
    buffer: EditBuffer, node: Node, new: Sequence[tuple[int | None, list[Any]]], *, kept: set[int], indent: int
) -> None:
    for number, each in enumerate(node.items):
        if number not in kept:
            buffer.remove_lines(_dash(buffer, node, number), each.end)
    for after, values in new:
        found = [line for value in values for line in item(value, indent, buffer.form)]
        if after is not None:
            buffer.below(node.items[after].end, found)
        else:
            text = "".join(f"{line}{buffer.form.line_break}" for line in found).lstrip(" ") + " " * indent
            dash = _dash(buffer, node, min(kept))
            buffer.replace(dash, dash, text)


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
