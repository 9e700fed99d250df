"""Allows one render at a time in a directory; the kernel holds the lock, so a process that dies releases it.

On POSIX the directory itself is locked. Windows cannot open directories, so a temporary file is locked instead.
"""

import errno
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pcaform.core import console
from pcaform.core.problems import Failure

PATIENCE = 60.0
"""Seconds: a render takes a few at most, so a process that holds the lock for longer hangs."""
_SILENCE = 1.0
_PAUSE = 0.05
_TAKEN = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}

if sys.platform == "win32":
    import msvcrt

    def _open(directory: Path) -> int:
        name = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()
        return os.open(Path(tempfile.gettempdir()) / f"pcaform-{name}.lock", os.O_RDWR | os.O_CREAT)

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _open(directory: Path) -> int:
        return os.open(directory, os.O_RDONLY | os.O_DIRECTORY)

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def lock_directory(directory: Path, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock of a directory; while waiting, print a status line, and raise Failure after `patience` seconds."""
    descriptor = _open(directory)
    try:
        _wait(descriptor, directory, patience=patience)
        yield
    finally:
        with suppress(OSError):  # nothing was written through it, so nothing can be lost
            os.close(descriptor)


def _wait(descriptor: int, directory: Path, *, patience: float) -> None:
    start = time.monotonic()
    is_reported = False
    while _is_taken(descriptor, directory):
        waited = time.monotonic() - start
        if waited >= patience:
            raise Failure(
                f"{directory}: another render has been writing here for {patience:g} s: "
                "wait for it or end it, then try again; nothing was written there"
            )
        if not is_reported and waited >= _SILENCE:
            console.print_status(f"{directory}: waiting for another render to finish")
            is_reported = True
        time.sleep(_PAUSE)


def _is_taken(descriptor: int, directory: Path) -> bool:
    """Try to take the lock; on a file system without locks (some network ones), print a warning and continue."""
    try:
        _take(descriptor)
    except OSError as error:
        if error.errno in _TAKEN:
            return True
        console.print_status(f"{directory}: this file system has no locks: do not run another render here meanwhile")
    return False
