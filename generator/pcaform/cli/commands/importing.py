"""The end that all imports share: an inventory -> the spec where the user wants it, and a report of what was found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcaform.core import console
from pcaform.core.problems import Failure
from pcaform.importer.infer.existing_keys import existing_keys
from pcaform.importer.infer.infer import InferredSpec, infer
from pcaform.importer.merge import report
from pcaform.importer.merge.baseline import SUFFIX, form_in, format_baseline, read_baseline
from pcaform.importer.merge.merge import ImportResult, MergeResult, merge
from pcaform.importer.merge.normal_form import normal_form
from pcaform.importer.merge.unread_comments import add_unread_comments
from pcaform.render.write import diff
from pcaform.render.write.comparison import Difference, Owner
from pcaform.render.write.files import Target, resolve_target, write
from pcaform.rules.load import load_text
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.spec.parse import parse_spec
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import parse
from pcaform.spec.yaml_writer import dump

_REMARKS = 2
_SUFFIXES = (".yaml", ".yml")
_SHOWN = 40
"""Lines of the diff of a file that a refusal shows."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a user asked for beside the source: where the spec goes, and its stack's name, which no source has.

    `out` is a new file, or a directory for one file a stack; `into` a spec that exists. `form` is the report's.
    """

    stack: str = ""
    out: Path | None = None
    into: Path | None = None
    is_dry_run: bool = False
    form: str = "text"
    force: bool = False


@dataclass(frozen=True, slots=True)
class _Written:
    """A file, what it shall hold, and what the next import is to remember of it."""

    place: Target
    content: bytes
    memory: bytes


def check(wanted: ImportOptions) -> None:
    """Raise Failure for options that contradict each other, before anything is read."""
    if wanted.into is not None and wanted.out is not None:
        raise Failure("--into changes a spec that exists, --out writes a new one: give one of them")
    if wanted.into is None and not wanted.stack:
        raise Failure(
            "--stack NAME is missing: nothing that exists has the stack's name, only a spec given with --into"
        )
    if wanted.into is None and wanted.out is None:
        if wanted.is_dry_run:
            raise Failure("--dry-run shows what would change in a file: give --into SPEC or --out FILE with it")
        if wanted.form == "json":
            raise Failure("--format json prints the report where the spec goes: give --out FILE or --into SPEC with it")


def finish(inventory: Inventory, wanted: ImportOptions) -> int:
    """Write the spec of what a source holds; return 2 where something of it could not be written as it was found.

    Raises Failure where nothing can be written; then every file is as it was.
    """
    check(wanted)
    return _into(inventory, wanted, wanted.into) if wanted.into else _fresh(inventory, wanted)


def _fresh(inventory: Inventory, wanted: ImportOptions) -> int:
    found = infer(inventory, stack=wanted.stack)
    notes = [note for each in found for note in each.notes]
    if wanted.out is None:
        console.print_result("---\n".join(_text(each) for each in found))
        return _told(report.report(inventory, notes, files=()), wanted)
    files = [
        _Written(
            resolve_target(path),
            _text(each).encode(),
            format_baseline(read_baseline(None, normal_form(each.spec, inventory.source))),
        )
        for path, each in zip(_paths(wanted.out, found), found, strict=True)
    ]
    if not wanted.force and not wanted.is_dry_run:
        _refuse_present(files)
    return _settled(inventory, wanted, notes, files=files)


def _text(found: InferredSpec) -> str:
    return add_unread_comments(dump(found.spec), found.spec, found.notes)


def _paths(out: Path, found: Sequence[InferredSpec]) -> list[Path]:
    """Return the file of each spec: the one that was named, or one a stack in the directory that was named."""
    if len(found) == 1 and not out.is_dir() and out.suffix in _SUFFIXES:
        return [out]
    if out.suffix in _SUFFIXES and not out.is_dir():
        listed = ", ".join(f"{each.spec.aws.account_id} in {each.spec.aws.region}" for each in found)
        raise Failure(f"{out}: one file for {len(found)} specs ({listed}): give a directory with --out")
    return [out / f"{each.spec.stack}.yaml" for each in found]


def _refuse_present(files: Iterable[_Written]) -> None:
    for file in files:
        if file.place.before not in (None, file.content):
            shown = "\n".join(diff.mark_control_characters(diff.truncate_lines(_diff([file]), _SHOWN)))
            raise Failure(
                f"{file.place.path}: exists already; --into changes it and keeps what a person wrote, --force "
                f"would overwrite it like this:\n{shown}"
            )


def _into(inventory: Inventory, wanted: ImportOptions, into: Path) -> int:
    place, before, spec = existing(into)
    if wanted.stack not in ("", spec.stack):
        raise Failure(f"{into}: is the stack '{spec.stack}', --stack says '{wanted.stack}': leave --stack out")
    found = infer(inventory, stack=spec.stack, known=existing_keys(spec))
    mine, notes = _of_place(found, spec, into)
    memory = _memory(place)
    last = None if memory.before is None else form_in(memory.before, str(memory.path))
    is_complete = not any(note.kind == "unknown" for note in notes)
    found_here = ImportResult(mine.spec, inventory.source, is_complete)
    result = merge(before, str(into), found=found_here, last=last)
    file = _Written(place, result.content, format_baseline(result.memory))
    return _settled(inventory, wanted, notes, files=[file], result=result)


def existing(into: Path) -> tuple[Target, bytes, Spec]:
    """Return a spec's file, what it holds, and the spec; raises Failure where there is none, Invalid for another."""
    place = resolve_target(into)
    if place.before is None:
        raise Failure(f"{into}: there is no such file; --out {into} writes a new one")
    return place, place.before, parse_spec(parse(place.before, str(into)))


