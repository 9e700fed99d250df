"""Merges an import into a spec's text: the new text, and every decision with its position."""

import codecs
import re
from dataclasses import dataclass, replace

from pcaform.core.problems import Failure
from pcaform.importer.merge.apply import apply_decisions
from pcaform.importer.merge.baseline import update_baseline
from pcaform.importer.merge.conflict_marks import add_marks, find_marks, find_position
from pcaform.importer.merge.decisions import Comparison, Decision, compare, format_path, merge_form
from pcaform.render.normal_form import Form, Path
from pcaform.spec.parse import parse_spec
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_edit.edit import edit
from pcaform.spec.yaml_edit.layout import column
from pcaform.spec.yaml_edit.nodes import build_nodes
from pcaform.spec.yaml_edit.splices import Unwritable
from pcaform.spec.yaml_reader import Document, parse
from pcaform.spec.yaml_writer import minimal_data
from pcaform.terraform import module_names
from pcaform.terraform.addresses import modules
from pcaform.terraform.arguments import Source

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_WRITTEN = ("taken", "added")


@dataclass(frozen=True, slots=True)
class Located:
    """A decision with its line and column in the new text, from 1."""

    decision: Decision
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The new content of a spec, its baseline, the decisions, and the names of values inherited from defaults."""

    content: bytes
    baseline: Form
    decisions: tuple[Located, ...]
    inherited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """An imported spec, its source, and whether the source could read everything."""

    spec: Spec
    source: Source
    is_complete: bool


def merge(content: bytes, name: str, *, found: ImportResult, last: Form | None) -> MergeResult:
    """Merge an import into a spec file's bytes; `last` is what the last import found.

    Raises Invalid if the file is not a spec, Failure if a value cannot be written in the file's layout.
    """
    document = parse(content, name)
    spec = parse_spec(document)
    bom = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    text = content.removeprefix(bom).decode()
    theirs = merge_form(found.spec, found.source)
    short = minimal_data(found.spec)
    comparison = _compare(text, spec, found, last=last, theirs=theirs)
    merged = apply_decisions(document.data, comparison.decisions, short)
    inherited = tuple(map(format_path, merged.inherited))
    try:
        result = edit(text, merged.data)
        _check(spec, parse(result.encode(), name), found, comparison=comparison, inherited=inherited)
        conflicts = [decision for decision in comparison.decisions if decision.kind == "conflict"]
        result = add_marks(result, conflicts, comparison.names)
    except Unwritable as why:
        raise Failure(f"{name}: {why}; nothing was written: change it by hand, or use block style") from None
    decisions = tuple(decision for decision in comparison.decisions if decision.name not in inherited)
    baseline = update_baseline(last, theirs)
    return MergeResult(bom + result.encode(), baseline, _locate(result, decisions), inherited)


def _compare(text: str, spec: Spec, found: ImportResult, *, last: Form | None, theirs: Form) -> Comparison:
    """Return the decisions, with conflicts whose mark is still there, and with added moves of the stack."""
    comparison = compare(merge_form(spec, found.source), last, theirs, is_complete=found.is_complete)
    marked = {mark.name for mark in find_marks(text)}
    decisions = [
        replace(decision, kind="conflict") if decision.kind == "kept" and decision.name in marked else decision
        for decision in comparison.decisions
    ]
    withheld = [decision for decision in decisions if decision.kind == "withheld"]
    removed = {module for decision in withheld for module in _modules(decision.path, found.spec)}
    moves = [
        Decision("added", ("moves", old), None, new)
        for old, new in found.spec.moves.items()
        if old not in spec.moves and removed.isdisjoint(modules(new))
    ]
    return replace(comparison, decisions=(*decisions, *moves))


def _modules(path: Path, found: Spec) -> list[str]:
    """Return the module calls of an item; a stack does not have them if the user removed the item."""
    section, key = path[:2]
    if section != "certificate_authorities":
        names = {
            "issuers": module_names.issuer,
            "crl_buckets": module_names.crl_bucket,
            "certificates": module_names.certificate,
        }
        return [names[section](key) if section in names else module_names.operator_role(section, key)]
    ca = found.managed.get(key)
    generations = range(1, ca.generation + 1) if ca else ()
    certificates = [module_names.ca_certificate(key, generation) for generation in generations]
    return [module_names.ca(key), module_names.permission(key), module_names.share(key), *certificates]


def _check(
    spec: Spec, after: Document, found: ImportResult, *, comparison: Comparison, inherited: tuple[str, ...]
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


def _locate(text: str, decisions: tuple[Decision, ...]) -> tuple[Located, ...]:
    top = build_nodes(text)
    offsets = [(decision, find_position(top, decision.path)) for decision in decisions]
    return tuple(Located(decision, _line(text, offset), column(text, offset) + 1) for decision, offset in offsets)


def _line(text: str, offset: int) -> int:
    return len(_LINE_BREAK.findall(text, 0, offset)) + 1
