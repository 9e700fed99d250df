"""The steps from specs to stacks on disk, in order: load, check, plan, render, then write or compare."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from pcaform.cli.exit_codes import ERROR, FINDINGS, OK
from pcaform.core import console
from pcaform.core.files import STDIN, display_name, is_directory, read_bytes
from pcaform.core.finding import Finding
from pcaform.core.formats.text import join_lines, source_lines
from pcaform.core.problems import Failure, Invalid
from pcaform.render import history, manifest, removal_check, templates
from pcaform.render.evidence import NEVER_APPLIED, Confirmation, check_state, local_state_file, record_of
from pcaform.render.history import StateContent
from pcaform.render.manifest import Record
from pcaform.render.plan import stack as stack_plan
from pcaform.render.plan.module_call import SHARED, VENDORED, ModuleSource
from pcaform.render.plan.stack import StackPlan
from pcaform.render.templates import Rendered
from pcaform.render.write import comparison, diff
from pcaform.render.write import write as stack_writer
from pcaform.render.write.comparison import Comparison
from pcaform.rules.load import check_files
from pcaform.rules.together import SpecFile, check_against, check_renamed, check_together
from pcaform.sources import tfstate

_NOTHING = Confirmation()
_EXTRA = (
    "pcaform: Terraform or a tool may read an extra file and run its code: remove it, or accept it in the spec by its "
    "path in the stack, 'terraform: {extra_files: [cloud.tf]}'. A link is not accepted"
)


def render_specs(
    paths: Iterable[str], out: Path, *, modules: ModuleSource, confirmation: Confirmation = _NOTHING, at: bool = False
) -> list[Rendered]:
    """Return the files of each spec's stack, after those of the modules that all share where `modules` is SHARED.

    A directory means every `*.yaml` below it. Raises Invalid with the problems of all specs where one has errors, or
    where the stack in `out` has something that its spec drops without a word, and prints the warnings. `confirmation`
    is about the only stack; `out` is its own directory with `at`.
    """
    results, specs = check_files(paths)
    problems = sorted({problem for result in results for problem in result.problems})
    if len(specs) < len(results):
        raise Invalid(problems)
    for warning in problems:
        console.print_status(*source_lines(warning))
    if at:
        out = out.parents[specs[0][1].stack.count("/")]
    plans = _plan(specs, out, modules=modules, confirmation=confirmation)
    stacks = [templates.render(planned) for planned in plans]
    shared = [templates.shared_modules({stack.name.partition("/")[0] for stack in stacks})] if modules is SHARED else []
    return [*shared, *stacks]


def _plan(
    specs: Sequence[SpecFile], out: Path, *, modules: ModuleSource, confirmation: Confirmation
) -> list[StackPlan]:
    if len(specs) != 1 and confirmation != Confirmation():
        raise Failure("'--applied', '--never-applied' and '--state' are about one stack: give its spec alone")
    plans, problems = [], list(_check_neighbours(specs, out, confirmation))
    for each in specs:
        planned, found = _plan_over(each, out / each[1].stack, modules=modules, confirmation=confirmation)
        problems += found
        plans.append(planned)
    if problems:
        is_of_history = any(problem.rule == removal_check.RULE for problem in problems)
        is_told = is_of_history and confirmation == Confirmation()
        raise Invalid(problems, advice=[f"pcaform: {NEVER_APPLIED}"] if is_told else ())
    return plans


def _plan_over(
    spec_file: SpecFile, directory: Path, *, modules: ModuleSource, confirmation: Confirmation
) -> tuple[StackPlan, list[Finding]]:
    """Return the plan of a stack over what is on disk, and what it would lose.

    A local state is only asked where the manifest's memory stands in the way: a spec renders alike with and without it.
    """
    path, spec, document = spec_file
    source = "standard input" if path == STDIN else Path(path).name
    known = manifest.read(directory / manifest.NAME)
    state_file = local_state_file(directory, known.record, spec)
    local = None if state_file is None else _read_local_state(state_file)
    before = record_of(directory, known, confirmation, local)

    def check(before: Record) -> tuple[StackPlan, list[Finding]]:
        source_of_modules = ModuleSource("../" * spec.stack.count("/") + SHARED.base) if modules is SHARED else modules
        planned = stack_plan.plan(spec, source=source, modules=source_of_modules, before=before)
        return planned, removal_check.list_problems(spec, document, planned, before)

    planned, problems = check(before)
    if problems and local is not None and confirmation == Confirmation() and not _was_emptied(local, state_file):
        planned, problems = check(history.confirm(before, local))
    state = confirmation.state or local
    if state is not None and not problems:
        check_state(directory, state, before, planned.record)
    return planned, problems


def read_state(path: str) -> StateContent:
    """Return what a state has, in a file or on standard input for `-`; raises Failure for anything but a state."""
    if not path:
        raise Failure("'--state' has an empty file name: name a file, or '-' for standard input")
    found = tfstate.read(read_bytes(path), display_name(path), is_applied=True)
    arns = {each.address: each.attributes.get("arn") for each in found.resources if not each.is_reference}
    return StateContent({**dict.fromkeys(found.others), **arns}, is_empty=not arns and not found.others)


def _read_local_state(path: Path) -> StateContent | None:
    """Return what the state in a stack's directory has; None if it cannot be read, as an encrypted one cannot."""
    try:
        return read_state(str(path))
    except Failure:
        return None


