"""Merges an import into a spec's text: the new text, every decision with its position, and the new baseline.

The baseline file has what an import found, so that the next import can distinguish the user's edits. It is next to the
spec, contains only spec data, and should be committed with the spec.

A conflict mark is a comment above a value that the user and the source changed differently. It stores the conflict:
while it is there, each import reports the conflict again. The user deletes it after deciding. Comments also tell what
could not be read, since reports get lost.
"""

import codecs
import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from pcaform.core.problems import Failure, Invalid
from pcaform.core.unicode import visible
from pcaform.importer.merge.apply import apply_decisions, replace_value
from pcaform.importer.merge.decisions import Comparison, Decision, IsSearched, compare, format_path, merge_form
from pcaform.render.history import list_calls
from pcaform.render.normal_form import PERMISSIONS, SECTIONS, Form, Path
from pcaform.sources.inventory import ImportNote
from pcaform.spec.extends import Reader, read_document
from pcaform.spec.messages import DEFAULTS
from pcaform.spec.parse import locate, parse_spec
from pcaform.spec.references import resolve_references
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_edit.edit import edit
from pcaform.spec.yaml_edit.nodes import LINE_BREAK, Node, build_nodes, column
from pcaform.spec.yaml_edit.splices import EditBuffer, Unwritable, open_buffer
from pcaform.spec.yaml_reader import Document
from pcaform.spec.yaml_writer import minimal_data
from pcaform.terraform.addresses import modules, strip_keys
from pcaform.terraform.arguments import Source
from pcaform.terraform.schema import by_path

_START = "# pcaform: conflict at "
_MARK = re.compile(re.escape(_START) + r"(?P<name>.+?): the import found ")
BASELINE_SUFFIX = ".imported.json"
_BASELINE_VERSION = "1.0"
_WRITTEN = ("taken", "added")


def add_marks(text: str, conflicts: Sequence[Decision], compared: AbstractSet[str]) -> str:
    """Return a text with a mark for each conflict, and without marks at other compared values."""
    sheet = open_buffer(text)
    new_marks = {conflict.name: _format_mark(conflict) for conflict in conflicts}
    present = set()
    for name, mark, start in _scan_marks(sheet):
        if new_marks.get(name) == mark:
            present.add(name)
        elif name in compared:
            sheet.replace(sheet.line_start(start), sheet.next_line(start), "")
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


def _scan_marks(sheet: EditBuffer) -> Iterator[tuple[str, str, int]]:
    """Yield the marks in a text: name, whole text and position."""
    for span in sheet.comments:
        text = sheet.text[span.start : span.end]
        match = _MARK.match(text)
        if match and sheet.is_first(span.start):
            yield match["name"], text, span.start


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


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The new content of a spec, its baseline, the decisions, and the values that cannot be removed in the spec.

    These are the names of inherited values, with what gives them: the defaults, or a place in a base.
    """

    content: bytes
    baseline: Form
    decisions: tuple[Decision, ...]
    inherited: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """An imported spec, its source, whether the source could read everything, and what it has searched for."""

    spec: Spec
    source: Source
    is_complete: bool
    is_searched: IsSearched = lambda _: True
    seen: AbstractSet[Path] = frozenset()
    """Items of the spec that exist, but could not be imported: a note says why."""


def merge(content: bytes, name: str, *, found: ImportResult, last: Form | None, read: Reader) -> MergeResult:
    """Merge an import into a spec file's bytes; `last` is what the last import found, and `read` reads its bases.

    Raises Invalid if the file is not a spec, Failure if a value cannot be written in the file's layout.
    """
    document = read_document(content, name, read)
    spec = resolve_references(parse_spec(document), document, read)
    bom = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    text = content.removeprefix(bom).decode()
    theirs = merge_form(found.spec, found.source)
    short = minimal_data(found.spec)
    comparison = _compare(text, spec, found, last=last, theirs=theirs)
    data, kept = apply_decisions(document, comparison.decisions, short)
    inherited = {format_path(path): _name_owner(document, path) for path in kept}
    try:
        result = edit(text, data)
        _check(spec, read_document(result.encode(), name, read), found, comparison=comparison, inherited=inherited)
        conflicts = [decision for decision in comparison.decisions if decision.kind == "conflict"]
        result = add_marks(result, conflicts, comparison.names)
    except (Unwritable, Invalid) as why:
        raise Failure(f"{name}: {why}; nothing was written: change it by hand, or use block style") from None
    decisions = (decision for decision in comparison.decisions if decision.name not in inherited)
    baseline = update_baseline(last, theirs)
    for each in comparison.decisions:
        if each.name in inherited:  # it stays as it is in the spec, and nobody has changed it there
            baseline = replace_value(baseline, each.path, each.ours)
    return MergeResult(bom + result.encode(), baseline, tuple(_locate(result, decisions)), inherited)


def _name_owner(document: Document, path: Path) -> str:
    """Return what gives a CA or another entry a value that does not stand in the spec's file."""
    loc = locate(document, path)
    is_own = document.layer(loc).place == ""
    return f"{DEFAULTS} gives it to every CA" if is_own else f"{document.location(loc, of_key=True)} gives it"


