"""The file that keeps a sandbox between runs: one line that says what it is, then a snapshot.

It holds private keys without a passphrase, so it is readable by its owner alone. One sandbox at a time has it.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

if sys.platform != "win32":
    import fcntl

FORMAT = 1
"""Counted up whenever a class of the sandbox changes what it keeps."""
_HEADER = re.compile(
    rb"pcaform sandbox state (?P<format>\d+), moto (?P<moto>\S+), account (?P<account>\d{12}), "
    rb"sha256 (?P<digest>[0-9a-f]{64})\n"
)
_INSTEAD = "; name another file, or delete this one to start empty"


class StateFileError(Exception):
    """A state that cannot be read, kept or had; the message is for the user, and the file is as it was."""


@contextmanager
def open_state(path: Path, account_id: str) -> Iterator[None]:
    """Fill the sandbox that starts from a file, and write the file when it stops; raises StateFileError."""
    from pcaform.sandbox import snapshot

    path = path.resolve()
    with _owned(path) as content:
        if content:
            body = _checked(path, content, account_id)
            try:
                snapshot.restore(body)
            except snapshot.SnapshotError as error:
                raise StateFileError(f"{path}: {error}{_INSTEAD}") from None
        try:
            yield
        finally:
            _replace(path, _head(snapshot.take(), account_id))


@contextmanager
def _owned(path: Path) -> Iterator[bytes]:
    """Hold a file for as long as the block lasts, and yield what is in it; it is made where there is none."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    except OSError as error:
        raise StateFileError(f"{path}: {error.strerror}: the sandbox cannot keep its state there") from None
    with os.fdopen(descriptor, "rb") as file:
        _lock(path, file.fileno())
        yield file.read()


def _lock(path: Path, descriptor: int) -> None:
    """Take the kernel's lock, which ends with the process; Windows has none that allows the file to be replaced."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateFileError(f"{path}: another sandbox has this state; stop it, or name another file") from None


def _head(body: bytes, account_id: str) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    line = f"pcaform sandbox state {FORMAT}, moto {version('moto')}, account {account_id}, sha256 {digest}\n"
    return line.encode() + body


def _checked(path: Path, content: bytes, account_id: str) -> bytes:
    """Return the snapshot in a file; raises StateFileError for one of another kind, version or account."""
    head = _HEADER.match(content)
    if head is None:
        raise StateFileError(f"{path}: this is no state of a sandbox{_INSTEAD}")
    if int(head["format"]) != FORMAT:
        found = head["format"].decode()
        raise StateFileError(f"{path}: kept in format {found} by another release, this one has {FORMAT}{_INSTEAD}")
    if head["moto"].decode() != version("moto"):
        kept_by = head["moto"].decode()
        raise StateFileError(
            f"{path}: kept with moto {kept_by}, and {version('moto')} is installed, whose content differs: "
            f"install moto=={kept_by}{_INSTEAD}"
        )
    if head["account"].decode() != account_id:
        owner = head["account"].decode()
        raise StateFileError(f"{path}: kept for account {owner}, not {account_id}: start with --account {owner}")
    body = content[head.end() :]
    if hashlib.sha256(body).hexdigest() != head["digest"].decode():
        raise StateFileError(f"{path}: it is cut off or damaged{_INSTEAD}")
    return body


def _replace(path: Path, content: bytes) -> None:
    """Put new content in a file's place at once, or leave the file as it is."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # readable by its owner alone
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except OSError as error:
        raise StateFileError(f"{path}: {error.strerror}: what this sandbox held is not kept") from None
