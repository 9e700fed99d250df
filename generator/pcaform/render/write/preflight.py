"""What stands in the way of a stack: links, things that are no files, names that differ only by case, read-only places.

All of them are found before anything is written, and told at once.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pcaform.core.problems import Failure

_WRITABLE = 0o222


def refuse_links(directory: Path, paths: Iterable[str]) -> None:
    """Raise Failure where a file of the stack, or a directory above it, is a link.

    The stack's directory itself may be one: whoever made it chose where the stack lies. Below it none may be, since
    what a link leads to was never pcaform's to overwrite or delete.
    """
    steps = sorted({directory / step for path in paths for step in _steps(path)})
    _refuse(f"{step}: a link; put what it leads to in its place, or remove it" for step in steps if step.is_symlink())


def check_name_clashes(directory: Path, wanted: Iterable[str]) -> None:
    """Raise Failure where something other than a file stands at a wanted path, or a file with almost its name."""
    paths = sorted(set(wanted))
    _refuse([*_misfits(directory, paths), *_clashes(directory, paths)])


def refuse_read_only(directory: Path, paths: Iterable[str]) -> None:
    """Raise Failure where a file to be written or deleted, or a directory it is in, is read-only."""
    places = {directory, *(directory / step for path in paths for step in _steps(path))}
    _refuse(f"{place}: read-only; make it writable" for place in sorted(places) if _is_read_only(place))


def _refuse(lines: Iterable[str]) -> None:
    if told := list(lines):
        raise Failure("\n".join([*told, "nothing was written there"]))


def _steps(path: str) -> tuple[Path, ...]:
    """Return a path in the stack, and the directories above it that are in the stack too."""
    return (Path(path), *Path(path).parents[:-1])


def _misfits(directory: Path, paths: Sequence[str]) -> Iterator[str]:
    for parent in sorted({parent for path in paths for parent in (directory / path).parents}):
        if parent.exists() and not parent.is_dir():
            yield f"{parent}: a file, where there must be a directory"
    for path in (directory / path for path in paths):
        if path.exists() and not path.is_file():
            yield f"{path}: {'a directory' if path.is_dir() else 'not a plain file'}, where there must be a file"


def _clashes(directory: Path, paths: Sequence[str]) -> Iterator[str]:
    """Yield names that are one name on a disk that does not tell cases apart, be this disk one or not."""
    steps = {step for path in paths for step in _steps(path)}
    for parent in sorted({step.parent for step in steps}):
        wanted = {step.name for step in steps if step.parent == parent}
        place = directory / parent
        present = {path.name for path in place.iterdir()} if place.is_dir() else set()
        seen: dict[str, str] = {}
        for name in [*sorted(wanted), *sorted(present - wanted)]:
            other = seen.setdefault(name.casefold(), name)
            if other != name and other in wanted:
                yield f"{place / name}: differs only by case from '{other}', which pcaform writes; rename it"


def _is_read_only(path: Path) -> bool:
    """Tell whether a place is read-only, by its mode too: for the superuser every mode is writable."""
    return path.exists() and (not os.access(path, os.W_OK) or not stat.S_IMODE(path.stat().st_mode) & _WRITABLE)
