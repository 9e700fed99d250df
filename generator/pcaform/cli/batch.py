"""Renders the stacks of many specs, on all cores and in flat memory; a spec that fails does not stop the others.

Many specs are loaded twice: first all are checked, alone and together, then each is rendered. Only what must be unique
is kept in between.
"""

import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TypeVar

from pcaform.cli.exit_codes import ERROR, OK
from pcaform.cli.render_cache import NO_CACHE, Cache, Entry, Fresh, Loaded, digest_inputs, digest_needed, open_cache
from pcaform.cli.stacks import Outcome, describe_unchanged, render_spec
from pcaform.core import console
from pcaform.core.files import STDIN, base_directory, is_directory, is_file, is_read_only
from pcaform.core.finding import Finding, Severity
from pcaform.core.formats.report import format_json, list_problems
from pcaform.core.formats.text import source_lines
from pcaform.core.problems import Failure, Invalid
from pcaform.render import manifest, templates
from pcaform.render.evidence import Confirmation
from pcaform.render.plan.module_call import SHARED, ModuleSource
from pcaform.render.templates import Rendered
from pcaform.render.write.snapshot import expect_snapshot, has_state, take_snapshot
from pcaform.rules.across import check_references
from pcaform.rules.load import LoadResult, check_file, check_joined, list_spec_files, require_valid
from pcaform.rules.provider_release import check_locked
from pcaform.rules.together import (
    Brief,
    Claims,
    SpecFile,
    check_against,
    check_facts,
    check_renamed,
    index_briefs,
    list_claims,
    list_suspects,
    read_neighbour,
)
from pcaform.spec.references import needed_stacks
from pcaform.spec.stack import Spec

_FEW = 16
"""Specs that one process renders before others have started."""
_CHUNK = 8
_ALLOCATIONS = 20_000
"""Objects that a worker makes between two collections: about those of one spec."""
_T = TypeVar("_T")
_Item = TypeVar("_Item")
Finish = Callable[[Rendered, Path], Outcome]
"""The last step of a stack: writes or compares it below a directory."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is done with the specs: where their stacks are, with which modules, and the last step of each.

    `kept` has the specs where one process renders all of them, `now` is the time since when they are worked on, and
    `places` the specs of the stacks whose CAs others name.
    """

    out: Path
    modules: ModuleSource
    confirmation: Confirmation
    finish: Finish
    form: str = "text"
    is_check: bool = False
    is_cached: bool = True
    kept: dict[str, LoadResult] | None = None
    now: int = 0
    places: Mapping[str, str] = field(default_factory=dict)


def render_all(paths: Iterable[str], task: Task) -> int:
    """Render the stack of each spec and take the last step; return the exit code, of an error before that of a finding.

    A directory means every spec below it. What is wrong is printed: the problems of all specs, then, in the order of
    the specs, how each stack ended. Raises Invalid where no spec is left, and Failure for options about one stack.
    """
    arguments, cache = list(paths), NO_CACHE
    files = list(list_spec_files(arguments))
    if len(files) <= _FEW or STDIN in files:
        task = replace(task, kept={})
    elif task.is_cached and task.confirmation == Confirmation():
        cache = open_cache(task.out, [repr(task.modules)], arguments)
        task = replace(task, now=cache.now)
    entries = _load_all(files, task, cache)
    specs, problems, total = _check(entries, task)
    if total != 1 and task.confirmation != Confirmation():
        raise Failure("'--applied', '--never-applied' and '--state' are about one stack: give its spec alone")
    if not specs:
        cache.save(entries)
        raise Invalid(problems)
    task = replace(task, places=_list_needed(specs))
    reported = sorted(problems)
    for problem in reported:
        console.print_status(*source_lines(problem))
    code = ERROR if len(specs) < total else OK
    stacks = []
    for name, outcome in chain(_finish_shared(specs, task), _finish_all(specs, task, entries)):
        if task.form == "json":
            stacks.append({"stack": name, "exit_code": outcome.code, "files": dict(outcome.files)})
            replace(outcome, result=()).print()
        else:
            outcome.print()
        code = ERROR if ERROR in (code, outcome.code) else max(code, outcome.code)
    cache.save(entries)
    if task.form == "json":
        head = {"format_version": "1.1", "exit_code": code, "problems": list_problems(reported)}
        console.print_result(format_json({**head, "stacks": stacks}))
    return code


def _list_needed(specs: Sequence[Brief]) -> dict[str, str]:
    """Return the path of each stack whose CAs others name."""
    paths = {each.stack: each.path for each in specs}
    named = {use.stack for each in specs for use in each.names.used}
    return {stack: path for stack, path in paths.items() if stack in named}


