"""Changes within braces and brackets: what comes gets a comma, what goes takes one along."""

from collections.abc import Mapping, Sequence
from typing import Any

from pcaform.spec.yaml_edit.layout import column, inline
from pcaform.spec.yaml_edit.nodes import Node, Span
from pcaform.spec.yaml_edit.splices import Page


def change_mapping(
    sheet: Page, node: Node, new: Sequence[tuple[str | None, Mapping[str, Any]]], *, kept: set[str]
) -> None:
    """Add runs of keys, each behind the key it follows or at the start, and take out all keys but `kept`."""
    parts = {key: Span(node.keys[key].start, max(node.keys[key].end, node.values[key].end)) for key in node.keys}
    names = list(parts)
    runs = {
        None if after is None else names.index(after): [
            f"{inline(key, is_in_flow=True)}: {_value(value)}" for key, value in run.items()
        ]
        for after, run in new
    }
    _change(sheet, list(parts.values()), runs=runs, kept={names.index(key) for key in kept if key in parts})


def change_sequence(
    sheet: Page, node: Node, new: Sequence[tuple[int | None, Sequence[Any]]], *, kept: set[int]
) -> None:
    """Add runs of items, each behind the item it follows or at the start, and take out all items but `kept`."""
    parts = [Span(each.start, each.end) for each in node.items]
    runs = {after: [_value(value) for value in run] for after, run in new}
    _change(sheet, parts, runs=runs, kept=kept)


def _value(value: Any) -> str:
    return inline(value, is_in_flow=True)


def _change(sheet: Page, parts: Sequence[Span], *, runs: Mapping[int | None, Sequence[str]], kept: set[int]) -> None:
    for number, part in enumerate(parts):
        if number not in kept:
            _drop(sheet, part, is_tidied=number == 0 or number - 1 in kept)
    last = max(kept)
    commas = {number: _comma(sheet, part) for number, part in enumerate(parts)}
    if last != len(parts) - 1 and commas[len(parts) - 1] is None and (comma := commas[last]) is not None:
        sheet.replace(comma, comma + 1, "")  # it was there for what is gone
        commas[last] = None
    is_on_lines = all(sheet.is_first(part.start) for part in parts)
    for after, texts in runs.items():
        if after is None:
            start = parts[min(kept)].start
            sheet.replace(start, start, "".join(f"{text}, " for text in texts))
        elif is_on_lines:
            _add_lines(sheet, parts[after], texts, comma=commas[after])
        else:
            end = parts[after].end
            sheet.replace(end, end, "".join(f", {text}" for text in texts))


def _drop(sheet: Page, part: Span, *, is_tidied: bool) -> None:
    """Take out one part with the comma behind it, and its line where it had one to itself; its comments stay.

    The blanks before it go too where they are not taken along by the part before (`is_tidied`).
    """
    start, end = part.start, part.end
    comma = _comma(sheet, part)
    if comma and "\n" not in sheet.text[end:comma]:
        end = comma + 1
        while sheet.text[end : end + 1] == " ":
            end += 1
    elif comma:
        sheet.replace(comma, comma + 1, "")
    else:
        while is_tidied and sheet.text[start - 1] == " " and not sheet.is_first(start):
            start -= 1
    sheet.above(start, sheet.comments_in(start, part.end))
    if sheet.is_first(start) and end == sheet.line_end(end):
        start, end = sheet.line_start(start), sheet.next_line(end)
    sheet.replace(start, end, "")


def _add_lines(sheet: Page, part: Span, texts: Sequence[str], *, comma: int | None) -> None:
    """Add parts behind one on lines of their own; a comment behind that one stays with it."""
    lead = f"{sheet.form.line_break}{' ' * column(sheet.text, part.start)}"
    if comma is None:
        sheet.replace(part.end, part.end, ",")
    end = part.end if comma is None else comma + 1
    is_last_on_line = sheet.line_end(end) < sheet.past_filling(end)
    place = sheet.line_end(end) if is_last_on_line else end
    sheet.replace(place, place, ",".join(f"{lead}{text}" for text in texts) + ("" if comma is None else ","))


def _comma(sheet: Page, part: Span) -> int | None:
    """Return where the comma behind a part stands, or None where there is none."""
    place = sheet.past_filling(part.end)
    return place if sheet.text[place : place + 1] == "," else None
