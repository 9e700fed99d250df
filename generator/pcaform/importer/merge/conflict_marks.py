"""Conflict marks: a comment in the spec above the value that the import and a person changed to different things.

The mark is what remembers a conflict: as long as it stands the next import says it again, and a person who has decided
deletes it.
"""

import json
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pcaform.importer.merge.decisions import Decision
from pcaform.importer.merge.normal_form import PERMISSIONS, Path
from pcaform.spec.yaml_edit.nodes import Node, Span
from pcaform.spec.yaml_edit.splices import EditBuffer, open_buffer

_START = "# pcaform: conflict at "
_MARK = re.compile(re.escape(_START) + r"(?P<name>.+?): the import found ")


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark that stands in a text."""

    name: str
    text: str
    span: Span


def marks(text: str) -> tuple[Mark, ...]:
    """Return the marks in a text that is one valid document."""
    return tuple(_marks(open_buffer(text)))


def add_marks(text: str, conflicts: Sequence[Decision], compared: AbstractSet[str]) -> str:
    """Return a text with a mark for each conflict and none for any other of the values that were compared."""
    sheet = open_buffer(text)
    wanted = {each.name: _text(each) for each in conflicts}
    standing = set()
    for mark in _marks(sheet):
        if wanted.get(mark.name) == mark.text:
            standing.add(mark.name)
        elif mark.name in compared:
            sheet.replace(sheet.line_start(mark.span.start), sheet.next_line(mark.span.start), "")
    for conflict in conflicts:
        if conflict.name not in standing:
            sheet.above(position(sheet.top, conflict.path), [wanted[conflict.name]])
    return sheet.result()


def position(node: Node, path: Path) -> int:
    """Return where the key of a path stands, or of the nearest that is there."""
    place = node.start
    for step in path:
        if step in node.values:
            place, node = node.keys[step].start, node.values[step]
        elif node.items:
            node = next((item for item in node.items if item.data.get("principal", step) == step), node.items[0])
            place = node.start
        elif step != PERMISSIONS:
            break
    return place


def _text(conflict: Decision) -> str:
    found = "nothing" if conflict.found is None else json.dumps(conflict.found, ensure_ascii=False)
    shown = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in found)
    return f"{_START}{conflict.name}: the import found {shown}; keep one of the two, then delete this line"


def _marks(sheet: EditBuffer) -> Iterator[Mark]:
    for span in sheet.comments:
        text = sheet.text[span.start : span.end]
        found = _MARK.match(text)
        if found and sheet.is_first(span.start):
            yield Mark(found["name"], text, span)
