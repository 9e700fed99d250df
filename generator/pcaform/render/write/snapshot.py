"""A stack's directory in two digests: of its contents, and of what the file system says of each file.

As in git's index, that is only trusted of files that were last changed well before they were read: a change within
one tick of its clock could leave all of it as it was.
"""

import os
import stat
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from pcaform.render.write.extra_files import DATA, UNREAD
from pcaform.spec.stack import Spec
from pcaform.terraform.state_location import LOCAL, state_location

_SETTLED = 3 * 10**9
"""Nanoseconds: FAT has times of two seconds."""


_LARGEST = 16 << 20
"""Bytes of a file whose content is compared."""


class Snapshot(NamedTuple):
    """`stamps` is empty where they cannot be trusted."""

    stamps: str
    content: str


def take_snapshot(directory: Path, now: int, *, known: Snapshot | None = None) -> Snapshot | None:
    """Return what a directory has `now`, a time in nanoseconds before this call; None for what may not be compared.

    No content is read where the stamps are those of a known snapshot.
    """
    try:
        entries = _list_entries(directory)
        stamps = _digest(entries) if _is_settled(entries, now) else ""
        if known is not None and stamps and stamps == known.stamps:
            return known
        return Snapshot(stamps, _digest_contents(directory, entries, {}))
    except OSError:
        return None


def expect_snapshot(directory: Path, now: int, rendered: Mapping[str, bytes]) -> Snapshot | None:
    """Return what a directory has that was rendered after `now`, with the content that the rendered files should have.

    So what another program wrote there since is noticed later. None where other files may have been changed meanwhile.
    """
    try:
        entries = _list_entries(directory)
        others = [entry for entry in entries if entry[0] not in rendered]
        if not _is_settled(others, now) or len(entries) - len(others) != len(rendered):
            return None
        return Snapshot("", _digest_contents(directory, entries, rendered))
    except OSError:
        return None


def has_state(spec: Spec) -> bool:
    """Tell whether a snapshot has the state of a stack, if that is a file."""
    kind, settings = state_location(spec.terraform.state)
    place = PurePosixPath(settings.get("path", "") if kind == LOCAL else "")
    return not place.is_absolute() and not {*place.parts} & {"..", *UNREAD}


_Entry = tuple[str, int, int, int, int, int]
"""Path, mode, times of the last changes, and all else that tells one file from another; of a directory its mode."""


def _list_entries(directory: Path) -> list[_Entry]:
    """Return all that a render looks at; raises OSError for a link and a large file."""
    found: list[_Entry] = [("", directory.stat().st_mode, 0, 0, 0, 0)]
    folders = [(os.fspath(directory), "")]
    while folders:
        folder, prefix = folders.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                its, path = entry.stat(follow_symlinks=False), prefix + entry.name
                mode = its.st_mode
                if stat.S_ISREG(mode):
                    found.append((path, mode, its.st_ctime_ns, its.st_mtime_ns, its.st_size, its.st_ino))
                    if its.st_size > _LARGEST:
                        raise OSError
                elif not stat.S_ISDIR(mode):
                    raise OSError
                elif prefix != f"{DATA}/":
                    found.append((path, mode, 0, 0, 0, 0))
                    if entry.name not in UNREAD or path == DATA:
                        folders.append((entry.path, f"{path}/"))
    return sorted(found)


def _is_settled(entries: list[_Entry], now: int) -> bool:
    return all(max(entry[2:4]) < now - _SETTLED for entry in entries)


def _digest_contents(directory: Path, entries: list[_Entry], rendered: Mapping[str, bytes]) -> str:
    contents = []
    for path, mode, *_ in entries:
        if not stat.S_ISREG(mode):
            contents.append((path, str(mode)))
            continue
        content = rendered.get(path)
        if content is None:
            with open(f"{directory}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - for each of many files
                content = file.read()
        contents.append((path, sha256(content).hexdigest()))
    return _digest(contents)


def _digest(values: Any) -> str:
    return sha256(repr(values).encode()).hexdigest()
