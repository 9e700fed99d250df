"""The staging directory: new content is written there first, so that the write itself only renames and deletes.

A full disk is therefore noticed before the first file of the stack changes.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

NAME = ".pcaform-staging"


def stage(directory: Path, files: Mapping[str, bytes]) -> dict[str, Path]:
    """Write files durably into the staging directory of a stack; return the staged file of each path."""
    staging = directory / NAME
    staging.mkdir()
    staged = {}
    for number, (path, content) in enumerate(files.items()):
        staged[path] = staging / str(number)
        _write(staged[path], content)
    return staged


def clear(directory: Path) -> None:
    """Delete the staging directory, also one left behind by a render that was killed."""
    staging = directory / NAME
    if not staging.is_dir():
        return
    for path in staging.iterdir():
        path.unlink()
    staging.rmdir()


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
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
