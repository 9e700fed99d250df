"""Checks before writing a stack: links, paths that are not files, names that differ only by case, read-only files.

All of them are found before anything is written, and reported together.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pcaform.core.files import is_read_only
from pcaform.core.problems import Failure


def refuse_links(directory: Path, paths: Iterable[str]) -> None:
    """Raise Failure if a file of the stack, or a directory above it, is a link.

    The stack's directory itself may be a link: its owner chose that location. Below it no link is allowed, since the
    target of a link does not belong to pcaform and must not be overwritten or deleted.
    """
    steps = sorted({directory / step for path in paths for step in _path_and_parents(path)})
    _refuse(f"{step}: a link; replace it by what it points to, or remove it" for step in steps if step.is_symlink())


def check_name_clashes(directory: Path, paths: Iterable[str]) -> None:
    """Raise Failure if a path to write exists and is not a file, or if a name differs from another only by case."""
    sorted_paths = sorted(set(paths))
    _refuse([*_list_non_files(directory, sorted_paths), *_list_case_clashes(directory, sorted_paths)])


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
