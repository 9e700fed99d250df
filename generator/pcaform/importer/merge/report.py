"""The report of an import: its text with one line per item, and what its JSON holds."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pcaform.core.unicode import visible
from pcaform.importer.merge.decisions import Kind
from pcaform.importer.merge.merge import MergeResult
from pcaform.sources.inventory import ImportNote, Inventory, NoteKind
from pcaform.terraform.arguments import Source
from pcaform.terraform.resource_types import AUTHORITY
from pcaform.terraform.schema import KINDS, by_path

_MAX_LENGTH = 80
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Count:
    """The number of resources of one type in the source."""

    type: str
    found: int


@dataclass(frozen=True, slots=True)
class Value:
    """One value or item of the spec: its path, its position in `file`, the spec's value and the found value."""

    file: str
    line: int
    column: int
    path: str
    spec: Any
    found: Any


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What `pcaform import --format json` prints."""

    format_version: Literal["1.1"]
    source: Source
    files: tuple[str, ...]
    """The specs that were written, or would be without `--dry-run`; empty if the spec went to standard output."""
    found: tuple[Count, ...]
    added: tuple[Value, ...]
    """New items."""
    taken: tuple[Value, ...]
    """Values that were replaced by the found ones."""
    kept: tuple[Value, ...]
    """Values that the user changed since the last import, but the source did not."""
    conflicts: tuple[Value, ...]
    """Values that both changed: the user's value stays, with a mark above it."""
    missing: tuple[Value, ...]
    """Items that the source does not have; they stay."""
    unread: tuple[Value, ...]
    """Items and values that were not found because not everything could be read; they stay."""
    withheld: tuple[Value, ...]
    """Items that the user removed from the spec since the last import; they are not added again."""
    unwritten: tuple[str, ...]
    """Values that cannot be removed in the spec: `certificate_authority_defaults` or a base gives them."""
    unwritten_because: tuple[str, ...]
    """Of each of these, what gives it."""
    left_out: tuple[ImportNote, ...]
    """Resources that a spec cannot express or does not contain."""
    unknown: tuple[ImportNote, ...]
    """Resources that could not be read; they do not count as absent."""
    ambiguous: tuple[ImportNote, ...]
    """Resources that can be read in more than one way."""
    ignored: tuple[ImportNote, ...]
    """Resources that break a rule, which their entry ignores since they exist."""
    listed: tuple[ImportNote, ...]
    """Existing resources that do not belong in a spec."""
    not_carried: tuple[str, ...]
    """Fields of a spec that this source does not provide."""
    diff: str | None = None
    """With `--dry-run`: the changes as a unified diff."""


def build_report(
    inventory: Inventory,
    import_notes: Iterable[ImportNote],
    *,
    files: Sequence[str],
    outcome: MergeResult | None = None,
    diff: str | None = None,
) -> ImportReport:
    """Return the report on an import that wrote `files`; `outcome` is that of an import into an existing spec."""
    decisions = outcome.decisions if outcome else ()
    values: dict[str, Any] = {
        "conflicts" if kind == "conflict" else kind: tuple(
            Value(files[0], each.line, each.column, each.name, each.ours, each.found)
            for each in decisions
            if each.kind == kind
        )
        for kind in get_args(Kind)
    }
    notes: dict[str, Any] = {
        kind.replace(" ", "_"): tuple(each for each in dict.fromkeys(import_notes) if each.kind == kind)
        for kind in get_args(NoteKind)
    }
    arns = {resource.attributes.get("arn") for resource in inventory.resources}
    named = (AUTHORITY for arn in inventory.used if arn not in arns)
    counts = Counter((*(resource.type for resource in inventory.resources), *named))
    return ImportReport(
        format_version="1.1",
        source=inventory.source.name,
        files=tuple(files),
        found=tuple(Count(kind, number) for kind, number in sorted(counts.items())),
        unwritten=tuple(outcome.inherited) if outcome else (),
        unwritten_because=tuple(outcome.inherited.values()) if outcome else (),
        not_carried=not_carried(inventory.source.name),
        diff=diff,
        **values,
        **notes,
    )


def not_carried(source: Source) -> tuple[str, ...]:
    """Return the fields of a spec that a source does not provide."""
    missing = {path: row for path, row in by_path().items() if source not in row.carried}
    names = (path if row.carried else path.rpartition(".")[2] for path, row in missing.items())
    return tuple(dict.fromkeys(names))


def has_findings(report: ImportReport) -> bool:
    """Tell whether the user has to act: something is left out, unknown, ambiguous, in conflict, or not written."""
    notes = (report.left_out, report.unknown, report.ambiguous, report.ignored)
    return any((*notes, report.conflicts, report.withheld, report.unwritten)) or bool(report.diff)


def _notes(kind: NoteKind) -> Callable[[ImportReport], Iterator[str]]:
    return lambda report: map(str, getattr(report, kind.replace(" ", "_")))


def _values(name: str, text: str) -> Callable[[ImportReport], Iterator[str]]:
    return lambda report: (
        text.format(each, spec=_to_text(each.spec), found=_to_text(each.found)) for each in getattr(report, name)
    )


LINES: Mapping[str, Callable[[ImportReport], Iterator[str]]] = {
    "conflicts": _values(
        "conflicts", "{0.file}:{0.line}:{0.column}: conflict: {0.path} is {spec} here, the import found {found}"
    ),
    "unwritten": lambda report: (
        f"not written: {name}: {why}; change it there"
        for name, why in zip(report.unwritten, report.unwritten_because, strict=True)
    ),
    "unknown": _notes("unknown"),
    "ambiguous": _notes("ambiguous"),
    "left_out": _notes("left out"),
    "ignored": _notes("ignored"),
    "listed": _notes("listed"),
    "withheld": _values("withheld", "left out: {0.path}: removed from the spec since the last import"),
    "unread": _values("unread", "not read: {0.path}: it stays in the spec"),
    "missing": _values("missing", "not found: {0.path}: it stays in the spec"),
    "kept": _values("kept", "kept: {0.path}: {spec}, changed since the last import, which found {found}"),
    "added": _values("added", "added: {0.path}"),
    "taken": _values("taken", "changed: {0.path}: {spec} -> {found}"),
    "found": lambda report: iter(
        ["found " + (", ".join(f"{each.found} {each.type}" for each in report.found) or "nothing")]
    ),
    "not_carried": lambda report: iter([_describe_not_carried(report)]),
}
"""Field of the report -> its lines of text, in their order: those that need the user first, and a summary."""
SUMMARY = ("listed", "kept", "added", "taken", "found", "not_carried")
ATTENTION = tuple(name for name in LINES if name not in SUMMARY)


def _describe_not_carried(report: ImportReport) -> str:
    names, more = report.not_carried[:_NAMED], len(report.not_carried) - _NAMED
    listed = ", ".join(names) + (f" and {more} more, which --verbose lists" if more > 0 else "")
    return f"not in {KINDS[report.source].description}, add by hand where you use it: {listed}"


def format_lines(report: ImportReport, names: Iterable[str]) -> Iterator[str]:
    """Yield a line per item of these fields."""
    for name in names:
        yield from LINES[name](report)


def _to_text(value: Any) -> str:
    """Return a value on one line, cut after 80 characters."""
    if value is None:
        return "not set"
    text = visible(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}..."
