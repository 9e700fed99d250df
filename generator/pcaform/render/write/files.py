"""Writes single files of the user atomically: the new content is durable before it replaces the old one."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pcaform.core.problems import Failure
from pcaform.render.write.preflight import refuse_read_only
from pcaform.render.write.staging import fsync_dirs

_TEMPORARY = ".{}.pcaform-new"
_NEW_FILE_MODE = 0o666


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write: its path as the user named it, its real path, and its content now (None means no file)."""

    path: Path
    real: Path
    before: bytes | None


def resolve_target(path: Path) -> Target:
    """Return the real path and the content of a file; a link is followed, since its owner chose the location.

    Raises Failure if the path is not a plain file, or is a broken link.
    """
    try:
        real = path.resolve(strict=path.is_symlink())
        if real.exists() and not real.is_file():
            kind = "a directory" if real.is_dir() else "not a plain file"
            raise Failure(f"{path}: {kind}, where there must be a file")
        before = real.read_bytes() if real.exists() else None
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the link points to itself"
        raise Failure(f"{path}: cannot be read: {reason}") from None
    return Target(path, real, before)


def write(target: Target, content: bytes) -> None:
    """Replace a file's content and keep its mode; a reader sees either the old content or the new.

    Raises Failure if it cannot be written, or was changed since `resolve_target`; then it is unchanged.
    """
    if content == target.before:
        return
    try:
        target.real.parent.mkdir(parents=True, exist_ok=True)
        refuse_read_only(target.real.parent, [target.real.name])
        _replace(target, content)
        fsync_dirs([target.real.parent])
    except OSError as error:
        raise Failure(f"{target.path}: cannot be written: {error.strerror}; it is unchanged") from None


def _replace(target: Target, content: bytes) -> None:
    temporary = target.real.with_name(_TEMPORARY.format(target.real.name))
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(temporary, flags, _NEW_FILE_MODE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        now = target.real.read_bytes() if target.real.exists() else None
        if now != target.before:
            raise Failure(f"{target.path}: was changed by another program: nothing was written, run it again")
        if now is not None:
            temporary.chmod(stat.S_IMODE(target.real.stat().st_mode))
        temporary.replace(target.real)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
