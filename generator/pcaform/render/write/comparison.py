"""Rendered files against what lies on disk: what is missing, changed or left over, and whose it is.

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
    """Whose a file is, by the manifest."""

    PCAFORM = "pcaform"
    """As pcaform wrote it, or not there."""
    EDITOR = "editor"
    """Written by pcaform and edited since."""
    STRANGER = "stranger"
    """Not in the manifest."""


_WORDS = {
    Owner.PCAFORM: "",
    Owner.EDITOR: ", edited since pcaform wrote it",
    Owner.STRANGER: ", not written by pcaform",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not as it would be written: `before` is what lies there, `after` what would; None is no file."""

    path: str
    before: bytes | None
    after: bytes | None
    owner: Owner

    @property
    def reason(self) -> str:
        """Return why the file is not fresh, in words."""
        if self.before is None:
            return "missing"
        return ("leftover" if self.after is None else "changed") + _WORDS[self.owner]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A stack's directory: which files differ, which are as they should be, and which are known to be pcaform's."""

    directory: Path
    differences: tuple[Difference, ...]
    unchanged: tuple[str, ...]
    known: tripwire.Known


def compare(stack: Rendered, directory: Path) -> Comparison:
    """Return how a directory differs from what was rendered, sorted by path; raises Failure for what is in the way."""
    try:
        return _compare(stack, directory)
    except OSError as error:
        raise Failure(f"{error.filename or directory}: cannot be read: {error.strerror}") from None


def _compare(stack: Rendered, directory: Path) -> Comparison:
    wanted = {*stack.files, tripwire.NAME}
    preflight.refuse_links(directory, {*wanted, staging.NAME})
    preflight.check_name_clashes(directory, wanted)
    known = _known(directory)
    preflight.refuse_links(directory, known)
    present = {path: _content(directory / path) for path in sorted({*wanted, *known})}
    found = (
        Difference(path, present[path], stack.files.get(path), _owner(path, present[path], known)) for path in present
    )
    differences = tuple(each for each in found if each.before != each.after)
    unchanged = tuple(path for path in present if path in stack.files and present[path] == stack.files[path])
    return Comparison(directory, differences, unchanged, known)


def _known(directory: Path) -> tripwire.Known:
    files = manifest.read(directory / manifest.NAME).files
    left = tripwire.read(directory / tripwire.NAME)
    pairs = [*files.items(), *((path, digest) for path in left for digest in left[path])]
    return tripwire.merged(pairs)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _owner(path: str, content: bytes | None, known: Mapping[str, frozenset[str]]) -> Owner:
    if content is None or path in (manifest.NAME, tripwire.NAME):
        return Owner.PCAFORM
    if path not in known:
        return Owner.STRANGER
    return Owner.PCAFORM if manifest.digest(content) in known[path] else Owner.EDITOR
