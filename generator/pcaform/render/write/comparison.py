"""Compares rendered files with the disk: which files are missing, changed or left over, and who wrote them.

Writing, `--check` and `--diff` all start from this one comparison.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pcaform.core.problems import Failure
from pcaform.render import manifest
from pcaform.render.templates import Rendered
from pcaform.render.write import preflight, staging, tripwire


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
        return ("leftover" if self.after is None else "changed") + _OWNER_SUFFIXES[self.owner]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A stack's directory: which files differ, which are unchanged, and which were written by pcaform."""

    directory: Path
    differences: tuple[Difference, ...]
    unchanged: tuple[str, ...]
    owned: tripwire.OwnedDigests


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
    preflight.refuse_links(directory, {*new_paths, staging.NAME})
    preflight.check_name_clashes(directory, new_paths)
    owned = _read_owned(directory)
    preflight.refuse_links(directory, owned)
    present = {path: _read_or_none(directory / path) for path in sorted({*new_paths, *owned})}
    candidates = (
        Difference(path, present[path], stack.files.get(path), _owner_of(path, present[path], owned))
        for path in present
    )
    differences = tuple(candidate for candidate in candidates if candidate.before != candidate.after)
    unchanged = tuple(path for path in present if path in stack.files and present[path] == stack.files[path])
    return Comparison(directory, differences, unchanged, owned)


def _read_owned(directory: Path) -> tripwire.OwnedDigests:
    """Return the files that pcaform wrote: those of the manifest, and those of an interrupted render."""
    files = manifest.read(directory / manifest.NAME).files
    interrupted = tripwire.read(directory / tripwire.NAME)
    pairs = [*files.items(), *((path, digest) for path in interrupted for digest in interrupted[path])]
    return tripwire.group_by_path(pairs)


def _read_or_none(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _owner_of(path: str, content: bytes | None, owned: Mapping[str, frozenset[str]]) -> Owner:
    if content is None or path in (manifest.NAME, tripwire.NAME):
        return Owner.PCAFORM
    if path not in owned:
        return Owner.FOREIGN
    return Owner.PCAFORM if manifest.digest(content) in owned[path] else Owner.EDITED