def _of_place(found: Sequence[InferredSpec], spec: Spec, into: Path) -> tuple[InferredSpec, list[ImportNote]]:
    """Return what was found where a spec's stack lives, and all remarks; what lies elsewhere is left out."""
    here = [each for each in found if _place(each.spec) == _place(spec)]
    elsewhere = [each for each in found if each not in here]
    if not here:
        listed = ", ".join(_place(each.spec) for each in elsewhere)
        raise Failure(
            f"{into}: is for {_place(spec)}, and what was read holds CAs of {listed}: import into another spec"
        )
    notes = [note for each in here for note in each.notes]
    for each in elsewhere:
        reason = f"{len(each.spec.certificate_authorities)} CAs of another account or region: they need another spec"
        notes.append(ImportNote("left out", _place(each.spec), reason))
    return here[0], notes


def _place(spec: Spec) -> str:
    return f"{spec.aws.account_id} in {spec.aws.region}"


def _settled(
    inventory: Inventory,
    wanted: ImportOptions,
    notes: Sequence[ImportNote],
    *,
    files: Sequence[_Written],
    result: MergeResult | None = None,
) -> int:
    """Write files, or show what would change in them, and report."""
    lines = _diff(files) if wanted.is_dry_run else []
    names = [str(file.place.path) for file in files]
    told = report.report(inventory, notes, files=names, outcome=result, diff="\n".join(lines) or None)
    if wanted.is_dry_run:
        if lines and wanted.form == "text":
            console.print_result(
                "\n".join(
                    diff.colour_lines(list(diff.mark_control_characters(lines))) if console.has_colour() else lines
                )
            )
    else:
        for file in files:
            write(file.place, file.content)
            write(_memory(file.place), file.memory)  # second, since a memory of what is not in the spec would hide it
    code = _told(told, wanted)
    return max(code, _judged(files))


def _memory(place: Target) -> Target:
    beside = place.real if place.path.is_symlink() else place.path
    return resolve_target(beside.with_name(beside.name + SUFFIX))


def _diff(files: Iterable[_Written]) -> list[str]:
    found = (Difference(str(each.place.path), each.place.before, each.content, Owner.PCAFORM) for each in files)
    return [line for each in found if each.before != each.after for line in diff.diff_lines(each, Path())]


def _told(told: report.Report, wanted: ImportOptions) -> int:
    if wanted.form == "json":
        console.print_result(report.format_json(told))
    else:
        console.print_status(report.format_text(told))
    return _REMARKS if report.has_findings(told) else 0


def _judged(files: Iterable[_Written]) -> int:
    """Say what is wrong with the specs now that was not before: what exists may break a rule."""
    code = 0
    for file in files:
        path = file.place.path
        before = load_text(file.place.before or b"", str(path), directory=path.parent).problems
        known = {(each.rule, each.message) for each in before}
        for problem in load_text(file.content, str(path), directory=path.parent).problems:
            if (problem.rule, problem.message) not in known:
                console.print_status(problem.with_source())
                code = _REMARKS
    return code
