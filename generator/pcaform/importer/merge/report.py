"""What an import did -> a line an item for people, JSON for programs, and the JSON Schema of the latter."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from pcaform.importer.merge.merge import Located, MergeResult
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.spec.fields import FIELDS, Source

_SOURCES: Mapping[Source, str] = {"state": "a Terraform state", "live": "a live account", "hcl": "a configuration"}
_SPEC_ONLY = ("ignore", "waivers")


@dataclass(frozen=True, slots=True)
class Count:
    """How many resources of one type the source holds."""

    type: str
    found: int


@dataclass(frozen=True, slots=True)
class Value:
    """One value or item of the spec: its path, where it stands in `file`, what the spec said and what was found."""

    file: str
    line: int
    column: int
    path: str
    spec: Any
    found: Any


@dataclass(frozen=True, slots=True)
class Note:
    """A resource by its address in the source, and why it is not in the spec as it was found."""

    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What `pcaform import --format json` prints; `format_version` grows when a reader could break."""

    format_version: Literal["1.0"]
    source: Source
    files: tuple[str, ...]
    """The specs that were written, or would be with `--dry-run`; empty where the spec went to standard output."""
    found: tuple[Count, ...]
    added: tuple[Value, ...]
    """New items."""
    taken: tuple[Value, ...]
    """Values that were replaced by what was found."""
    kept: tuple[Value, ...]
    """Values that a person changed since the last import, and nobody in the source."""
    conflicts: tuple[Value, ...]
    """Values that both changed: the person's stays, with a mark above it."""
    missing: tuple[Value, ...]
    """Items that the source does not have; they stay."""
    unread: tuple[Value, ...]
    """Items and values that were not found where not everything could be read; they stay."""
    withheld: tuple[Value, ...]
    """Items that a person took out of the spec since the last import; they stay out."""
    unwritten: tuple[str, ...]
    """Values that `certificate_authority_defaults` give and that cannot be taken away at one CA."""
    left_out: tuple[Note, ...]
    """What a spec cannot express, or does not hold."""
    unknown: tuple[Note, ...]
    """What could not be read; never taken for absent."""
    ambiguous: tuple[Note, ...]
    """What can be read in more than one way."""
    listed: tuple[Note, ...]
    """What is there and no spec is meant to hold."""
    not_carried: tuple[str, ...]
    """Fields of a spec that no such source holds."""
    diff: str | None = None
    """With `--dry-run`: what would change, as a unified diff."""


_REPORT = TypeAdapter(Report)


def report(
    inventory: Inventory,
    found_notes: Iterable[ImportNote],
    *,
    files: Sequence[str],
    outcome: MergeResult | None = None,
    diff: str | None = None,
) -> Report:
    """Return the report on an import that wrote `files`; into a spec that exists where there is an outcome."""
    located = outcome.decisions if outcome else ()
    of = {
        kind: tuple(_value(each, files[0]) for each in located if each.decision.kind == kind)
        for kind in ("added", "taken", "kept", "conflict", "missing", "unread", "withheld")
    }
    notes = {
        kind: tuple(Note(each.address, each.reason) for each in dict.fromkeys(found_notes) if each.kind == kind)
        for kind in ("left out", "unknown", "ambiguous", "listed")
    }
    counts = Counter(resource.type for resource in inventory.resources)
    return Report(
        format_version="1.0",
        source=inventory.source,
        files=tuple(files),
        found=tuple(Count(kind, number) for kind, number in sorted(counts.items())),
        added=of["added"],
        taken=of["taken"],
        kept=of["kept"],
        conflicts=of["conflict"],
        missing=of["missing"],
        unread=of["unread"],
        withheld=of["withheld"],
        unwritten=outcome.held if outcome else (),
        left_out=notes["left out"],
        unknown=notes["unknown"],
        ambiguous=notes["ambiguous"],
        listed=notes["listed"],
        not_carried=not_carried(inventory.source),
        diff=diff,
    )


def not_carried(source: Source) -> tuple[str, ...]:
    """Return the fields of a spec that a source does not hold."""
    return (*(fact.path for fact in FIELDS if source not in fact.carried), *_SPEC_ONLY)


def has_findings(found: Report) -> bool:
    """Tell whether a person has to look: something is left out, unknown, ambiguous, in conflict, or not written."""
    parts = (found.left_out, found.unknown, found.ambiguous, found.conflicts, found.withheld, found.unwritten)
    return any(parts) or bool(found.diff)


def format_text(found: Report) -> str:
    """Return a line an item, what needs a person first, and a summary."""
    return "\n".join([*_lines(found), *_summary(found)])


def _lines(found: Report) -> Iterator[str]:
    for each in found.conflicts:
        place = f"{each.file}:{each.line}:{each.column}"
        yield f"{place}: conflict: {each.path} is {_shown(each.spec)} here, the import found {_shown(each.found)}"
    for name in found.unwritten:
        yield f"not written: {name}: certificate_authority_defaults gives it to every CA; change it there"
    for word, notes in (("unknown", found.unknown), ("ambiguous", found.ambiguous), ("left out", found.left_out)):
        yield from (f"{word}: {note.address}: {note.reason}" for note in notes)
    yield from (f"listed: {note.address}: {note.reason}" for note in found.listed)
    yield from (f"left out: {each.path}: taken out of the spec since the last import" for each in found.withheld)
    yield from (f"not read: {each.path}: it stays in the spec" for each in found.unread)
    yield from (f"not found: {each.path}: it stays in the spec" for each in found.missing)
    for each in found.kept:
        yield f"kept: {each.path}: {_shown(each.spec)}, changed since the last import, which found {_shown(each.found)}"
    yield from (f"added: {each.path}" for each in found.added)
    yield from (f"changed: {each.path}: {_shown(each.spec)} -> {_shown(each.found)}" for each in found.taken)


def _summary(found: Report) -> Iterator[str]:
    yield "found " + (", ".join(f"{each.found} {each.type}" for each in found.found) or "nothing")
    yield f"not in {_SOURCES[found.source]}, add by hand where you use it: {', '.join(found.not_carried)}"


def _shown(value: Any) -> str:
    """Return a value on one line, as far as a line goes."""
    if value is None:
        return "not set"
    written = json.dumps(value, ensure_ascii=False)
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in written)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."


_LONGEST = 80


def _value(located: Located, file: str) -> Value:
    decision = located.decision
    return Value(file, located.line, located.column, decision.name, decision.mine, decision.found)


def format_json(found: Report) -> str:
    """Return one JSON document, as `json_schema` describes it."""
    return _REPORT.dump_json(found, indent=2).decode()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report, for programs that read it."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**dialect, **_REPORT.json_schema(mode="serialization")}


FORMATS: Mapping[str, Callable[[Report], str]] = {"text": format_text, "json": format_json}
"""What `--format` takes."""
