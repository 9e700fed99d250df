"""Compares rendered files with the disk: which files are missing, changed or left over, and who wrote them.

What stands in the way of a write is found here too, before anything is written, and reported together: links, paths
that are not files, names that differ only by case, read-only files. Writing, `--check` and `--diff` all start from this
one comparison.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pcaform.core.files import is_read_only
from pcaform.core.problems import Failure
from pcaform.render import manifest
from pcaform.render.templates import Rendered
from pcaform.render.write import tripwire
from pcaform.render.write.extra_files import STAGING, Kind, Tree, list_extra, list_tree


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
    tree = list_tree(directory)
    _refuse_links(directory, {*new_paths, STAGING}, tree)
    _refuse([*_list_non_files(directory, new_paths, tree), *_list_case_clashes(directory, new_paths, tree)])
    owned = _read_owned(directory)
    _refuse_links(directory, owned, tree)
    present = {
        path: (directory / path).read_bytes() if tree.get(path) is Kind.FILE else None
        for path in sorted({*new_paths, *owned})
    }
    differences = tuple(
        Difference(path, before, stack.files.get(path), _owner_of(path, before, owned))
        for path, before in present.items()
        if before != stack.files.get(path)
    )
    unchanged = tuple(path for path in present if path in stack.files and present[path] == stack.files[path])
    extra = () if stack.has_neighbours else tuple(list_extra(tree, {*new_paths, *owned}, stack.extra_files))
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


def _refuse_links(directory: Path, paths: Iterable[str], tree: Tree) -> None:
    """Raise Failure if a file of the stack, or a directory above it, is a link.

    The stack's directory itself may be a link: its owner chose that location. Below it no link is allowed, since the
    target of a link does not belong to pcaform and must not be overwritten or deleted.
    """
    links = [step for step in list_steps(paths) if tree.get(step) is Kind.LINK]
    _refuse(f"{directory / step}: a link; replace it by what it points to, or remove it" for step in links)


def refuse_read_only(directory: Path, paths: Iterable[str]) -> None:
    """Raise Failure if a file to write or delete, or a directory that contains it, is read-only."""
    places = [directory, *(directory / step for step in list_steps(paths))]
    _refuse(f"{place}: read-only; make it writable" for place in places if is_read_only(place))


def _refuse(messages: Iterable[str]) -> None:
    if lines := list(messages):
        raise Failure(*lines, "nothing was written there")


def list_steps(paths: Iterable[str]) -> list[str]:
    """Return the paths in a stack, and the directories above them that are also in the stack, from the top."""
    steps: set[str] = set()
    for path in paths:
        step = path
        while step and step not in steps:
            steps.add(step)
            step = step.rpartition("/")[0]
    return sorted(steps, key=lambda step: step.split("/"))


def _list_non_files(directory: Path, paths: Collection[str], tree: Tree) -> Iterator[str]:
    steps = list_steps(paths)
    for parent in () if directory.is_dir() else (*reversed(directory.parents), directory):
        if parent.exists() and not parent.is_dir():
            yield f"{parent}: a file, where there must be a directory"
    for step in steps:
        if step not in paths and tree.get(step, Kind.DIRECTORY) is not Kind.DIRECTORY:
            yield f"{directory / step}: a file, where there must be a directory"
    for path in steps:
        if path in paths and (kind := tree.get(path, Kind.FILE)) is not Kind.FILE:
            noun = "a directory" if kind is Kind.DIRECTORY else "not a plain file"
            yield f"{directory / path}: {noun}, where there must be a file"


def _list_case_clashes(directory: Path, paths: Iterable[str], tree: Tree) -> Iterator[str]:
    """Yield names that would be the same on a case-insensitive file system, whether or not this one is."""
    new = list_steps(paths)
    parents = {step.rpartition("/")[0] for step in new}
    present = (path for path in sorted(tree) if path not in set(new) and path.rpartition("/")[0] in parents)
    by_folded_path: dict[tuple[str, str], str] = {}
    for path in [*new, *present]:
        parent, _, name = path.rpartition("/")
        other = by_folded_path.setdefault((parent, name.casefold()), path)
        if other != path and other in new:
            clash = other.rpartition("/")[2]
            yield f"{directory / path}: differs only by case from '{clash}', which pcaform writes; rename it"
