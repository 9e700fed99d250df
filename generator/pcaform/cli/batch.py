"""Renders the stacks of many specs, on all cores and in flat memory; a spec that fails does not stop the others.

Many specs are loaded twice: first all are checked, alone and together, then each is rendered. Only what must be unique
is kept in between.
"""

import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TypeVar

from pcaform.cli.exit_codes import ERROR, OK
from pcaform.cli.stacks import Outcome, render_spec
from pcaform.core import console
from pcaform.core.files import STDIN, is_directory
from pcaform.core.finding import Finding
from pcaform.core.formats.report import format_json, list_problems
from pcaform.core.formats.text import source_lines
from pcaform.core.problems import Failure, Invalid
from pcaform.render import manifest, templates
from pcaform.render.evidence import Confirmation
from pcaform.render.plan.module_call import SHARED, ModuleSource
from pcaform.render.templates import Rendered
from pcaform.rules.load import LoadResult, check_file, list_bases, list_spec_files, require_valid
from pcaform.rules.provider_release import check_locked
from pcaform.rules.together import Claims, SpecFile, check_against, check_renamed, check_together, list_claims

_FEW = 16
"""Specs that one process renders before others have started."""
_CHUNK = 8
_T = TypeVar("_T")
Finish = Callable[[Rendered, Path], Outcome]
"""The last step of a stack: writes or compares it below a directory."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is done with the specs: where their stacks are, with which modules, and the last step of each.

    `kept` has the specs where one process renders all of them.
    """

    out: Path
    modules: ModuleSource
    confirmation: Confirmation
    finish: Finish
    form: str = "text"
    kept: dict[str, LoadResult] | None = None


def render_all(paths: Iterable[str], task: Task) -> int:
    """Render the stack of each spec and take the last step; return the exit code, of an error before that of a finding.

    A directory means every spec below it. What is wrong is printed: the problems of all specs, then, in the order of
    the specs, how each stack ended. Raises Invalid where no spec is left, and Failure for options about one stack.
    """
    files = list(list_spec_files(paths))
    if len(files) <= _FEW or STDIN in files:
        task = replace(task, kept={})
    claims, problems, total = _check(files, task)
    if total != 1 and task.confirmation != Confirmation():
        raise Failure("'--applied', '--never-applied' and '--state' are about one stack: give its spec alone")
    if not claims:
        raise Invalid(problems)
    reported = sorted(problems)
    for problem in reported:
        console.print_status(*source_lines(problem))
    code = ERROR if len(claims) < total else OK
    rendered = _map(partial(_finish, task), [each.path for each in claims], task)
    stacks = []
    outcomes = zip((each.stack for each in claims), rendered, strict=True)
    for name, outcome in chain(_finish_shared(claims, task), outcomes):
        if task.form == "json":
            stacks.append({"stack": name, "exit_code": outcome.code, "files": dict(outcome.files)})
            replace(outcome, result=()).print()
        else:
            outcome.print()
        code = ERROR if ERROR in (code, outcome.code) else max(code, outcome.code)
    if task.form == "json":
        head = {"format_version": "1.1", "exit_code": code, "problems": list_problems(reported)}
        console.print_result(format_json({**head, "stacks": stacks}))
    return code


def _check(files: Sequence[str], task: Task) -> tuple[list[Claims], set[Finding], int]:
    """Return the claims of each spec without errors, the problems of all, and how many specs there are."""
    real = Path(os.path.realpath(task.out))
    loaded = dict(zip(files, _map(partial(_load, task, str(real)), files, task), strict=True))
    bases = {base for each in loaded.values() for base in each.bases}
    specs = [each for path, each in loaded.items() if not bases or os.path.realpath(path) not in bases]
    problems = {problem for each in specs for problem in each.problems}
    claims = [each.claims for each in specs if each.claims is not None]
    failed: set[str] = set()
    for problem, *both in check_together(claims):
        problems.add(problem)
        failed.update(both)
    for problem, path in _check_neighbours(claims, task, real):
        problems.add(problem)
        failed.add(path)
    return [each for each in claims if each.path not in failed], problems, len(specs)


