"""The steps from specs to stacks on disk, in order: load, check, plan, render, then write or compare."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pcaform.core import console
from pcaform.core.files import STDIN, display_name
from pcaform.core.formats.text import join_lines, source_lines
from pcaform.core.problems import Failure, Invalid
from pcaform.render import manifest, removal_check, templates
from pcaform.render.plan import stack as stack_plan
from pcaform.render.plan.module_source import SHARED, VENDORED, ModuleSource
from pcaform.render.plan.stack import StackPlan
from pcaform.render.templates import Rendered
from pcaform.render.write import comparison, diff
from pcaform.render.write import write as stack_writer
from pcaform.render.write.comparison import Comparison
from pcaform.render.write.write import Written
from pcaform.rules.load import LoadResult, check_file, list_spec_files, refuse_duplicate_stacks
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document


@dataclass(frozen=True, slots=True)
class LoadedSpec:
    """A spec that may be rendered, and its file."""

    path: str
    spec: Spec
    document: Document


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last step ended: the stacks that were refused, and those that differ from what is on disk."""

    refused: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()


def load(paths: Iterable[str]) -> dict[str, LoadResult]:
    """Return what each file holds, by path; a directory means every `*.yaml` below it."""
    return {path: check_file(path) for path in list_spec_files(paths)}


def check(results: Mapping[str, LoadResult]) -> list[LoadedSpec]:
    """Return the specs, and print their warnings.

    Raises Invalid with the problems of all of them where one has errors, Failure for two specs of one stack.
    """
    problems = sorted(problem for result in results.values() for problem in result.problems)
    specs = [
        LoadedSpec(path, result.spec, result.document)
        for path, result in results.items()
        if result.spec is not None and result.document is not None and not result.has_errors
    ]
    if len(specs) < len(results):
        raise Invalid(problems)
    for warning in problems:
        console.print_status(*source_lines(warning))
    refuse_duplicate_stacks((loaded.path, loaded.spec) for loaded in specs)
    return specs


def plan(specs: Iterable[LoadedSpec], out: Path, *, modules: ModuleSource) -> list[StackPlan]:
    """Return the plan of each stack.

    Raises Invalid where the stack in `out` has something that the plan drops and the spec does not mention.
    """
    plans, problems = [], []
    for loaded in specs:
        source = "standard input" if loaded.path == STDIN else Path(loaded.path).name
        planned = stack_plan.plan(loaded.spec, source=source, modules=modules)
        before = manifest.read(out / planned.name / manifest.NAME).items
        problems += removal_check.list_problems(loaded.spec, loaded.document, planned, before)
        plans.append(planned)
    if problems:
        raise Invalid(sorted(problems))
    return plans


def render(plans: Iterable[StackPlan], *, modules: ModuleSource) -> list[Rendered]:
    """Return the files of each stack, after those of the modules that all share where `modules` is SHARED."""
    stacks = [templates.render(planned) for planned in plans]
    shared = [templates.shared_modules({stack.name for stack in stacks})] if modules is SHARED else []
    return [*shared, *stacks]


def write(stacks: Iterable[Rendered], out: Path, *, force: bool) -> Outcome:
    """Write each stack below `out`; one that is refused is reported, and does not stop the others."""
    refused = []
    for stack in stacks:
        try:
            written = stack_writer.write(stack, out, force=force)
        except Failure as failure:
            console.print_status(f"pcaform: {failure.lines[0]}", *failure.lines[1:])
            refused.append(stack.name)
        else:
            console.print_status(describe_written(written))
    return Outcome(refused=tuple(refused))


def compare(stacks: Iterable[Rendered], out: Path, *, as_diff: bool) -> Outcome:
    """Print how each stack differs from what is below `out`, as a list or as a diff."""
    refused, stale = [], []
    for stack in stacks:
        try:
            compared = comparison.compare(stack, out / stack.name)
        except Failure as failure:
            console.print_status(f"pcaform: {failure.lines[0]}", *failure.lines[1:])
            refused.append(stack.name)
            continue
        if compared.differences:
            _print_diff(compared) if as_diff else console.print_result(join_lines(_format_list(compared)))
            stale.append(stack.name)
        console.print_status(describe_comparison(compared))
    return Outcome(tuple(refused), tuple(stale))


def write_spec(path: str, out: Path, *, modules: ModuleSource = VENDORED, force: bool = False) -> Written:
    """Render one spec below `out` and return what was written for its stack; raises Failure where it is refused."""
    plans = plan(check(load([path])), out, modules=modules)
    *_, written = [stack_writer.write(stack, out, force=force) for stack in render(plans, modules=modules)]
    return written


def refuse_stale(path: str, directory: Path) -> None:
    """Raise Failure unless a stack's directory holds exactly what a spec renders to."""
    modules = VENDORED if (directory / "modules").is_dir() else SHARED
    out, name = directory.resolve().parent, directory.resolve().name
    *_, stack = render(plan(check(load([path])), out, modules=modules), modules=modules)
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


def _format_list(compared: Comparison) -> list[str]:
    return [f"{compared.directory / difference.path}: {difference.reason}" for difference in compared.differences]


def _print_diff(compared: Comparison) -> None:
    diff.print_lines([line for each in compared.differences for line in diff.diff_lines(each, compared.directory)])