def _compare(text: str, spec: Spec, found: ImportResult, *, last: Form | None, theirs: Form) -> Comparison:
    """Return the decisions, with conflicts whose mark is still there, and with added moves and forgotten addresses."""
    carried = {path.partition(".")[0] for path, row in by_path().items() if found.source in row.carried}
    comparison = compare(
        merge_form(spec, found.source),
        last,
        theirs,
        is_complete=found.is_complete,
        is_searched=lambda item: item[0] in carried and found.is_searched(item),
    )
    marked = {name for name, _, _ in _scan_marks(open_buffer(text))}
    decisions = [
        replace(decision, kind="conflict") if decision.kind == "kept" and decision.name in marked else decision
        for decision in comparison.decisions
        if not (decision.kind in ("missing", "unread") and decision.path in found.seen)
    ]
    withheld = [decision for decision in decisions if decision.kind == "withheld"]
    removed = {module for decision in withheld for module in _modules(decision.path, found.spec)}
    moves = [
        Decision("added", ("moves", old), None, new)
        for old, new in found.spec.moves.items()
        if old not in spec.moves and removed.isdisjoint(modules(new))
    ]
    gone = [strip_keys(old) for old, new in found.spec.moves.items() if not removed.isdisjoint(modules(new))]
    forgotten = [
        Decision("added", ("removed", name), None, "forget")
        for name in dict.fromkeys((*found.spec.forgotten, *gone))
        if name not in spec.removed
    ]
    return replace(comparison, decisions=(*decisions, *moves, *forgotten))


def _modules(path: Path, found: Spec) -> list[str]:
    """Return the module calls of an item; a stack does not have them if the user removed the item."""
    section, key = path[:2]
    ca = found.managed.get(key)
    return [] if section == "shares" else list(list_calls(section, key, generation=ca.generation if ca else 0))


def _check(
    spec: Spec, after: Document, found: ImportResult, *, comparison: Comparison, inherited: Container[str]
) -> None:
    """Raise Unwritable if the new text does not have the intended data."""
    now = merge_form(parse_spec(after), found.source)
    written = {decision.name for decision in comparison.decisions if decision.kind in _WRITTEN}
    remaining = compare(now, None, merge_form(found.spec, found.source), is_complete=found.is_complete).decisions
    changed = compare(merge_form(spec, found.source), None, now, is_complete=True).decisions
    wrong = [each.name for each in remaining if each.name in written and each.name not in inherited]
    wrong += [each.name for each in changed if each.name not in written]
    if wrong:
        raise Unwritable(f"'{wrong[0]}' cannot be written with the meaning that was found")


def _locate(text: str, decisions: Iterable[Decision]) -> Iterator[Decision]:
    top = build_nodes(text)
    for decision in decisions:
        offset = find_position(top, decision.path)
        line = len(LINE_BREAK.findall(text, 0, offset)) + 1
        yield replace(decision, line=line, column=column(text, offset) + 1)


def format_baseline(form: Form) -> bytes:
    """Return the file's bytes: sorted, with one value per line, so that one changed value is one changed line."""
    content = {"format_version": _BASELINE_VERSION, "found": form}
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def parse_baseline(content: bytes, name: str) -> Form:
    """Return what the last import found; raises Failure for a damaged or other file."""
    try:
        data = json.loads(content)
        version, form = data["format_version"], data["found"]
        is_whole = all(isinstance(item, dict) for section in form.values() for item in section.values())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        version, form, is_whole = None, {}, False
    if version != _BASELINE_VERSION or not is_whole:
        raise Failure(
            f"{name}: this is not a baseline file of this version; restore it, or delete it: then the imported "
            "values replace those of the spec"
        )
    return dict(form)


def update_baseline(last: Form | None, found: Form) -> Form:
    """Return the new baseline: the found values, and earlier values that this source does not provide."""
    before: Form = last or {}
    form: Form = {"aws": {**before.get("aws", {}), **found.get("aws", {})}}
    for section in SECTIONS:
        items: dict[str, Any] = {**before.get(section, {})}
        for key, item in found.get(section, {}).items():
            earlier: Mapping[str, Any] = items.get(key, {})
            items[key] = {**earlier, **item}
        if items:
            form[section] = items
    return form
