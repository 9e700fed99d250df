"""`pcaform render`: specs -> their stacks on disk, or what would change there."""

import gc
from collections.abc import Mapping, Sequence
from pathlib import Path

from pcaform.cli.commands.validate import files
from pcaform.core import console
from pcaform.core.files import STDIN, base_directory, display_name, read_bytes
from pcaform.core.problems import Failure, Invalid, Problem
from pcaform.render import manifest, removal_check
from pcaform.render.plan.module_source import SHARED, VENDORED, ModuleSource, parse_module_source
from pcaform.render.plan.stack import StackPlan, plan
from pcaform.render.templates import Rendered, render, shared_modules
from pcaform.render.write import diff
from pcaform.render.write.comparison import Comparison, compare
from pcaform.render.write.write import Written, write
from pcaform.rules.load import LoadResult, load_text
from pcaform.spec.stack import Spec

_DIFFERENCES = 2


def run(
    specs: Sequence[str],
    out: Path,
    *,
    modules: str = "vendored",
    force: bool = False,
    check: bool = False,
    show: bool = False,
) -> int:
    """Render the specs in files, directories (or `-`) into `out`/<stack>/; return the exit code.

    With `check` or `show` (`--diff`) nothing is written: 2 is returned where something would be. A spec with errors
    stops everything; a stack that cannot be written does not stop the others.
    """
    rendered = stacks([*files(specs)], out, modules=parse_module_source(modules))
    codes = {_conclude(stack, out, force=force, check=check, show=show) for stack in rendered}
    return 1 if 1 in codes else max(codes)


def to_directory(spec: str, out: Path, *, modules: ModuleSource = VENDORED, force: bool = False) -> Written:
    """Render and write one spec, and return what was written for its stack."""
    *_, written = [write(stack, out, force=force) for stack in stacks([spec], out, modules=modules)]
    return written


def refuse_stale(spec: str, directory: Path) -> None:
    """Raise Failure unless a stack's directory holds exactly what a spec renders to."""
    modules = VENDORED if (directory / "modules").is_dir() else SHARED
    *_, stack = stacks([spec], directory.resolve().parent, modules=modules)
    if stack.name != directory.resolve().name:
        raise Failure(f"{directory}: {display_name(spec)} is the stack '{stack.name}', and not this one")
    differences = compare(stack, directory).differences
    if differences:
        first = f"{differences[0].path} is {differences[0].reason}"
        raise Failure(f"{directory}: this is not what {display_name(spec)} renders to ({first}): render it first")


def stacks(specs: Sequence[str], out: Path, *, modules: ModuleSource = VENDORED) -> list[Rendered]:
    """Return what specs render to, the shared modules first where they are wanted.

    Raises Invalid with the problems of all specs, which for the stacks that lie in `out` already include what would
    leave them unsaid, and Failure for two specs of one stack.
    """
    loaded = {spec: load_text(read_bytes(spec), display_name(spec), directory=base_directory(spec)) for spec in specs}
    problems = sorted(problem for examined in loaded.values() for problem in examined.problems)
    if any(examined.spec is None or examined.has_errors for examined in loaded.values()):
        raise Invalid(problems)
    for warning in problems:
        console.print_status(warning.with_source())
    _refuse_twins({path: examined.spec for path, examined in loaded.items() if examined.spec is not None})
    gc.freeze()  # the specs stay: going through them again at each collection would make large ones superlinear
    planned = {
        path: plan(examined.spec, source=_source(path), modules=modules)
        for path, examined in loaded.items()
        if examined.spec is not None
    }
    if unsaid := sorted(problem for path in planned for problem in _unsaid(loaded[path], planned[path], out)):
        raise Invalid(unsaid)
    shared = [shared_modules({stack.name for stack in planned.values()})] if modules is SHARED else []
    return [*shared, *(render(stack) for stack in planned.values())]


def _unsaid(examined: LoadResult, planned: StackPlan, out: Path) -> list[Problem]:
    """Return what the stack on disk has and the new plan loses without the spec saying so."""
    if examined.spec is None or examined.document is None:
        return []
    before = manifest.read(out / planned.name / manifest.NAME).items
    return removal_check.list_problems(examined.spec, examined.document, planned, before)


def _source(path: str) -> str:
    return "standard input" if path == STDIN else Path(path).name


def _refuse_twins(specs: Mapping[str, Spec]) -> None:
    """Refuse two specs that would write one directory, also where a disk does not tell cases apart."""
    seen: dict[str, str] = {}
    for path, spec in specs.items():
        other = seen.setdefault(spec.stack.casefold(), path)
        if other != path:
            raise Failure(
                f"{display_name(other)}, {display_name(path)}: both are the stack '{spec.stack}'; rename one of them"
            )


def _conclude(stack: Rendered, out: Path, *, force: bool, check: bool, show: bool) -> int:
    """Take the last step with one stack and return its exit code; a refusal is told and counted."""
    try:
        code = _shown(stack, out, as_diff=show) if check or show else _written(stack, out, force=force)
    except Failure as failure:
        console.print_status(f"pcaform: {failure}")
        return 1
    return code


def _written(stack: Rendered, out: Path, *, force: bool) -> int:
    console.print_status(summary(write(stack, out, force=force)))
    return 0


def _shown(stack: Rendered, out: Path, *, as_diff: bool) -> int:
    comparison = compare(stack, out / stack.name)
    if comparison.differences:
        console.print_result("\n".join(_diff(comparison) if as_diff else _list(comparison)))
    console.print_status(verdict(comparison))
    return _DIFFERENCES if comparison.differences else 0


def _list(comparison: Comparison) -> list[str]:
    return [f"{comparison.directory / each.path}: {each.reason}" for each in comparison.differences]


def _diff(comparison: Comparison) -> list[str]:
    found = [line for each in comparison.differences for line in diff.diff_lines(each, comparison.directory)]
    return list(diff.colour_lines(list(diff.mark_control_characters(found)))) if console.has_colour() else found


def summary(written: Written) -> str:
    """Return the one line that tells what a write did."""
    counts = {"written": written.changed, "deleted": written.deleted, "unchanged": written.unchanged}
    told = ", ".join(f"{len(paths)} {word}" for word, paths in counts.items() if paths)
    return f"{written.directory}: {told}"


def verdict(comparison: Comparison) -> str:
    """Return the one line that tells whether a directory is fresh."""
    if not comparison.differences:
        return f"{comparison.directory}: fresh, {len(comparison.unchanged)} unchanged"
    kinds = [each.reason.split(",")[0] for each in comparison.differences]
    told = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("missing", "changed", "leftover") if kind in kinds)
    return f"{comparison.directory}: stale: {told}"
