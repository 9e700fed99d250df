"""The last step of all imports: writes the spec of an inventory where the user wants it, and reports what was found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcaform.cli.options import ImportOptions
from pcaform.core import console
from pcaform.core.files import SPEC_SUFFIXES, Target, is_directory, refuse_read_only, resolve_target, write_target
from pcaform.core.formats.report import format_json
from pcaform.core.formats.text import count, source_lines
from pcaform.core.problems import Failure
from pcaform.importer.infer.infer import InferredSpec, infer
from pcaform.importer.infer.keys import existing_keys
from pcaform.importer.infer.notes import without_forgotten
from pcaform.importer.merge import report
from pcaform.importer.merge.decisions import IsSearched, merge_form
from pcaform.importer.merge.merge import (
    BASELINE_SUFFIX,
    ImportResult,
    MergeResult,
    add_unread_comments,
    format_baseline,
    merge,
    parse_baseline,
    update_baseline,
)
from pcaform.render.normal_form import SECTIONS
from pcaform.render.write import diff
from pcaform.render.write.comparison import Difference, Owner
from pcaform.rules.load import PRACTICE, load_text
from pcaform.sources.inventory import ImportNote, Inventory
from pcaform.spec.extends import read_document
from pcaform.spec.parse import file_reader, parse_spec
from pcaform.spec.references import list_unresolved, resolve_references
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_writer import dump

_NOTHING = "no private CA of the source, and nothing that uses one, can be in a spec: there is nothing to import"
_DIFF_LINES = 40
"""Lines of the diff of a file that a refusal shows."""


@dataclass(frozen=True, slots=True)
class _File:
    """A spec's file, its new content, and the baseline that the next import compares with."""

    target: Target
    content: bytes
    baseline: bytes


def write_result(inventory: Inventory, options: ImportOptions, *, is_searched: IsSearched = lambda _: True) -> bool:
    """Write the spec of what a source holds; return whether all of it could be written as it was found.

    `is_searched` tells which items of the spec in `--into` the source would have. Raises Failure where nothing can be
    written; then every file is as it was.
    """
    options.check()
    if options.into is None:
        return _write_new(inventory, options)
    return _merge_into(inventory, options, options.into, is_searched)


def read_existing(into: Path) -> tuple[Target, bytes, Spec]:
    """Return a spec's file, its content, and the spec; raises Failure without a file, Invalid for another content."""
    existing = resolve_target(into)
    if existing.before is None:
        raise Failure(f"{into}: there is no such file; --out {into} writes a new one")
    read = file_reader(into.parent)
    document = read_document(existing.before, str(into), read)
    return existing, existing.before, resolve_references(parse_spec(document), document, read)


def _write_new(inventory: Inventory, options: ImportOptions) -> bool:
    inferred_specs = infer(inventory, stack=options.stack)
    notes = [note for inferred in inferred_specs for note in inferred.notes]
    specs = [inferred for inferred in inferred_specs if any(getattr(inferred.spec, section) for section in SECTIONS)]
    if not specs:
        reasons = (f"  {note.address}: {note.reason}" for note in dict.fromkeys(without_forgotten(notes)))
        raise Failure(f"{_NOTHING}. Not imported:", *reasons, *inventory.hazard)
    if options.out is None:
        console.print_document("---\n".join(_format_spec(inferred) for inferred in specs))
        return _print_report(report.build_report(inventory, notes, files=()), options)
    files = [
        _File(
            resolve_target(path),
            _format_spec(inferred).encode(),
            format_baseline(update_baseline(None, merge_form(inferred.spec, inventory.source.name))),
        )
        for path, inferred in zip(_list_paths(options.out, specs), specs, strict=True)
    ]
    if not options.force and not options.is_dry_run:
        _refuse_existing(files)
    return _write_files(inventory, options, notes, files=files)


def _format_spec(inferred: InferredSpec) -> str:
    return add_unread_comments(dump(inferred.spec), inferred.spec, inferred.notes)


def _list_paths(out: Path, specs: Sequence[InferredSpec]) -> list[Path]:
    """Return the file of each spec: `out` itself, or one per stack where `out` is a directory."""
    if len(specs) == 1 and not is_directory(out) and out.suffix in SPEC_SUFFIXES:
        return [out]
    if out.suffix in SPEC_SUFFIXES and not is_directory(out):
        names = ", ".join(_name_location(inferred.spec) for inferred in specs)
        raise Failure(f"{out}: one file for {len(specs)} specs ({names}): give a directory with --out")
    return [out / f"{inferred.spec.stack}.yaml" for inferred in specs]


def _refuse_existing(files: Iterable[_File]) -> None:
    for file in files:
        if file.target.before not in (None, file.content):
            raise Failure(
                f"{file.target.path}: already exists; --into changes it and keeps manual edits, --force "
                "would overwrite it like this:",
                *diff.truncate_lines(_diff([file]), _DIFF_LINES),
            )


