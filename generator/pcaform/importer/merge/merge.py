"""A spec's text and what a source holds -> the text with what was found in it, and every decision with its place."""

import codecs
import re
from dataclasses import dataclass, replace

from pcaform.core.problems import Failure
from pcaform.importer.merge.apply import apply_decisions
from pcaform.importer.merge.baseline import read_baseline
from pcaform.importer.merge.conflict_marks import add_marks, marks, position
from pcaform.importer.merge.decisions import Compared, Decision, compare, name_of
from pcaform.importer.merge.normal_form import Form, Path, normal_form
from pcaform.sources.inventory import Source
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

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_WRITTEN = ("taken", "added")


@dataclass(frozen=True, slots=True)
class Located:
    """A decision with the line and column it is about in the text that is written, from 1."""

    decision: Decision
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The new content of a spec, what to remember beside it, the decisions, and the names of what cannot be written."""

    content: bytes
    memory: Form
    decisions: tuple[Located, ...]
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a source holds: its spec, which source it is, and whether it could read everything."""

    spec: Spec
    source: Source
    is_complete: bool


def merge(content: bytes, name: str, *, found: ImportResult, last: Form | None) -> MergeResult:
    """Return a spec file's bytes with what was found in them; `last` is what the last import found.

    Raises Invalid where the file is no spec, Failure where something cannot be written in it as it is laid out.
    """
    document = parse(content, name)
    spec = parse_spec(document)
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    text = content.removeprefix(mark).decode()
    theirs = normal_form(found.spec, found.source)
    short = minimal_data(found.spec)
    compared = _compared(text, spec, found, last=last, theirs=theirs)
    wanted = apply_decisions(document.data, compared.decisions, short)
    held = tuple(map(name_of, wanted.held))
    try:
        result = edit(text, wanted.data)
        _check(spec, parse(result.encode(), name), found, compared=compared, held=held)
        conflicts = [each for each in compared.decisions if each.kind == "conflict"]
        result = add_marks(result, conflicts, compared.names)
    except Unwritable as why:
        raise Failure(f"{name}: {why}; nothing was written: change it by hand, or write it in block style") from None
    decisions = tuple(each for each in compared.decisions if each.name not in held)
    memory = read_baseline(last, theirs)
    return MergeResult(mark + result.encode(), memory, _located(result, decisions), held)


def _compared(text: str, spec: Spec, found: ImportResult, *, last: Form | None, theirs: Form) -> Compared:
    """Return the decisions, a conflict again where its mark still stands, and what the stack's moves gain."""
    compared = compare(normal_form(spec, found.source), last, theirs, is_complete=found.is_complete)
    standing = {mark.name for mark in marks(text)}
    again = [
        replace(each, kind="conflict") if each.kind == "kept" and each.name in standing else each
        for each in compared.decisions
    ]
    gone = {module for each in again if each.kind == "withheld" for module in _modules(each.path, found.spec)}
    moves = [
        Decision("added", ("moves", old), None, new)
        for old, new in found.spec.moves.items()
        if old not in spec.moves and gone.isdisjoint(modules(new))
    ]
    return replace(compared, decisions=(*again, *moves))


def _modules(path: Path, found: Spec) -> list[str]:
    """Return the module calls of an item, which no stack makes where a person took the item out."""
    section, key = path[:2]
    if section != "certificate_authorities":
        names = {
            "issuers": module_names.issuer,
            "crl_buckets": module_names.crl_bucket,
            "certificates": module_names.certificate,
        }
        return [names[section](key) if section in names else module_names.operator_role(section, key)]
    authority = found.managed.get(key)
    generations = range(1, authority.generation + 1) if authority else ()
    certificates = [module_names.ca_certificate(key, generation) for generation in generations]
    return [module_names.ca(key), module_names.permission(key), module_names.share(key), *certificates]


def _check(spec: Spec, after: Document, found: ImportResult, *, compared: Compared, held: tuple[str, ...]) -> None:
    """Raise Unwritable where the text that would be written is not the spec that was meant."""
    now = normal_form(parse_spec(after), found.source)
    written = {each.name for each in compared.decisions if each.kind in _WRITTEN}
    left = compare(now, None, normal_form(found.spec, found.source), is_complete=found.is_complete).decisions
    touched = compare(normal_form(spec, found.source), None, now, is_complete=True).decisions
    wrong = [each.name for each in left if each.name in written and each.name not in held]
    wrong += [each.name for each in touched if each.name not in written]
    if wrong:
        raise Unwritable(f"'{wrong[0]}' cannot be written so that it means what was found")


def _located(text: str, decisions: tuple[Decision, ...]) -> tuple[Located, ...]:
    top = build_nodes(text)
    places = [(each, position(top, each.path)) for each in decisions]
    return tuple(Located(each, _line(text, place), column(text, place) + 1) for each, place in places)


def _line(text: str, place: int) -> int:
    return len(_LINE_BREAK.findall(text, 0, place)) + 1
