"""Rendered files -> disk: everything is checked first, nothing foreign is touched, and a stack is whole or refused.

All new content is staged, then the tripwire is set, and only then the stack changes: additions and `changes.tf`, other
changes, deletions, the manifest, and the tripwire goes. Whoever reads the stack meanwhile, or after a crash, finds
the old stack, the new one, or the tripwire; then the next render finishes the work.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pcaform.core.problems import Failure
from pcaform.render import manifest
from pcaform.render.templates import Rendered
from pcaform.render.write import diff, staging, tripwire
from pcaform.render.write.comparison import Comparison, Difference, Owner, compare
from pcaform.render.write.lock import lock_directory
from pcaform.render.write.preflight import refuse_read_only

_CHANGES = "changes.tf"
_HALF = "the stack is half-written, and Terraform refuses it until pcaform render has run again"
_SHOWN = 40
"""Lines of the diff of each file that a refusal shows."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did: paths in the stack, sorted."""

    directory: Path
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    deleted: tuple[str, ...]


def write(stack: Rendered, out: Path, *, force: bool = False) -> Written:
    """Write a stack below `out` and delete what an earlier render owned and this one does not write.

    A file that the manifest does not name, or that was edited since, is neither overwritten nor deleted without
    `force`; then Failure is raised and nothing is written. Unchanged files keep their time.
    """
    directory = out / stack.name
    with _told(directory):
        directory.mkdir(parents=True, exist_ok=True)
        with lock_directory(directory):
            comparison = compare(stack, directory)
            if not force:
                _refuse_foreign(comparison)
            refuse_read_only(directory, [each.path for each in comparison.differences])
            staging.clear(directory)
            if comparison.differences:
                _apply(comparison)
    return _written(comparison)


@contextmanager
def _told(directory: Path) -> Iterator[None]:
    """Turn what the system says into what it means for the stack: nothing was written, or the tripwire stands."""
    try:
        yield
    except OSError as error:
        place = error.filename2 or error.filename or directory
        left = _HALF if (directory / tripwire.NAME).is_file() else "nothing was written there"
        raise Failure(
            f"{place}: cannot be written: {error.strerror}; mend it or choose another --out\n{left}"
        ) from None


def _refuse_foreign(comparison: Comparison) -> None:
    foreign = [each for each in comparison.differences if each.owner is not Owner.PCAFORM]
    if not foreign:
        return
    listed = [f"  {comparison.directory / each.path}" for each in foreign]
    lost = [line for each in foreign for line in diff.cut(diff.diff_lines(each, comparison.directory), _SHOWN)]
    raise Failure(
        "\n".join(
            [
                "these files were not written by pcaform, or were edited since:",
                *listed,
                "--force would change them like this:",
                *diff.mark_control_characters(lost),
                "move them away, or give --force to lose what is in them; nothing was written there",
            ]
        )
    )


def _apply(comparison: Comparison) -> None:
    """Stage everything, then change the stack under the tripwire; what is staged never outlives this function."""
    directory = comparison.directory
    after = {each.path: each.after for each in comparison.differences if each.after is not None}
    try:
        staged = staging.stage(directory, {tripwire.NAME: tripwire.text(_known(comparison, after)), **after})
        staging.fsync_dirs([directory, directory.parent])
        _put(directory, staged, [tripwire.NAME])
        for paths in _batches(comparison.differences):
            _put(directory, staged, paths)
        _delete(directory, [each.path for each in comparison.differences if each.after is None])
        _put(directory, staged, [manifest.NAME])
    finally:
        staging.clear(directory)
    (directory / tripwire.NAME).unlink()
    with suppress(OSError):  # all else is durable; a tripwire that a power cut brings back only asks for another render
        staging.fsync_dirs([directory])


def _known(comparison: Comparison, after: Mapping[str, bytes]) -> tripwire.Known:
    known = comparison.known
    before = [(path, digest) for path in known for digest in known[path]]
    return tripwire.merged([*before, *((path, manifest.digest(content)) for path, content in after.items())])


def _batches(differences: Iterable[Difference]) -> tuple[list[str], list[str]]:
    """Return the paths to write first (additions, and the moves and removals that make them safe), and the others."""
    written = [each for each in differences if each.after is not None and each.path != manifest.NAME]
    first = [each.path for each in written if each.before is None or each.path == _CHANGES]
    return first, [each.path for each in written if each.path not in first]


def _put(directory: Path, staged: Mapping[str, Path], paths: Iterable[str]) -> None:
    """Move staged content to its place, durably; a reader sees the old content or the new and nothing between."""
    made: list[Path] = []
    for path in paths:
        if path in staged:
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            staged[path].replace(directory / path)
            made += [parent for parent in (directory / path).parents if parent.is_relative_to(directory)]
    staging.fsync_dirs(made)


def _delete(directory: Path, paths: Iterable[str]) -> None:
    """Delete leftovers, and the directories below the stack that become empty by that."""
    held = [directory / path for path in paths if path != tripwire.NAME]
    for path in held:
        path.unlink()
        for parent in path.parents:
            if parent == directory or any(parent.iterdir()):
                break
            parent.rmdir()
    staging.fsync_dirs(path.parent for path in held)


def _written(comparison: Comparison) -> Written:
    changed = tuple(each.path for each in comparison.differences if each.after is not None)
    deleted = tuple(each.path for each in comparison.differences if each.after is None and each.path != tripwire.NAME)
    return Written(comparison.directory, changed, comparison.unchanged, deleted)