def _was_emptied(local: StateContent, path: Path | None) -> bool:
    """Tell whether an empty state had resources before, as its backup shows: they may have been moved elsewhere."""
    backup = path.with_name(f"{path.name}.backup") if path is not None and local.is_empty else None
    if backup is None or not backup.exists():
        return False
    before = _read_local_state(backup)
    return before is None or not before.is_empty


def _check_neighbours(specs: Sequence[SpecFile], out: Path, confirmation: Confirmation) -> Iterator[Finding]:
    """Yield where a spec has the name, the state, or an ARN of another one, or of a stack in `out` that has no spec."""
    real, rendered = Path(os.path.realpath(out)), {spec.stack for _, spec, _ in specs}
    yield from check_together(specs, str(real))
    is_unsaid = not confirmation.is_never_applied and confirmation.state is None
    for name in _list_rendered(out):
        if name not in rendered:
            record = manifest.read(out / name / manifest.NAME).record
            yield from check_against(specs, str(real), name, record)
            for each in specs if is_unsaid else ():
                renamed = check_renamed(each, name, record)
                if renamed is not None and manifest.read(out / each[1].stack / manifest.NAME).is_missing:
                    yield renamed


def _list_rendered(out: Path, inside: str = "") -> Iterator[str]:
    """Yield the name of each stack below a directory; there is none in another."""
    for path in sorted((out / inside).iterdir()) if is_directory(out / inside) else ():
        if (path / manifest.NAME).is_file():
            yield f"{inside}{path.name}"
        elif not path.name.startswith(".") and not path.is_symlink():
            yield from _list_rendered(out, f"{inside}{path.name}/")


def finish_all(stacks: Iterable[Rendered], finish: Callable[[Rendered], int]) -> int:
    """Take the last step for each stack and return the exit code; one that is refused does not stop the others."""
    codes = []
    for stack in stacks:
        try:
            codes.append(finish(stack))
        except Failure as failure:
            console.print_status(f"pcaform: {failure.lines[0]}", *failure.lines[1:])
            codes.append(ERROR)
    return ERROR if ERROR in codes else max(codes, default=OK)


def write(stack: Rendered, out: Path, *, force: bool) -> int:
    """Write a stack below `out`, and print how many files that changed."""
    written = stack_writer.write(stack, out, force=force)
    extra = _describe_extra(written)
    counts = {"written": written.changed, "deleted": written.deleted, "unchanged": written.unchanged}
    counted = ", ".join(f"{len(paths)} {word}" for word, paths in counts.items() if paths)
    console.print_status(f"{written.directory}: {counted}", *extra, *([_EXTRA] if extra else []))
    return OK


def _describe_extra(compared: Comparison) -> list[str]:
    return [f"{compared.directory / path}: extra, not written by pcaform" for path in compared.extra]


def compare(stack: Rendered, out: Path, *, as_diff: bool) -> int:
    """Print how a stack differs from what is below `out`, as a list or as a diff; return 2 where it does."""
    compared = comparison.compare(stack, out / stack.name)
    directory, differences = compared.directory, compared.differences
    if not differences and not compared.extra:
        console.print_status(f"{directory}: fresh, {len(compared.unchanged)} unchanged")
        return OK
    extra = _describe_extra(compared)
    if as_diff and differences:
        diff.print_lines([line for each in differences for line in diff.diff_lines(each, directory)])
    elif not as_diff:
        console.print_result(join_lines([*(f"{directory / each.path}: {each.reason}" for each in differences), *extra]))
    kinds = [each.reason.split(",")[0] for each in differences] + ["extra"] * len(extra)
    counts = (f"{kinds.count(kind)} {kind}" for kind in ("missing", "changed", "leftover", "extra") if kind in kinds)
    state = "stale" if differences else "not fresh"
    advice = [*(extra if as_diff else []), *([_EXTRA] if extra else [])]
    console.print_status(f"{directory}: {state}: {', '.join(counts)}", *advice)
    return FINDINGS


def refuse_stale(path: str, directory: Path) -> None:
    """Raise Failure unless a stack's directory holds exactly what a spec renders to."""
    modules = VENDORED if (directory / "modules").is_dir() else SHARED
    *_, stack = render_specs([path], directory.resolve(), modules=modules, at=True)
    if not directory.resolve().match(stack.name):
        raise Failure(f"{directory}: {display_name(path)} is the stack '{stack.name}', not this one")
    differences = comparison.compare(stack, directory).differences
    if differences:
        first = f"{differences[0].path} is {differences[0].reason}"
        raise Failure(f"{directory}: this is not what {display_name(path)} renders to ({first}): render it first")
