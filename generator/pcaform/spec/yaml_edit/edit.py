"""A text and the data it shall hold -> the edited text: only what differs is written, the way its surroundings are."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from pcaform.core.problems import Invalid
from pcaform.spec.yaml_edit import flow_style
from pcaform.spec.yaml_edit.layout import column, entry, inline, is_inline, item, lines, literal
from pcaform.spec.yaml_edit.nodes import Node
from pcaform.spec.yaml_edit.splices import Page, Unwritable, page
from pcaform.spec.yaml_reader import Loc, parse

_BLANK_LINE = re.compile(r"(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)")


@dataclass(frozen=True, slots=True)
class YamlPosition:
    """Where a value stands: the end of its key (None for an item of a list), its key's column, and in braces or not."""

    key_end: int | None = None
    indent: int = 0
    is_in_flow: bool = False


def edit(text: str, wanted: Mapping[str, Any]) -> str:
    """Return a text with the data `wanted` in it; what is the same already keeps every byte, and every comment stays.

    The text is one valid document without a byte order mark. Raises Unwritable, with the place, where the result
    would not read as `wanted`.
    """
    sheet = page(text)
    _change(sheet, sheet.top, wanted, place=YamlPosition(), anchored=dict(_anchored(sheet.top, wanted)))
    result = sheet.result()
    try:
        found = parse(result.encode(), "edited").data
    except Invalid:
        raise Unwritable(f"'{_name(_difference(sheet.top.data, wanted))}' cannot be changed where it stands") from None
    if not same(found, wanted):
        raise Unwritable(f"'{_name(_difference(found, wanted))}' cannot be changed where it stands")
    return result


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same; unlike `==` this tells true from 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _difference(one: Any, other: Any) -> Loc:
    """Return the path to the first thing that differs."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in {**one, **other}:
            if key not in one or key not in other or not same(one[key], other[key]):
                return (key, *_difference(one.get(key), other.get(key)))
    return ()


def _name(loc: Loc) -> str:
    return ".".join(map(str, loc))


def _anchored(node: Node, wanted: Any) -> Iterator[tuple[str, Any]]:
    """Yield what each anchor shall stand for afterwards, so that an alias of it can tell whether it still fits."""
    if node.anchor and node.style != "*":
        yield node.anchor, wanted
    for key, value in node.values.items():
        yield from _anchored(value, wanted.get(key) if isinstance(wanted, Mapping) else None)
    for number, each in enumerate(node.items):
        inner = wanted[number] if isinstance(wanted, list) and number < len(wanted) else None
        yield from _anchored(each, inner)


def _change(sheet: Page, node: Node, wanted: Any, *, place: YamlPosition, anchored: Mapping[str, Any]) -> None:
    if node.style == "*":
        if not same(anchored[node.anchor], wanted):
            _put(sheet, node, wanted, place)
    elif isinstance(wanted, Mapping) and set(wanted) & set(node.values):
        _mapping(sheet, node, wanted, anchored=anchored)
    elif isinstance(wanted, list) and _is_akin(node, wanted):
        _sequence(sheet, node, wanted, place=place, anchored=anchored)
    elif not same(node.data, wanted):
        _put(sheet, node, wanted, place)


def _is_akin(node: Node, wanted: Sequence[Any]) -> bool:
    """Tell whether a list is worth keeping: an item stays, or mappings become other mappings."""
    if not (node.items and wanted):
        return False
    if any(same(each.data, other) for each in node.items for other in wanted):
        return True
    return all(isinstance(each, Mapping) for each in (*wanted, *(each.data for each in node.items)))


def _mapping(sheet: Page, node: Node, wanted: Mapping[str, Any], *, anchored: Mapping[str, Any]) -> None:
    """Change a mapping of which a key stays: each key by itself, new ones behind the one they follow in `wanted`."""
    indent = column(sheet.text, next(iter(node.keys.values())).start)
    runs: list[tuple[str | None, dict[str, Any]]] = [(None, {})]
    for key, value in wanted.items():
        if key in node.values:
            runs.append((key, {}))
            place = YamlPosition(node.keys[key].end, indent, node.style == "{")
            _change(sheet, node.values[key], value, place=place, anchored=anchored)
        else:
            runs[-1][1][key] = value
    if node.style == "{":
        flow_style.change_mapping(sheet, node, [(key, new) for key, new in runs if new], kept=set(wanted))
        return
    _drop_keys(sheet, node, [key for key in node.values if key not in wanted])
    for after, new in runs:
        if new:
            _add_keys(sheet, node, after, new=new, kept=wanted, indent=indent)


def _add_keys(
    sheet: Page, node: Node, after: str | None, *, new: Mapping[str, Any], kept: Mapping[str, Any], indent: int
) -> None:
    is_spaced = _is_spaced(sheet, node)
    found = []
    for key, value in new.items():
        found += [*([""] if is_spaced else []), *entry(key, value, indent, sheet.form)]
    if after is not None:
        sheet.below(max(node.keys[after].end, node.values[after].end), found)
        return
    first = next(span.start for key, span in node.keys.items() if key in kept)
    found = [*found[1:], ""] if is_spaced else found
    sheet.replace(first, first, "".join(f"{line}{sheet.form.line_break}" for line in found).lstrip(" ") + " " * indent)


def _is_spaced(sheet: Page, node: Node) -> bool:
    """Tell whether a blank line stands between each block of a mapping and the keys before and behind it."""
    keys = list(node.keys)
    between = [
        sheet.text[node.values[one].end : node.keys[other].start]
        for one, other in pairwise(keys)
        if node.values[one].is_block or node.values[other].is_block
    ]
    return bool(between) and all(map(_BLANK_LINE.search, between))


def _drop_keys(sheet: Page, node: Node, gone: Sequence[str]) -> None:
    """Take keys out of a block mapping that keeps at least one."""
    kept_start = next(node.keys[key].start for key in node.keys if key not in gone)
    for key in gone:
        start, end = node.keys[key].start, max(node.keys[key].end, node.values[key].end)
        if sheet.is_first(start):
            sheet.without(start, end)
        else:  # the first key behind a dash: what follows moves up to it
            sheet.above(start, sheet.comments_in(start, kept_start))
            sheet.replace(start, kept_start, "")
            rest = [each for each in gone if node.keys[each].start > kept_start]
            for each in rest:
                sheet.without(node.keys[each].start, max(node.keys[each].end, node.values[each].end))
            return


def _sequence(
    sheet: Page, node: Node, wanted: Sequence[Any], *, place: YamlPosition, anchored: Mapping[str, Any]
) -> None:
    """Change a list: items that are the same stay, changed ones are changed in place, others come and go."""
    before = [json.dumps(each.data, sort_keys=True) for each in node.items]
    after = [json.dumps(each, sort_keys=True) for each in wanted]
    pairs: dict[int, int] = {}
    for _, low, high, other_low, other_high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        pairs |= dict(zip(range(low, high), range(other_low, other_high), strict=False))
    if node.style == "-" and 0 not in pairs and not sheet.is_first(node.start):
        _put(sheet, node, wanted, place)  # its first dash shares the line with another one
        return
    indent = column(sheet.text, node.start)
    for number, other in pairs.items():
        _change(
            sheet,
            node.items[number],
            wanted[other],
            place=YamlPosition(None, indent, node.style == "["),
            anchored=anchored,
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
        flow_style.change_sequence(sheet, node, new, kept=set(pairs))
    else:
        _change_items(sheet, node, new, kept=set(pairs), indent=indent)


def _change_items(
    sheet: Page, node: Node, new: Sequence[tuple[int | None, list[Any]]], *, kept: set[int], indent: int
) -> None:
    for number, each in enumerate(node.items):
        if number not in kept:
            sheet.without(_dash(sheet, node, number), each.end)
    for after, values in new:
        found = [line for value in values for line in item(value, indent, sheet.form)]
        if after is not None:
            sheet.below(node.items[after].end, found)
        else:
            text = "".join(f"{line}{sheet.form.line_break}" for line in found).lstrip(" ") + " " * indent
            dash = _dash(sheet, node, min(kept))
            sheet.replace(dash, dash, text)


def _dash(sheet: Page, node: Node, number: int) -> int:
    """Return where the dash of an item stands: in the column of the first one, at the item or above it."""
    if number == 0:
        return node.start
    indent = column(sheet.text, node.start)
    place = sheet.line_start(node.items[number].start)
    while sheet.text[place : place + indent].strip() or sheet.text[place + indent : place + indent + 1] != "-":
        place = sheet.line_start(place - 1)
    return place + indent


def _put(sheet: Page, node: Node, wanted: Any, place: YamlPosition) -> None:
    """Write a value in place of another one of another kind."""
    is_below = place.key_end is not None and not place.is_in_flow and not node.is_block
    if is_below and not is_inline(wanted, place.indent):
        start = _behind_colon(sheet, place)
        sheet.above(node.start, sheet.comments_in(start, node.end))
        sheet.replace(start, node.end, "")
        form = sheet.form
        below = place.indent + (form.step if isinstance(wanted, Mapping) else form.dash)
        sheet.below(max(node.end, start), list(lines(wanted, below, form)))
        return
    text = _text(sheet, node, wanted, place)
    if node.is_empty:
        sheet.replace(node.start, node.start, _with_colon(sheet, text, place))
    elif node.is_block and place.key_end is not None and sheet.is_first(node.start):
        sheet.replace(behind := _behind_anchor(sheet, node, place), behind, f" {text}")
        sheet.without(node.start, node.end)
    else:
        sheet.above(node.start, sheet.comments_in(node.start, node.end))
        sheet.replace(node.start, node.end, text)


def _text(sheet: Page, node: Node, wanted: Any, place: YamlPosition) -> str:
    """Return a value as it is written in its place: a block scalar where one stood, and nothing stands behind it."""
    is_alone = not place.is_in_flow and not sheet.text[node.end : sheet.line_end(node.end)].strip()
    if isinstance(wanted, str) and "\n" in wanted and node.style in ("|", ">") and is_alone and sheet.form.is_ended:
        return sheet.form.line_break.join(literal(wanted, place.indent))
    return inline(wanted, is_in_flow=place.is_in_flow, style=node.style)


def _with_colon(sheet: Page, text: str, place: YamlPosition) -> str:
    """Return what is written where nothing stood; in braces a key may stand without its colon."""
    if place.is_in_flow and place.key_end is not None:
        behind = sheet.past_filling(place.key_end)
        return f" {text}" if sheet.text[behind : behind + 1] == ":" else f": {text}"
    return f" {text}"


def _behind_colon(sheet: Page, place: YamlPosition) -> int:
    return sheet.text.index(":", place.key_end) + 1


def _behind_anchor(sheet: Page, node: Node, place: YamlPosition) -> int:
    colon = _behind_colon(sheet, place)
    return sheet.text.index(f"&{node.anchor}", colon) + len(node.anchor) + 1 if node.anchor else colon
