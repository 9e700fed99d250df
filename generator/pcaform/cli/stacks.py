"""The steps from specs to stacks on disk, in order: load, check, plan, render, then write or compare."""

from collections.abc import Callable, Iterable
from pathlib import Path

from pcaform.cli.exit_codes import ERROR, FINDINGS, OK
from pcaform.core import console
from pcaform.core.files import STDIN, display_name
from pcaform.core.formats.text import join_lines, source_lines
from pcaform.core.problems import Failure, Invalid
from pcaform.render import manifest, removal_check, templates
from pcaform.render.plan import stack as stack_plan
from pcaform.render.plan.module_call import SHARED, VENDORED, ModuleSource
from pcaform.render.plan.stack import StackPlan
from pcaform.render.templates import Rendered
from pcaform.render.write import comparison, diff
from pcaform.render.write import write as stack_writer
from pcaform.rules.load import check_file, list_spec_files, refuse_duplicate_stacks
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document


def render_specs(paths: Iterable[str], out: Path, *, modules: ModuleSource) -> list[Rendered]:
    """Return the files of each spec's stack, after those of the modules that all share where `modules` is SHARED.

    A directory means every `*.yaml` below it. Raises Invalid with the problems of all specs where one has errors, or
    where the stack in `out` has something that its spec drops without a word; Failure for two specs of one stack.
    """
    plans = _plan(_check(paths), out, modules=modules)
    stacks = [templates.render(planned) for planned in plans]
    shared = [templates.shared_modules({stack.name for stack in stacks})] if modules is SHARED else []
    return [*shared, *stacks]


def _check(paths: Iterable[str]) -> list[tuple[str, Spec, Document]]:
    """Return the path, the spec and the document of each file, and print the warnings."""
    results = {path: check_file(path) for path in list_spec_files(paths)}
    problems = sorted(problem for result in results.values() for problem in result.problems)
    specs = [
        (path, result.spec, result.document)
        for path, result in results.items()
        if result.spec is not None and result.document is not None and not result.has_errors
    ]
    if len(specs) < len(results):
        raise Invalid(problems)
    for warning in problems:
        console.print_status(*source_lines(warning))
    refuse_duplicate_stacks((path, spec) for path, spec, _ in specs)
    return specs


def _plan(specs: Iterable[tuple[str, Spec, Document]], out: Path, *, modules: ModuleSource) -> list[StackPlan]:
    plans, problems = [], []
    for path, spec, document in specs:
        source = "standard input" if path == STDIN else Path(path).name
        planned = stack_plan.plan(spec, source=source, modules=modules)
        before = manifest.read(out / planned.name / manifest.NAME).items
        problems += removal_check.list_problems(spec, document, planned, before)
        plans.append(planned)
    if problems:
        raise Invalid(problems)
    return plans


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
    counts = {"written": written.changed, "deleted": written.deleted, "unchanged": written.unchanged}
    counted = ", ".join(f"{len(paths)} {word}" for word, paths in counts.items() if paths)
    console.print_status(f"{written.directory}: {counted}")
    return OK


def compare(stack: Rendered, out: Path, *, as_diff: bool) -> int:
    """Print how a stack differs from what is below `out`, as a list or as a diff; return 2 where it does."""
    compared = comparison.compare(stack, out / stack.name)
    directory, differences = compared.directory, compared.differences
    if not differences:
        console.print_status(f"{directory}: fresh, {len(compared.unchanged)} unchanged")
        return OK
    if as_diff:
        diff.print_lines([line for each in differences for line in diff.diff_lines(each, directory)])
    else:
        console.print_result(join_lines(f"{directory / each.path}: {each.reason}" for each in differences))
    kinds = [difference.reason.split(",")[0] for difference in differences]
    counts = (f"{kinds.count(kind)} {kind}" for kind in ("missing", "changed", "leftover") if kind in kinds)
    console.print_status(f"{directory}: stale: {', '.join(counts)}")
    return FINDINGS


def refuse_stale(path: str, directory: Path) -> None:
    """Raise Failure unless a stack's directory holds exactly what a spec renders to."""
    modules = VENDORED if (directory / "modules").is_dir() else SHARED
    out, name = directory.resolve().parent, directory.resolve().name
    *_, stack = render_specs([path], out, modules=modules)
    if stack.name != name:
        raise Failure(f"{directory}: {display_name(path)} is the stack '{stack.name}', not this one")
    differences = comparison.compare(stack, directory).differences
    if differences:
        first = f"{differences[0].path} is {differences[0].reason}"
        raise Failure(f"{directory}: this is not what {display_name(path)} renders to ({first}): render it first")