def _load_all(files: Sequence[str], task: Task, cache: Cache) -> dict[str, Entry]:
    """Return what is known of each file: as it was, or loaded now."""
    known = {path: entry for path in files if (entry := cache.find(path)) is not None}
    changed = [path for path in files if path not in known]
    loaded = dict(zip(changed, _map(partial(_load, task), changed, task), strict=True))
    return {path: known.get(path) or (loaded[path], None) for path in files}


def _check(entries: Mapping[str, Entry], task: Task) -> tuple[list[Brief], set[Finding], int]:
    """Return the claims of each spec without errors, the problems of all, and how many specs there are."""
    named = {base_directory(path) / base for path, (each, _) in entries.items() for base in each.bases}
    bases = set(map(os.path.realpath, named))  # one has no `stack`, and so is no valid spec
    specs = [each for path, (each, _) in entries.items() if each.brief or os.path.realpath(path) not in bases]
    problems = {problem for each in specs for problem in each.problems}
    briefs = [each.brief for each in specs if each.brief is not None]
    failed: set[str] = set()
    suspects = list_suspects(briefs)
    together = check_facts([_load_claims(each.path, task) for each in briefs if each.path in suspects])
    names = {each.stack: (each.path, each.names) for each in briefs}
    for stack, path in _list_needed(briefs).items():
        names[stack] = (path, _load_claims(path, task, entries[path][0].digest).names)
    for problem, *both in chain(together, check_references(names)):
        problems.add(problem)
        failed.update(both)
    for problem, path in _check_neighbours(briefs, task):
        problems.add(problem)
        failed.add(path)
    return [each for each in briefs if each.path not in failed], problems, len(specs)


def _load(task: Task, path: str) -> Loaded:
    result = check_file(path)
    if task.kept is not None:
        task.kept[path] = result
    bases = tuple(base.place for base in result.document.layers[1:]) if result.document else ()
    brief = None if result.valid is None else list_claims((path, *result.valid), os.path.realpath(task.out)).brief
    return Loaded(result.problems, bases, tuple(result.inputs), digest_inputs(result.inputs), brief)


def _load_again(task: Task, path: str, digest: str = "") -> LoadResult:
    """Return a spec that had no errors; raises Invalid where its file has been changed since and has some now.

    A `digest` of what it was made from spares the rules, which it kept then.
    """
    if task.kept is not None:
        return task.kept[path]
    result = check_file(path, is_judged=not digest)
    if digest and digest_inputs(result.inputs) != digest:
        result = check_file(path)
    require_valid(result)
    return result


def _check_needed(file: SpecFile, task: Task) -> list[Finding]:
    """Return warnings about a spec with those whose CAs it names, and so on; raises Invalid where there are errors."""
    waiting, found = needed_stacks(file[1]), dict[str, Spec]()
    for stack in waiting:
        if stack in task.places and stack not in found:
            found[stack] = require_valid(_load_again(task, task.places[stack]))[0]
            waiting += needed_stacks(found[stack])
    problems = list(check_joined(file, found)) if found else []
    if any(each.severity is Severity.ERROR for each in problems):
        raise Invalid(problems)
    return problems


def _load_claims(path: str, task: Task, digest: str = "") -> Claims:
    return list_claims((path, *require_valid(_load_again(task, path, digest))), os.path.realpath(task.out))


def _check_neighbours(briefs: Sequence[Brief], task: Task) -> Iterator[tuple[Finding, str]]:
    """Yield where a spec has the name, the state, or an ARN of a stack in the directory that has no spec."""
    rendered, index = {each.stack for each in briefs}, None
    is_unsaid = not task.confirmation.is_never_applied and task.confirmation.state is None
    new = [each for each in briefs if is_unsaid and not is_file(task.out / each.stack / manifest.NAME)]
    for name in _list_rendered(task.out):
        if name in rendered:
            continue
        record = manifest.read(task.out / name / manifest.NAME).record
        neighbour = read_neighbour(os.path.realpath(task.out), name, record)
        index = index_briefs(briefs) if index is None else index
        for path in sorted(neighbour.list_suspects(index)):
            yield from ((problem, path) for problem in check_against(_load_claims(path, task), neighbour))
        for each in new:
            if each.has_state and neighbour.has_state:
                continue
            renamed = check_renamed((each.path, *require_valid(_load_again(task, each.path))), neighbour)
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


def _finish_shared(specs: Sequence[Brief], task: Task) -> Iterator[tuple[str, Outcome]]:
    """Take the last step for the modules that all stacks share, where they do."""
    if task.modules == SHARED:
        shared = templates.shared_modules({each.stack.partition("/")[0] for each in specs})
        yield shared.name, _catch(lambda: _Finished(task.finish(shared, task.out))).outcome


