"""Single files that people own, written whole: the new content is durable before it takes the old one's place."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pcaform.core.problems import Failure
from pcaform.render.write.preflight import refuse_read_only
from pcaform.render.write.staging import fsync_dirs

_TEMPORARY = ".{}.pcaform-new"
_NEW = 0o666


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write: its path as the user gave it, where it really lies, and what is there now (None is no file)."""

    path: Path
    real: Path
    before: bytes | None


def target(path: Path) -> Target:
    """Return where a path leads and what is there; a link is followed, since who made it chose where the file lies.

    Raises Failure for what is no file, and for a link that leads nowhere.
    """
    try:
        real = path.resolve(strict=path.is_symlink())
        if real.exists() and not real.is_file():
            kind = "a directory" if real.is_dir() else "not a plain file"
            raise Failure(f"{path}: {kind}, where there must be a file")
        before = real.read_bytes() if real.exists() else None
    except (OSError, RuntimeError) as error:
        said = error.strerror if isinstance(error, OSError) else "a link that leads to itself"
        raise Failure(f"{path}: cannot be read: {said}") from None
    return Target(path, real, before)


def write(where: Target, content: bytes) -> None:
    """Put content in a file's place, which keeps its mode; a reader sees the old content or the new.

    Raises Failure where it cannot be written, or was changed since it was looked at; then it is as it was.
    """
    if content == where.before:
        return
    try:
        where.real.parent.mkdir(parents=True, exist_ok=True)
        refuse_read_only(where.real.parent, [where.real.name])
        _replace(where, content)
        fsync_dirs([where.real.parent])
    except OSError as error:
        raise Failure(f"{where.path}: cannot be written: {error.strerror}; it is as it was") from None


def _replace(where: Target, content: bytes) -> None:
    waiting = where.real.with_name(_TEMPORARY.format(where.real.name))
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(waiting, flags, _NEW), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        now = where.real.read_bytes() if where.real.exists() else None
        if now != where.before:
            raise Failure(f"{where.path}: was changed while this ran: nothing was written, run it again")
        if now is not None:
            waiting.chmod(stat.S_IMODE(where.real.stat().st_mode))
        waiting.replace(where.real)
    finally:
        with suppress(FileNotFoundError):
            waiting.unlink()
