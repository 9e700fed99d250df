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
from pcaform.render.write.comparison import Comparison
from pcaform.render.write.write import Written
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


def write(stacks: Iterable[Rendered], out: Path, *, force: bool) -> int:
    """Write each stack below `out`, and return the exit code."""

    def write_stack(stack: Rendered) -> int:
        console.print_status(describe_written(stack_writer.write(stack, out, force=force)))
        return OK

    return _exit_code(stacks, write_stack)


def compare(stacks: Iterable[Rendered], out: Path, *, as_diff: bool) -> int:
    """Print how each stack differs from what is below `out`, as a list or as a diff, and return the exit code."""

    def compare_stack(stack: Rendered) -> int:
        compared = comparison.compare(stack, out / stack.name)
        if compared.differences and as_diff:
            directory = compared.directory
            diff.print_lines([line for each in compared.differences for line in diff.diff_lines(each, directory)])
        elif compared.differences:
            differing = (f"{compared.directory / each.path}: {each.reason}" for each in compared.differences)
            console.print_result(join_lines(differing))
        console.print_status(describe_comparison(compared))
        return FINDINGS if compared.differences else OK

    return _exit_code(stacks, compare_stack)


def _exit_code(stacks: Iterable[Rendered], step: Callable[[Rendered], int]) -> int:
    """Take the last step for each stack; one that is refused is reported, and does not stop the others."""
    codes = []
    for stack in stacks:
        try:
            codes.append(step(stack))
        except Failure as failure:
            console.print_status(f"pcaform: {failure.lines[0]}", *failure.lines[1:])
            codes.append(ERROR)
    return ERROR if ERROR in codes else max(codes, default=OK)


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


def describe_written(written: Written) -> str:
    """Return one line: how many files a write changed."""
    counts = {"written": written.changed, "deleted": written.deleted, "unchanged": written.unchanged}
    return f"{written.directory}: {', '.join(f'{len(paths)} {word}' for word, paths in counts.items() if paths)}"


def describe_comparison(compared: Comparison) -> str:
    """Return one line: whether a directory is fresh, and how many files are not."""
    if not compared.differences:
        return f"{compared.directory}: fresh, {len(compared.unchanged)} unchanged"
    kinds = [difference.reason.split(",")[0] for difference in compared.differences]
    counts = (f"{kinds.count(kind)} {kind}" for kind in ("missing", "changed", "leftover") if kind in kinds)
    return f"{compared.directory}: stale: {', '.join(counts)}"
