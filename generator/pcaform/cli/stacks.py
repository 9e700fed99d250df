"""The steps from a checked spec to its stack on disk: plan over what is there, render, then write or compare."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.core import console
from pcaform.core.files import STDIN, display_name, read_bytes
from pcaform.core.finding import Finding
from pcaform.core.formats.text import join_lines
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
from pcaform.rules.load import load_checked
from pcaform.rules.together import SpecFile
from pcaform.sources import tfstate

_NOTHING = Confirmation()
_EXTRA = (
    "pcaform: Terraform or a tool may read an extra file and run its code: remove it, or accept it in the spec by its "
    "path in the stack, 'terraform: {extra_files: [cloud.tf]}'. A link is not accepted"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last step of one stack ended: the exit code, and the lines for stdout and stderr; a diff is coloured.

    `done` is the line of the status that only says that all went well; `files` has what is with each file.
    """

    code: int
    status: tuple[str, ...]
    result: tuple[str, ...] = ()
    is_diff: bool = False
    done: str = ""
    files: tuple[tuple[str, str], ...] = ()

    def print(self) -> None:
        """Print the result, and then the status."""
        if self.result and self.is_diff:
            diff.print_lines(self.result)
        elif self.result:
            console.print_result(join_lines(self.result))
        for line in self.status:
            (console.print_progress if line == self.done else console.print_status)(line)


def render_spec(
    spec_file: SpecFile, out: Path, *, modules: ModuleSource, confirmation: Confirmation = _NOTHING
) -> Rendered:
    """Return the files of a spec's stack; raises Invalid where the one in `out` has what the spec drops unsaid."""
    planned, problems = _plan_over(spec_file, out / spec_file[1].stack, modules=modules, confirmation=confirmation)
    if problems:
        is_of_history = any(problem.rule == removal_check.RULE for problem in problems)
        is_told = is_of_history and confirmation == Confirmation()
        raise Invalid(problems, advice=[f"pcaform: {NEVER_APPLIED}"] if is_told else ())
    return templates.render(planned)


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
        source_of_modules = ModuleSource("../" * spec.stack.count("/") + SHARED.base) if modules == SHARED else modules
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


def write(stack: Rendered, out: Path, *, force: bool) -> Outcome:
    """Write a stack below `out`; the outcome says how many files that changed."""
    written = stack_writer.write(stack, out, force=force)
    extra = _describe_extra(written)
    counts = {"written": written.changed, "deleted": written.deleted, "unchanged": written.unchanged}
    counted = ", ".join(f"{len(paths)} {word}" for word, paths in counts.items() if paths)
    paths = {"wrote": written.changed, "deleted": written.deleted}
    console.print_detail(*(f"{word} {written.directory / path}" for word, each in paths.items() for path in each))
    done = f"{written.directory}: {counted}"
    files = tuple((path, word) for word, each in counts.items() if word != "unchanged" for path in each)
    return Outcome(OK, (done, *extra, *([_EXTRA] if extra else [])), done=done, files=files)


def _describe_extra(compared: Comparison) -> list[str]:
    return [f"{compared.directory / path}: extra, not written by pcaform" for path in compared.extra]


def describe_unchanged(directory: Path, files: int, *, is_check: bool, warnings: Iterable[str] = ()) -> Outcome:
    """Return the outcome of a stack that is as it should be."""
    done = f"{directory}: {'fresh, ' if is_check else ''}{files} unchanged"
    return Outcome(OK, (*warnings, done), done=done)


def compare(stack: Rendered, out: Path, *, as_diff: bool) -> Outcome:
    """Return how a stack differs from what is below `out`, as a list or as a diff; the exit code is 2 where it does."""
    compared = comparison.compare(stack, out / stack.name)
    directory, differences = compared.directory, compared.differences
    if not differences and not compared.extra:
        return describe_unchanged(directory, len(compared.unchanged), is_check=True)
    extra = _describe_extra(compared)
    if as_diff:
        last = sorted(differences, key=lambda each: each.path == manifest.NAME)  # digests are for programs
        result = tuple(line for each in last for line in diff.diff_lines(each, directory))
    else:
        result = (*(f"{directory / each.path}: {each.reason}" for each in differences), *extra)
    kinds = [each.reason.split(",")[0] for each in differences] + ["extra"] * len(extra)
    counts = (f"{kinds.count(kind)} {kind}" for kind in ("missing", "changed", "leftover", "extra") if kind in kinds)
    state = "stale" if differences else "not fresh"
    advice = [*(extra if as_diff else []), *([_EXTRA] if extra else [])]
    files = (*((each.path, each.reason) for each in differences), *((path, "extra") for path in compared.extra))
    return Outcome(FINDINGS, (f"{directory}: {state}: {', '.join(counts)}", *advice), result, as_diff, files=files)


def refuse_stale(path: str, directory: Path) -> None:
    """Raise Failure unless a stack's directory holds exactly what a spec renders to."""
    modules = VENDORED if (directory / "modules").is_dir() else SHARED
    spec, document = load_checked(path)
    out = Path(*directory.resolve().parts[: -spec.stack.count("/") - 1])
    stack = render_spec((path, spec, document), out, modules=modules)
    if not directory.resolve().match(stack.name):
        raise Failure(f"{directory}: {display_name(path)} is the stack '{stack.name}', not this one")
    differences = comparison.compare(stack, directory).differences
    if differences:
        first = f"{differences[0].path} is {differences[0].reason}"
        raise Failure(f"{directory}: this is not what {display_name(path)} renders to ({first}): render it first")
