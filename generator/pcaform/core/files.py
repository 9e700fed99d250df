"""Reads and writes the files that a command names, and finds those of the package; a failure of the disk is a Failure.

Only plain files of a bounded size are read, so that a pipe that nobody writes, a device or a bomb is a message. What a
shell passes as a file is read too: standard input, `/dev/stdin`, and the pipe of `<(command)`.

A file is written as a whole or not at all: the new content is made durable in a temporary file beside it, which then
takes its place. So a full disk, a missing permission or a kill leaves the old content or the new one.
"""

import errno
import glob
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn

from pcaform.core import console
from pcaform.core.problems import Failure

STDIN = "-"
SPEC_SUFFIXES = (".yaml", ".yml")
MAX_SIZE = 256 << 20
"""Bytes of any file that is read: far above any plan or state, far below the memory."""
_PACKAGE = Path(__file__).parent.parent
_TEMPORARY = ".{}.{}.pcaform-new"
_LEFTOVER_AGE = 3600.0
"""Seconds."""
_NEW_FILE, _PRIVATE_FILE = 0o666, 0o600
_WRITABLE = 0o222
_OF_SHELL = re.compile(r"/dev/(stdin|fd/[0-9]+)|/proc/self/fd/[0-9]+")
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write: its path as the user named it, its real path, and its content now (None means no file)."""

    path: Path
    real: Path
    before: bytes | None


def packaged_directory(name: str) -> Path:
    """Return the directory `templates`, `modules` or `examples`: inside the installed package, else in a checkout."""
    packaged = _PACKAGE / name
    return packaged if packaged.is_dir() else _PACKAGE.parent.parent / name


def display_name(path: str) -> str:
    """Return the name of a file in messages."""
    return "<stdin>" if path == STDIN else path


def base_directory(path: str) -> Path:
    """Return the directory for relative file names in a spec: that of the spec, the current one for `-`."""
    return Path() if path == STDIN else Path(path).parent


def read_bytes(path: str) -> bytes:
    """Return a file's bytes, or those of standard input for `-`; raises Failure if it cannot be read."""
    try:
        return _read_bounded(sys.stdin.buffer, MAX_SIZE) if path == STDIN else read_file(Path(path))
    except FileNotFoundError:
        raise Failure(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise Failure(f"{path}: this is a directory, name a file in it") from None
    except OSError as error:
        raise Failure(f"{display_name(path)}: cannot be read: {error.strerror}") from None


def read_if_present(path: Path) -> bytes | None:
    """Return a file's bytes, None where there is no file; raises Failure if it cannot be read."""
    try:
        return read_file(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from None


def read_file(path: Path, *, limit: int = MAX_SIZE) -> bytes:
    """Return the bytes of a plain file, or of what the shell passes as one.

    Raises OSError, also for any other kind of file, more bytes than the limit, and a name that no file can have.
    """
    try:
        _refuse_kind(path, path.stat())  # before it is opened, which can wait, or make a device act
        descriptor = os.open(path, _FLAGS)
    except ValueError:
        raise OSError(errno.EINVAL, "no file has such a name") from None
    with os.fdopen(descriptor, "rb") as file:
        _refuse_kind(path, os.fstat(descriptor))
        if _OF_SHELL.fullmatch(str(path)):
            os.set_blocking(descriptor, True)
        return _read_bounded(file, limit)


def _refuse_kind(path: Path, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode) and not _OF_SHELL.fullmatch(str(path)):
        raise OSError(errno.EINVAL, "a pipe or a device, where there must be a plain file")


def _read_bounded(file: BinaryIO, limit: int) -> bytes:
    content = bytearray()
    while chunk := file.read(1 << 20):
        content += chunk
        if len(content) > limit:
            raise OSError(errno.EFBIG, f"it has more than {limit >> 20} MiB")
    return bytes(content)


def is_directory(path: str | Path) -> bool:
    """Tell whether there is a directory; a name that no file can have names none."""
    return os.path.isdir(path)  # noqa: PTH112 - `Path.is_dir` raises for a name that is too long


def is_file(path: Path) -> bool:
    """Tell whether there is a plain file; a name that no file can have names none."""
    return os.path.isfile(path)  # noqa: PTH113 - as above


def list_spec_files(directory: str) -> list[str]:
    """Return each file of YAML below a directory, sorted; raises Failure for none, or where not all can be listed."""

    def fail(error: OSError) -> NoReturn:
        raise Failure(f"{error.filename}: cannot be read: {error.strerror}") from None

    found = [
        str(Path(folder) / name)
        for folder, _, names in os.walk(directory, onerror=fail)
        for name in names
        if is_spec_file(name)
    ]
    if not found:
        raise Failure(f"{directory}: there is no '*.yaml' or '*.yml' below this directory")
    return sorted(found)


def is_spec_file(name: str) -> bool:
    """Tell whether a file of this name may be a spec, where a directory stands for the specs in it."""
    return name.lower().endswith(SPEC_SUFFIXES)


def resolve_target(path: Path) -> Target:
    """Return the real path and the content of a file; a link is followed, since its owner chose the location.

    Raises Failure if the path is not a plain file, or is a broken link.
    """
    try:
        real = path.resolve(strict=path.is_symlink())
        if real.exists() and not real.is_file():
            kind = "a directory" if real.is_dir() else "not a plain file"
            raise Failure(f"{path}: {kind}, where there must be a file")
        before = _read_if_present(real)
    except (OSError, RuntimeError) as error:
        raise Failure(f"{path}: cannot be read: {_reason(error)}") from None
    return Target(path, real, before)


def write_target(target: Target, content: bytes) -> None:
    """Replace a file's content, and make its directory where there is none.

    Raises Failure if it cannot be written, or was changed since `resolve_target`; then it is unchanged.
    """

    def refuse_changed() -> None:
        if _read_if_present(target.real) != target.before:
            raise Failure(f"{target.path}: was changed by another program: nothing was written, run it again")

    if content == target.before:
        return
    try:
        target.real.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"{target.path}: cannot be written: {_reason(error)}; it is unchanged") from None
    write_file(target.path, content, check=refuse_changed)


def write_file(
    path: Path,
    content: bytes,
    *,
    is_private: bool = False,
    subject: str = "",
    advice: str = "it is unchanged",
    check: Callable[[], None] = lambda: None,
) -> None:
    """Replace a file as a whole, durably; it keeps its mode, or only its owner can read it (`is_private`).

    A link is followed; a device or a pipe is written as it is. `check` runs last before the old content is replaced.
    Raises Failure if that is not possible, with the `subject` that cannot be written and what to do (`advice`).
    """
    cannot = f"{path}: {subject}{' ' if subject else ''}cannot be written"
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
            return
        real = path.resolve()
        _refuse_read_only(real, f"{cannot}; {advice}")
        _replace(real, content, is_private=is_private, check=check)
        console.print_detail(f"wrote {path}")
    except (OSError, RuntimeError) as error:
        raise Failure(f"{cannot}: {_reason(error)}; {advice}") from None
    try:
        fsync_dirs([real.parent])
    except OSError as error:
        raise Failure(f"{path}: is written, but a power cut may still undo it: {_reason(error)}") from None


def _replace(real: Path, content: bytes, *, is_private: bool, check: Callable[[], None]) -> None:
    _delete_leftovers(real)
    temporary = real.with_name(_TEMPORARY.format(real.name, secrets.token_hex(4)))
    try:
        create_file(temporary, content, is_private=is_private)
        check()
        if not is_private and real.exists():
            temporary.chmod(stat.S_IMODE(real.stat().st_mode))
        temporary.replace(real)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _delete_leftovers(real: Path) -> None:
    """Delete the temporary files of killed writers: no writer needs an hour."""
    for leftover in real.parent.glob(_TEMPORARY.format(glob.escape(real.name), "*")):
        with suppress(OSError):
            if leftover.lstat().st_mtime < time.time() - _LEFTOVER_AGE:
                leftover.unlink()


def create_file(path: Path, content: bytes, *, is_private: bool = False) -> None:
    """Write a new file durably; raises OSError, also if the path exists."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, _PRIVATE_FILE if is_private else _NEW_FILE)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_dirs(directories: Iterable[Path]) -> None:
    """Make renames and deletions in these directories durable; Windows does that by itself."""
    for directory in sorted(set(directories)):
        if os.name == "nt" or not directory.is_dir():
            continue
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def refuse_read_only(targets: Iterable[Target]) -> None:
    """Raise Failure where one of several files cannot be replaced, so that none is written alone."""
    for target in targets:
        _refuse_read_only(target.real, f"{target.path}: cannot be written; nothing is")


def _refuse_read_only(real: Path, what: str) -> None:
    if read_only := next(filter(is_read_only, (real.parent, real)), None):
        raise Failure(f"{read_only}: read-only; make it writable", what)


def is_read_only(path: Path) -> bool:
    """Tell whether a path is read-only, also by its mode: the superuser may write whatever the mode is."""
    return path.exists() and (not os.access(path, os.W_OK) or not stat.S_IMODE(path.stat().st_mode) & _WRITABLE)


def _read_if_present(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _reason(error: OSError | RuntimeError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else "the link points to itself"