def _finish_all(specs: Sequence[Brief], task: Task, entries: dict[str, Entry]) -> Iterator[tuple[str, Outcome]]:
    """Yield how each stack ended, and renew its entry; a stack that is as it was is not rendered."""
    fresh, needed = dict[str, Fresh](), dict[str, str]()
    for each in specs:
        known, needed[each.path] = entries[each.path][1], digest_needed(each, task.places, entries)
        if known is None or known.needed != needed[each.path]:
            continue
        if (found := _find_fresh(task.out / each.stack, known, task)) is not None:
            fresh[each.path] = found
    stale = [(each.path, entries[each.path][0].digest) for each in specs if each.path not in fresh]
    rendered = _map(partial(_finish, task), stale, task)
    for each in specs:
        loaded, _ = entries[each.path]
        if (now := fresh.get(each.path)) is not None:
            outcome = describe_unchanged(
                task.out / each.stack, now.files, is_check=task.is_check, warnings=now.warnings
            )
        else:
            outcome, digest, now = next(rendered)
            now = now._replace(needed=needed[each.path]) if now and digest == loaded.digest else None
        entries[each.path] = loaded, now
        yield each.stack, outcome


def _find_fresh(directory: Path, known: Fresh, task: Task) -> Fresh | None:
    """Return what is known of a stack if it is as it was, and a render would change and say nothing else."""
    if not task.modules.is_found_from(directory) or (not task.is_check and is_read_only(directory)):
        return None
    snapshot = take_snapshot(directory, task.now, known=known.snapshot)
    if snapshot is None or snapshot.content != known.snapshot.content:
        return None
    return known._replace(snapshot=known.snapshot._replace(stamps=snapshot.stamps))


class _Finished(NamedTuple):
    """How a stack ended; where it is as it should be now, what it was made from and what it has."""

    outcome: Outcome
    digest: str = ""
    fresh: Fresh | None = None


def _finish(task: Task, checked: tuple[str, str]) -> _Finished:
    """Render a spec that had no errors; `checked` is its path, and the digest of what it was made from then."""
    path, digest = checked

    def finish() -> _Finished:
        result = _load_again(task, path, digest)
        loaded = (path, *require_valid(result))
        render = partial(render_spec, loaded, task.out, modules=task.modules, confirmation=task.confirmation)
        directory = task.out / loaded[1].stack
        warned = _check_needed(loaded, task)
        is_new, stack = not is_directory(directory), render()
        outcome = task.finish(stack, task.out)
        checked = chain(warned, check_locked(loaded, directory))
        warnings = [line for each in checked for line in source_lines(each)]
        if not (is_found := task.modules.is_found_from(directory)):
            place = f"{directory}: from there '{task.modules.base}', the source of the modules,"
            warnings.append(f"pcaform: {place} is not a directory, and 'terraform init' will fail")
        finished = _Finished(replace(outcome, status=(*warnings, *outcome.status)), digest_inputs(result.inputs))
        is_done = is_found and outcome.code == OK and outcome.status == (outcome.done,)
        if not (task.now and is_done and has_state(loaded[1])) or not (
            is_new or not outcome.files or render() == stack
        ):
            return finished
        snapshot = expect_snapshot(directory, task.now, stack.files)
        return finished._replace(fresh=snapshot and Fresh(snapshot, len(stack.files), tuple(warnings)))

    return _catch(finish)


def _catch(finish: Callable[[], _Finished]) -> _Finished:
    try:
        return finish()
    except Invalid as invalid:
        lines = (line for problem in invalid.problems for line in source_lines(problem))
        return _Finished(Outcome(ERROR, (*lines, *invalid.advice)))
    except Failure as failure:
        return _Finished(Outcome(ERROR, (f"pcaform: {failure.lines[0]}", *failure.lines[1:])))


def _map(work: Callable[[_Item], _T], paths: Sequence[_Item], task: Task) -> Iterator[_T]:
    """Yield what a function returns for each item, in their order; in several processes where there are many specs."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if task.kept is not None or cores == 1 or len(paths) <= _FEW:
        yield from map(work, paths)
        return
    yield work(paths[0])  # the others start with what that has loaded
    gc.freeze()
    with ProcessPoolExecutor(cores, initializer=_start_worker, initargs=(os.getpid(),)) as pool:
        try:
            yield from pool.map(work, paths[1:], chunksize=_CHUNK)
        except BaseException:
            pool.shutdown(cancel_futures=True)  # each stack that is being written is finished
            raise


def _start_worker(parent: int) -> None:
    """Leave signals to the parent, which finishes what is begun, and end after it where it is killed."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    gc.set_threshold(_ALLOCATIONS)
    gc.enable()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(ERROR)
