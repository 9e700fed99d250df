"""Writes a rendered stack to disk: checks everything first, and never touches foreign files or leaves half a stack.

All new content is staged, then the tripwire is written, and only then the stack changes: additions and `changes.tf`,
other changes, deletions, the manifest, and last the tripwire is removed. A reader meanwhile, or after a crash, sees the
old stack, the new one, or the tripwire; in the last case the next render completes the work. After a power cut too: the
tripwire is durable before the first change, and all changes are before it goes.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from pcaform.core.files import create_file, fsync_dirs
from pcaform.core.problems import Failure
from pcaform.render import manifest
from pcaform.render.templates import Rendered
from pcaform.render.write import diff, tripwire
from pcaform.render.write.comparison import Comparison, Difference, Owner, compare, list_steps, refuse_read_only
from pcaform.render.write.extra_files import STAGING
from pcaform.render.write.lock import lock_directory

_CHANGES = "changes.tf"
_HALF = "the stack is half-written, and Terraform refuses it until pcaform render has run again"
_MAX_DIFF_LINES = 40
"""Lines of each file's diff in the message of a refusal."""


def write(stack: Rendered, out: Path, *, force: bool = False) -> Comparison:
    """Write a stack below `out`, delete files of an earlier render that this one does not write; return what differed.

    A file that the manifest does not name, or that was edited since, is only overwritten or deleted with `force`;
    otherwise Failure is raised and nothing is written. Unchanged files keep their modification time.
    """
    directory = out / stack.name
    with _translate_os_errors(directory):
        directory.mkdir(parents=True, exist_ok=True)
        with lock_directory(directory):
            comparison = compare(stack, directory)
            if not force:
                _refuse_foreign(comparison)
            refuse_read_only(directory, [each.path for each in comparison.differences])
            _clear(directory)
            if comparison.differences:
                _apply(comparison)
    return comparison


@contextmanager
def _translate_os_errors(directory: Path) -> Iterator[None]:
    """Turn an OSError into a Failure that names the state of the stack: nothing written, or half-written."""
    try:
        yield
    except OSError as error:
        path = error.filename2 or error.filename or directory
        state = _HALF if (directory / tripwire.NAME).is_file() else "nothing was written there"
        raise Failure(f"{path}: cannot be written: {error.strerror}; fix this or choose another --out", state) from None


def _refuse_foreign(comparison: Comparison) -> None:
    foreign = [difference for difference in comparison.differences if difference.owner is not Owner.PCAFORM]
    if not foreign:
        return
    paths = [f"  {comparison.directory / difference.path}" for difference in foreign]
    lines = [
        line
        for difference in foreign
        for line in diff.truncate_lines(diff.diff_lines(difference, comparison.directory), _MAX_DIFF_LINES)
    ]
    raise Failure(
        "these files were not written by pcaform, or were edited since:",
        *paths,
        "--force would change them like this:",
        *lines,
        "move them away, or use --force to discard their content; nothing was written there",
    )


def _apply(comparison: Comparison) -> None:
    """Stage everything, then change the stack while the tripwire is there; the staged files never remain."""
    directory = comparison.directory
    after = {each.path: each.after for each in comparison.differences if each.after is not None}
    owned = [(path, digest) for path in comparison.owned for digest in comparison.owned[path]]
    owned += [(path, manifest.digest(content)) for path, content in after.items()]
    try:
        staged = _stage(directory, {tripwire.NAME: tripwire.serialize(tripwire.group_by_path(owned)), **after})
        fsync_dirs([directory.parent, *_put(directory, staged, [tripwire.NAME])])
        changed = [each for paths in _batches(comparison.differences) for each in _put(directory, staged, paths)]
        changed += _delete(directory, comparison.deleted)
        fsync_dirs([*changed, *_put(directory, staged, [manifest.NAME])])
    finally:
        _clear(directory)
    (directory / tripwire.NAME).unlink()
    with suppress(OSError):  # all else is durable; a tripwire that reappears after a power cut only asks for a render
        fsync_dirs([directory])


def _stage(directory: Path, files: Mapping[str, bytes]) -> dict[str, Path]:
    """Write files durably into the staging directory of a stack; return the staged file of each path.

    The write itself then only renames and deletes: a full disk is noticed before the first file of the stack changes.
    """
    (directory / STAGING).mkdir()
    staged = {path: directory / STAGING / str(number) for number, path in enumerate(files)}
    for path, content in files.items():
        create_file(staged[path], content)
    return staged


def _clear(directory: Path) -> None:
    """Delete the staging directory, also one left behind by a render that was killed."""
    if (directory / STAGING).is_dir():
        for path in (directory / STAGING).iterdir():
            path.unlink()
        (directory / STAGING).rmdir()


def _batches(differences: Iterable[Difference]) -> tuple[list[str], list[str]]:
    """Return the paths to write first (additions, and the moves and removals that make them safe), and the others."""
    to_write = [each for each in differences if each.after is not None and each.path != manifest.NAME]
    first = [each.path for each in to_write if each.before is None or each.path == _CHANGES]
    return first, [each.path for each in to_write if each.path not in first]


def _put(directory: Path, staged: Mapping[str, Path], paths: Iterable[str]) -> list[Path]:
    """Move staged content to its path, and return the directories that this changed.

    A reader sees the old content or the new and nothing between.
    """
    new = [path for path in paths if path in staged]
    parents = {path.rpartition("/")[0] for path in new}
    for parent in parents:
        (directory / parent).mkdir(parents=True, exist_ok=True)
    for path in new:
        staged[path].replace(directory / path)
    return [directory / step for step in list_steps(parents)] + ([directory] if new else [])


def _delete(directory: Path, paths: Iterable[str]) -> list[Path]:
    """Delete leftovers, and the directories below the stack that become empty; return those that this changed."""
    leftovers = [directory / path for path in paths]
    for path in leftovers:
        path.unlink()
        for parent in path.parents:
            if parent == directory or any(parent.iterdir()):
                break
            parent.rmdir()
    return [path.parent for path in leftovers]
