"""The file that keeps a sandbox's content between runs: a header line, then a snapshot.

It contains private keys without a passphrase, so only its owner can read it. One sandbox at a time can use it.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from pcaform.core.files import write_file
from pcaform.core.problems import Failure

if sys.platform != "win32":
    import fcntl

FORMAT = 2
"""Increased whenever the attributes of a kept class change. 1 was a pickle, which nothing reads any more."""
_LARGEST = 2**30
_HEADER = re.compile(
    rb"pcaform sandbox state (?P<format>\d{1,9}), moto (?P<moto>[\w.+-]{1,40}), account (?P<account>\d{12}), "
    rb"sha256 (?P<digest>[0-9a-f]{64})\n"
)
_ALTERNATIVE = "; name another file, or delete this one to start empty"


class StateFileError(Failure):
    """A state file that cannot be read, written or locked; the message is for the user, the file is unchanged."""


@contextmanager
def open_state(path: Path, account_id: str) -> Iterator[None]:
    """Load a starting sandbox's content from a file, and write the file when it stops; raises Failure."""
    from pcaform.sandbox import snapshot
    from pcaform.sandbox.snapshot_values import SnapshotError

    path = Path(os.path.realpath(path))  # resolve() raises for links in a circle
    with _hold_file(path) as content:
        if content:
            body = _check_header(path, content, account_id)
            try:
                snapshot.restore(body)
            except SnapshotError as error:
                raise StateFileError(f"{path}: {error}{_ALTERNATIVE}") from None
        try:
            yield
        finally:
            try:
                saved = _add_header(snapshot.take(), account_id)
            except (SnapshotError, RecursionError) as error:
                raise StateFileError(f"{path}: {error}: the content of this sandbox was not saved") from None
            write_file(path, saved, is_private=True, advice="the content of this sandbox was not saved")


@contextmanager
def _hold_file(path: Path) -> Iterator[bytes]:
    """Lock a file while the block runs, and yield its content; creates the file if there is none."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        raise StateFileError(f"{path}: {error.strerror}: the sandbox cannot keep its state there") from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise StateFileError(f"{path}: this is not a file: the sandbox cannot keep its state there")
        if status.st_size > _LARGEST:
            raise StateFileError(f"{path}: the file is larger than {_LARGEST} bytes{_ALTERNATIVE}")
        _lock_file(path, file.fileno())
        yield file.read()


def _lock_file(path: Path, descriptor: int) -> None:
    """Take the kernel's lock, which ends with the process; on Windows a locked file cannot be replaced, so no lock."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateFileError(f"{path}: another sandbox uses this file; stop it, or name another file") from None


def _add_header(body: bytes, account_id: str) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    line = f"pcaform sandbox state {FORMAT}, moto {version('moto')}, account {account_id}, sha256 {digest}\n"
    return line.encode() + body


def _check_header(path: Path, content: bytes, account_id: str) -> bytes:
    """Return the snapshot in a file; raises StateFileError for another kind of file, version or account."""
    head = _HEADER.match(content)
    if head is None:
        raise StateFileError(f"{path}: this is not a sandbox's state file; name another one, or a new file")
    if int(head["format"]) != FORMAT:
        file_format = head["format"].decode()
        raise StateFileError(
            f"{path}: written in format {file_format} by another release, this one reads {FORMAT}{_ALTERNATIVE}"
        )
    if head["moto"].decode() != version("moto"):
        moto_version = head["moto"].decode()
        raise StateFileError(
            f"{path}: written with moto {moto_version}, but {version('moto')} is installed, whose content differs: "
            f"install moto=={moto_version}{_ALTERNATIVE}"
        )
    if head["account"].decode() != account_id:
        owner = head["account"].decode()
        raise StateFileError(f"{path}: written for account {owner}, not {account_id}: start with --account {owner}")
    body = content[head.end() :]
    if hashlib.sha256(body).hexdigest() != head["digest"].decode():
        raise StateFileError(f"{path}: the file is truncated or damaged{_ALTERNATIVE}")
    return body
