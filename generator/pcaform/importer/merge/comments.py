"""Comments that an import writes into a spec: conflict marks, and what could not be read, since reports get lost.

A conflict mark is above a value that the user and the source changed differently. It stores the conflict: while it is
there, each import reports the conflict again. The user deletes it after deciding.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pcaform.core.unicode import visible
from pcaform.importer.merge.decisions import Decision
from pcaform.render.normal_form import PERMISSIONS, Path
from pcaform.sources.inventory import ImportNote
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_edit.nodes import Node, Span
from pcaform.spec.yaml_edit.splices import EditBuffer, open_buffer

_START = "# pcaform: conflict at "
_MARK = re.compile(re.escape(_START) + r"(?P<name>.+?): the import found ")


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark in a text."""

    name: str
    text: str
    span: Span


def find_marks(text: str) -> tuple[Mark, ...]:
    """Return the marks in a valid document."""
    return tuple(_scan_marks(open_buffer(text)))


def add_marks(text: str, conflicts: Sequence[Decision], compared: AbstractSet[str]) -> str:
    """Return a text with a mark for each conflict, and without marks at other compared values."""
    sheet = open_buffer(text)
    new_marks = {conflict.name: _format_mark(conflict) for conflict in conflicts}
    present = set()
    for mark in _scan_marks(sheet):
        if new_marks.get(mark.name) == mark.text:
            present.add(mark.name)
        elif mark.name in compared:
            sheet.replace(sheet.line_start(mark.span.start), sheet.next_line(mark.span.start), "")
    for conflict in conflicts:
        if conflict.name not in present:
            sheet.above(find_position(sheet.top, conflict.path), [new_marks[conflict.name]])
    return sheet.result()


def find_position(node: Node, path: Path) -> int:
    """Return the position of a path's key, or of its nearest existing parent."""
    offset = node.start
    for step in path:
        if step in node.values:
            offset, node = node.keys[step].start, node.values[step]
        elif node.items:
            node = next((item for item in node.items if item.data.get("principal", step) == step), node.items[0])
            offset = node.start
        elif step != PERMISSIONS:
            break
    return offset


def _format_mark(conflict: Decision) -> str:
    found = "nothing" if conflict.found is None else json.dumps(conflict.found, ensure_ascii=False)
    printable = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in found)
    return f"{_START}{conflict.name}: the import found {printable}; keep one of the two, then delete this line"


def _scan_marks(sheet: EditBuffer) -> Iterator[Mark]:
    for span in sheet.comments:
        text = sheet.text[span.start : span.end]
        match = _MARK.match(text)
        if match and sheet.is_first(span.start):
            yield Mark(match["name"], text, span)


def add_unread_comments(text: str, spec: Spec, notes: Iterable[ImportNote]) -> str:
    """Return the text of a spec with a comment for each unknown part of its CAs."""
    keys = {ca.arn: key for key, ca in spec.certificate_authorities.items()}
    unknown = [note for note in notes if note.kind == "unknown" and note.address in keys]
    if not unknown:
        return text
    sheet = open_buffer(text)
    for note in unknown:
        sheet.above(
            find_position(sheet.top, ("certificate_authorities", keys[note.address])),
            [f"# unknown: {visible(note.reason)}"],
        )
    return sheet.result()
