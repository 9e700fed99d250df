"""Compares rendered files with the disk: which files are missing, changed or left over, and who wrote them.

What stands in the way of a write is found here too, before anything is written, and reported together: links, paths
that are not files, names that differ only by case, read-only files. Writing, `--check` and `--diff` all start from this
one comparison.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pcaform.core.files import is_read_only
from pcaform.core.problems import Failure
from pcaform.render import manifest
from pcaform.render.templates import Rendered
from pcaform.render.write import tripwire
from pcaform.render.write.extra_files import STAGING, list_extra


class Owner(StrEnum):
    """Who owns the content of a file, according to the manifest."""

    PCAFORM = "pcaform"
    """Unchanged since pcaform wrote it, or missing."""
    EDITED = "edited"
    """Written by pcaform and edited since."""
    FOREIGN = "foreign"
    """Not in the manifest."""


_OWNER_SUFFIXES = {
    Owner.PCAFORM: "",
    Owner.EDITED: ", edited since pcaform wrote it",
    Owner.FOREIGN: ", not written by pcaform",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that differs: `before` is its content on disk, `after` the rendered content; None means no file."""

    path: str
    before: bytes | None
    after: bytes | None
    owner: Owner

    @property
    def reason(self) -> str:
        """Return how the file differs, in words."""
        if self.before is None:
            return "missing"
        if self.path == manifest.NAME and b"\n<<<<<<< " in self.before:
            return "changed, has conflicts that git left: render again"
        return ("leftover" if self.after is None else "changed") + _OWNER_SUFFIXES[self.owner]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A stack's directory: which files differ, which are unchanged, and which were written by pcaform."""

    directory: Path
    differences: tuple[Difference, ...]
    unchanged: tuple[str, ...]
    owned: tripwire.OwnedDigests
    extra: tuple[str, ...] = ()
    """Files that pcaform did not write and the spec does not accept."""

    @property
    def changed(self) -> tuple[str, ...]:
        """The files to write."""
        return tuple(each.path for each in self.differences if each.after is not None)

    @property
    def deleted(self) -> tuple[str, ...]:
        """The leftovers to delete."""
        return tuple(each.path for each in self.differences if each.after is None and each.path != tripwire.NAME)


def compare(stack: Rendered, directory: Path) -> Comparison:
    """Return how a directory differs from the rendered stack, sorted by path.

    Raises Failure for links and other files that are in the way, and for what cannot be read.
    """
    try:
        return _compare(stack, directory)
    except OSError as error:
        raise Failure(f"{error.filename or directory}: cannot be read: {error.strerror}") from None


def _compare(stack: Rendered, directory: Path) -> Comparison:
    new_paths = {*stack.files, tripwire.NAME}
    refuse_links(directory, {*new_paths, STAGING})
    sorted_paths = sorted(new_paths)
    _refuse([*_list_non_files(directory, sorted_paths), *_list_case_clashes(directory, sorted_paths)])
    owned = _read_owned(directory)
    refuse_links(directory, owned)
    present = {
        path: (directory / path).read_bytes() if (directory / path).is_file() else None
        for path in sorted({*new_paths, *owned})
    }
    candidates = (
        Difference(path, present[path], stack.files.get(path), _owner_of(path, present[path], owned))
        for path in present
    )
    differences = tuple(candidate for candidate in candidates if candidate.before != candidate.after)
    unchanged = tuple(path for path in present if path in stack.files and present[path] == stack.files[path])
    extra = tuple(list_extra(directory, {*new_paths, *owned}, stack.extra_files))
    return Comparison(directory, differences, unchanged, owned, extra)


def _read_owned(directory: Path) -> tripwire.OwnedDigests:
    """Return the files that pcaform wrote: those of the manifest, and those of an interrupted render."""
    files = manifest.read(directory / manifest.NAME).files
    interrupted = tripwire.read(directory / tripwire.NAME)
    return {
        path: files.get(path, frozenset()) | interrupted.get(path, frozenset()) for path in {**files, **interrupted}
    }


def _owner_of(path: str, content: bytes | None, owned: Mapping[str, frozenset[str]]) -> Owner:
    if content is None or path in (manifest.NAME, tripwire.NAME):
        return Owner.PCAFORM
    if path not in owned:
        return Owner.FOREIGN
    return Owner.PCAFORM if manifest.digest(content) in owned[path] else Owner.EDITED


def refuse_links(directory: Path, paths: Iterable[str]) -> None:
    """Raise Failure if a file of the stack, or a directory above it, is a link.

    The stack's directory itself may be a link: its owner chose that location. Below it no link is allowed, since the
    target of a link does not belong to pcaform and must not be overwritten or deleted.
    """
    steps = sorted({directory / step for path in paths for step in _path_and_parents(path)})
    _refuse(f"{step}: a link; replace it by what it points to, or remove it" for step in steps if step.is_symlink())


def refuse_read_only(directory: Path, paths: Iterable[str]) -> None:
    """Raise Failure if a file to write or delete, or a directory that contains it, is read-only."""
    steps = {directory, *(directory / step for path in paths for step in _path_and_parents(path))}
    _refuse(f"{step}: read-only; make it writable" for step in sorted(steps) if is_read_only(step))


def _refuse(messages: Iterable[str]) -> None:
    if lines := list(messages):
        raise Failure(*lines, "nothing was written there")


def _path_and_parents(path: str) -> tuple[Path, ...]:
    """Return a path in the stack, and the directories above it that are also in the stack."""
    return (Path(path), *Path(path).parents[:-1])


def _list_non_files(directory: Path, paths: Sequence[str]) -> Iterator[str]:
    for parent in sorted({parent for path in paths for parent in (directory / path).parents}):
        if parent.exists() and not parent.is_dir():
            yield f"{parent}: a file, where there must be a directory"
    for path in (directory / path for path in paths):
        if path.exists() and not path.is_file():
            yield f"{path}: {'a directory' if path.is_dir() else 'not a plain file'}, where there must be a file"


def _list_case_clashes(directory: Path, paths: Sequence[str]) -> Iterator[str]:
    """Yield names that would be the same on a case-insensitive file system, whether or not this one is."""
    steps = {step for path in paths for step in _path_and_parents(path)}
    for parent in sorted({step.parent for step in steps}):
        new_names = {step.name for step in steps if step.parent == parent}
        target = directory / parent
        present = {path.name for path in target.iterdir()} if target.is_dir() else set()
        by_folded_name: dict[str, str] = {}
        for name in [*sorted(new_names), *sorted(present - new_names)]:
            other = by_folded_name.setdefault(name.casefold(), name)
            if other != name and other in new_names:
                yield f"{target / name}: differs only by case from '{other}', which pcaform writes; rename it"