class _Loaded(NamedTuple):
    """What is kept of a file; among the bases of others it is not a spec."""

    problems: tuple[Finding, ...]
    bases: list[str]
    claims: Claims | None = None


def _load(task: Task, out: str, path: str) -> _Loaded:
    result = check_file(path)
    if task.kept is not None:
        task.kept[path] = result
    loaded = _Loaded(result.problems, list_bases(path, result.document))
    valid = result.valid
    return loaded if valid is None else loaded._replace(claims=list_claims((path, *valid), out))


def _load_again(task: Task, path: str) -> SpecFile:
    """Return a spec that had no errors; raises Invalid where its file has been changed since and has some now."""
    return path, *require_valid(check_file(path) if task.kept is None else task.kept[path])


def _check_neighbours(claims: Sequence[Claims], task: Task, real: Path) -> Iterator[tuple[Finding, str]]:
    """Yield where a spec has the name, the state, or an ARN of a stack in the directory that has no spec."""
    rendered = {each.stack for each in claims}
    is_unsaid = not task.confirmation.is_never_applied and task.confirmation.state is None
    for name in _list_rendered(task.out):
        if name in rendered:
            continue
        record = manifest.read(task.out / name / manifest.NAME).record
        for each in claims:
            yield from ((problem, each.path) for problem in check_against(each, str(real), name, record))
            if is_unsaid and not (task.out / each.stack / manifest.NAME).is_file():
                renamed = check_renamed(_load_again(task, each.path), name, record)
                if renamed is not None:
                    yield renamed, each.path


def _list_rendered(out: Path, inside: str = "") -> Iterator[str]:
    """Yield the name of each stack below a directory; there is none in another."""
    try:
        for path in sorted((out / inside).iterdir()) if is_directory(out / inside) else ():
            if (path / manifest.NAME).is_file():
                yield f"{inside}{path.name}"
            elif not path.name.startswith(".") and not path.is_symlink():
                yield from _list_rendered(out, f"{inside}{path.name}/")
    except OSError as error:
        raise Failure(f"{error.filename}: cannot be read: {error.strerror}") from None


def _finish_shared(claims: Sequence[Claims], task: Task) -> Iterator[tuple[str, Outcome]]:
    """Take the last step for the modules that all stacks share, where they do."""
    if task.modules == SHARED:
        shared = templates.shared_modules({each.stack.partition("/")[0] for each in claims})
        yield shared.name, _catch(lambda: task.finish(shared, task.out))


def _finish(task: Task, path: str) -> Outcome:
    def finish() -> Outcome:
        loaded = _load_again(task, path)
        stack = render_spec(loaded, task.out, modules=task.modules, confirmation=task.confirmation)
        outcome = task.finish(stack, task.out)
        warnings = [line for each in check_locked(loaded, task.out / stack.name) for line in source_lines(each)]
        if not task.modules.is_found_from(task.out / stack.name):
            place = f"{task.out / stack.name}: from there '{task.modules.base}', the source of the modules,"
            warnings.append(f"pcaform: {place} is not a directory, and 'terraform init' will fail")
        return replace(outcome, status=(*warnings, *outcome.status))

    return _catch(finish)


def _catch(finish: Callable[[], Outcome]) -> Outcome:
    try:
        return finish()
    except Invalid as invalid:
        lines = (line for problem in invalid.problems for line in source_lines(problem))
        return Outcome(ERROR, (*lines, *invalid.advice))
    except Failure as failure:
        return Outcome(ERROR, (f"pcaform: {failure.lines[0]}", *failure.lines[1:]))


def _map(work: Callable[[str], _T], paths: Sequence[str], task: Task) -> Iterator[_T]:
    """Yield what a function returns for each path, in their order; in several processes where there are many specs."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if task.kept is not None or cores == 1:
        yield from map(work, paths)
        return
    with ProcessPoolExecutor(cores, initializer=_start_worker, initargs=(os.getpid(),)) as pool:
        try:
            yield from pool.map(work, paths, chunksize=_CHUNK)
        except BaseException:
            pool.shutdown(cancel_futures=True)  # each stack that is being written is finished
            raise


def _start_worker(parent: int) -> None:
    """Leave signals to the parent, which finishes what is begun, and end after it where it is killed."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    gc.enable()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(ERROR)
