"""Rendered files -> disk: everything is checked first, each file is written whole, and nothing foreign is touched."""

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pcaform import manifest
from pcaform.problems import Failure
from pcaform.render import Rendered


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
    `force`; then Failure is raised and nothing is written. Unchanged files keep their time. The manifest goes last.
    """
    directory = out / stack.name
    try:
        return _write(stack, directory, force=force)
    except OSError as error:
        place = error.filename or directory
        raise Failure(f"{place}: cannot be written: {error.strerror}; choose another --out") from None


def _write(stack: Rendered, directory: Path, *, force: bool) -> Written:
    owned = manifest.read(directory / manifest.NAME).files
    _refuse_links({*stack.files, *owned}, directory)
    present = {path: _content(directory / path) for path in {*stack.files, *owned}}
    stale = sorted(path for path in owned if path not in stack.files and present[path] is not None)
    changed = sorted(path for path, content in stack.files.items() if present[path] != content)
    if not force:
        _refuse_foreign([*changed, *stale], present, owned=owned, directory=directory)
    for path in sorted(changed, key=lambda path: path == manifest.NAME):
        _replace(directory / path, stack.files[path])
    for path in stale:
        (directory / path).unlink()
    unchanged = sorted(set(stack.files) - set(changed))
    return Written(directory, tuple(changed), tuple(unchanged), tuple(stale))


def _refuse_links(paths: Iterable[str], directory: Path) -> None:
    """Refuse directories that are links out of the stack: what lies behind them was never ours to write or delete."""
    inside = directory.resolve()
    for parent in sorted({(directory / path).parent for path in paths}):
        if not parent.resolve().is_relative_to(inside):
            raise Failure(f"{parent}: a link that leads out of {directory}: remove it; nothing was written")


def _refuse_foreign(
    paths: Iterable[str], present: Mapping[str, bytes | None], *, owned: Mapping[str, str], directory: Path
) -> None:
    foreign = [path for path in paths if path != manifest.NAME and not _is_ours(present[path], owned.get(path))]
    if foreign:
        listed = "\n".join(f"  {directory / path}" for path in foreign)
        raise Failure(
            f"these files were not written by pcaform, or were edited since:\n{listed}\n"
            "move them away, or give --force to lose what is in them; nothing was written"
        )


def _is_ours(content: bytes | None, digest: str | None) -> bool:
    return content is None or digest == manifest.digest(content)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new one and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
