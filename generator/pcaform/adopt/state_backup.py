"""Copies of pulled states: readable by their owner only, outside the stack, deleted at the end unless kept."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pcaform.adopt.transaction import NotRestored
from pcaform.core.files import write_file
from pcaform.core.problems import Failure


@contextmanager
def open_backup(keep: Path | None, stack: Path) -> Iterator[Path]:
    """Yield a directory for states; it stays if requested (`keep`), or if the shared state could not be restored.

    Raises Failure for a directory inside the stack, or if it cannot be created.
    """
    directory = make_directory(keep, stack) if keep else _temporary()
    try:
        yield directory
    except NotRestored as failure:
        raise Failure(failure, f"the states before and after are kept in {directory}") from None
    except BaseException:
        _clear(directory, keep)
        raise
    _clear(directory, keep)


def save_copy(path: Path, content: bytes) -> None:
    """Write a copy of a state; raises Failure if it cannot be written, or would overwrite an earlier copy."""
    if path.exists() and path.read_bytes() != content:
        raise Failure(f"{path}: there is a copy of another state already: name another directory")
    write_state(path, content)


def write_state(path: Path, content: bytes) -> Path:
    """Write a state durably, readable by its owner only; raises Failure if it cannot be written."""
    write_file(path, content, is_private=True, subject="the copy of the state", advice="name another directory")
    return path


def refuse_inside(directory: Path, stack: Path) -> None:
    """Raise Failure for a directory inside the stack: its files are planned, packed and committed."""
    if directory.resolve().is_relative_to(stack.resolve()):
        raise Failure(f"{directory}: this is inside the stack, where states do not belong: name another directory")


def make_directory(directory: Path, stack: Path) -> Path:
    """Make a directory for states; raises Failure for one inside the stack, or if it cannot be created."""
    refuse_inside(directory, stack)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"{directory}: no state can be kept there: {error.strerror}") from None
    return directory


def _temporary() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="pcaform-adopt-"))
    except OSError as error:
        raise Failure(f"{tempfile.gettempdir()}: no copy of the state can be kept there: {error.strerror}") from None


def _clear(directory: Path, keep: Path | None) -> None:
    if keep is None:
        shutil.rmtree(directory, ignore_errors=True)