def _merge_into(inventory: Inventory, options: ImportOptions, into: Path, is_searched: IsSearched) -> bool:
    existing, before, spec = read_existing(into)
    if unresolved := [key for key, _ in list_unresolved(spec)]:
        raise Failure(
            f"{into}: only Terraform reads the ARN of {', '.join(unresolved)}, so an import cannot tell which CA "
            "that is: name a 'lock_file' under 'references' for the import, or write a new spec with --out"
        )
    if options.stack not in ("", spec.stack):
        raise Failure(f"{into}: is the stack '{spec.stack}', but --stack names '{options.stack}': leave --stack out")
    specs = infer(inventory, stack=spec.stack, existing=existing_keys(spec))
    inferred, notes = _select_location(specs, spec, into)
    baseline = _baseline_target(existing)
    last = None if baseline.before is None else parse_baseline(baseline.before, str(baseline.path))
    is_complete = not any(note.kind == "unknown" for note in notes)
    imported = ImportResult(inferred.spec, inventory.source.name, is_complete, is_searched, inferred.seen)
    merged = merge(before, str(into), found=imported, last=last, read=file_reader(into.parent))
    file = _File(existing, merged.content, format_baseline(merged.baseline))
    return _write_files(inventory, options, notes, files=[file], merged=merged)


def _select_location(specs: Sequence[InferredSpec], spec: Spec, into: Path) -> tuple[InferredSpec, list[ImportNote]]:
    """Return what was found in the account and region of a spec, and all notes; the rest is left out, with a note."""
    here = [inferred for inferred in specs if _name_location(inferred.spec) == _name_location(spec)]
    elsewhere = [inferred for inferred in specs if inferred not in here]
    if not here:
        names = ", ".join(_name_location(inferred.spec) for inferred in elsewhere)
        raise Failure(
            f"{into}: is for {_name_location(spec)}, but the source holds CAs of {names}: import into another spec"
        )
    notes = [note for inferred in here for note in inferred.notes]
    for inferred in elsewhere:
        reason = f"{count(len(inferred.spec.managed), 'CA')} of another account or region: another spec is needed"
        notes.append(ImportNote("left out", _name_location(inferred.spec), reason))
    _refuse_other_regions(here[0].spec, spec, into)
    return here[0], notes


def _refuse_other_regions(found: Spec, spec: Spec, into: Path) -> None:
    """Raise Failure where a CA of a spec is in another region: imports change no `provider`, and a plan finds no CA."""
    for key in sorted(found.certificate_authorities.keys() & spec.certificate_authorities.keys()):
        ours, theirs = spec.region_of(key), found.region_of(key)
        if ours != theirs:
            raise Failure(
                f"{into}: certificate_authorities.{key} is in {ours}, but the source has it in {theirs}: write "
                f"'provider: {{region: {theirs}}}' if it is the same CA, or import into the spec of that region"
            )


def _name_location(spec: Spec) -> str:
    return f"{spec.aws.account_id} in {spec.aws.region}"


def _write_files(
    inventory: Inventory,
    options: ImportOptions,
    notes: Sequence[ImportNote],
    *,
    files: Sequence[_File],
    merged: MergeResult | None = None,
) -> bool:
    lines = _diff(files) if options.is_dry_run else []
    names = [str(file.target.path) for file in files]
    result = report.build_report(inventory, notes, files=names, outcome=merged, diff="\n".join(lines) or None)
    if options.is_dry_run and lines and options.form == "text":
        diff.print_lines(lines)
    written = [] if options.is_dry_run else [(file, _baseline_target(file.target)) for file in files]
    refuse_read_only(target for file, baseline in written for target in (file.target, baseline))
    for file, baseline in written:
        write_target(file.target, file.content)
        # second: a baseline without its spec would hide a change
        write_target(baseline, file.baseline)
    is_complete = _print_report(result, options)
    console.print_progress(
        *(f"wrote {file.target.path}, and for the next import {base.path}" for file, base in written)
    )
    return not _print_new_problems(files) and is_complete


def _baseline_target(spec: Target) -> Target:
    path = spec.real if spec.path.is_symlink() else spec.path
    return resolve_target(path.with_name(path.name + BASELINE_SUFFIX))


def _diff(files: Iterable[_File]) -> list[str]:
    changes = (Difference(str(file.target.path), file.target.before, file.content, Owner.PCAFORM) for file in files)
    return [line for change in changes if change.before != change.after for line in diff.diff_lines(change, Path())]


def _print_report(result: report.ImportReport, options: ImportOptions) -> bool:
    """Print the report; return whether it has no findings."""
    if options.form == "json":
        console.print_result(format_json(result))
    else:
        console.print_status(*report.format_lines(result, report.ATTENTION))
        console.print_progress(*report.format_lines(result, report.SUMMARY))
        console.print_detail(*(f"  {name}" for name in result.not_carried))
    return not report.has_findings(result)


def _print_new_problems(files: Iterable[_File]) -> bool:
    """Print the problems that the specs have now and had not before: what exists may break a rule. Return if any.

    What is not good practice is for `validate` to say: an import finds it as it is, and AWS changes no key.
    """
    has_problems = False
    for file in files:
        path = file.target.path
        earlier = load_text(file.target.before or b"", str(path), directory=path.parent).problems
        known = {(problem.rule, problem.message) for problem in earlier}
        for problem in load_text(file.content, str(path), directory=path.parent).problems:
            if (problem.rule, problem.message) not in known and problem.rule not in PRACTICE:
                console.print_status(*source_lines(problem))
                has_problems = True
    return has_problems
