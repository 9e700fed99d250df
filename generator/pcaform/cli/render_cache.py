"""What the last render of many specs found, so that an unchanged stack is not rendered again; what is in doubt is.

It is in the user's own cache directory, and never beside specs or stacks: there a branch could bring one that calls a
stack unchanged that is not. One that is damaged, of another pcaform or cannot be written does not count.
"""

import os
import sys
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from gzip import BadGzipFile, GzipFile
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pcaform
from pcaform.core.files import packaged_directory, read_file, write_file
from pcaform.core.finding import Finding
from pcaform.core.problems import Failure
from pcaform.render.write.snapshot import Snapshot
from pcaform.rules.load import read_inputs
from pcaform.rules.together import Brief

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class Loaded(NamedTuple):
    """What is kept of a file: its problems, the places of its bases, what it was loaded from, and its claims.

    There are none where a problem is an error, as of a base. `digest` is that of the contents of all `inputs`.
    """

    problems: tuple[Finding, ...]
    bases: tuple[str, ...]
    inputs: tuple[str, ...]
    digest: str
    brief: Brief | None


class Fresh(NamedTuple):
    """A stack that was as its spec renders it: what its directory had, how many files are rendered, the warnings.

    `needed` is the digest of the specs that it was checked with, since it uses their CAs.
    """

    snapshot: Snapshot
    files: int
    warnings: tuple[str, ...]
    needed: str = ""


Entry = tuple[Loaded, Fresh | None]


@dataclass(frozen=True, slots=True)
class Cache:
    """The entries of an earlier render by the path of the spec, and since when this one has been at work."""

    file: Path
    title: bytes
    now: int
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def find(self, path: str) -> Entry | None:
        """Return the entry of a spec of which no file was changed since."""
        entry = self.entries.get(path)
        with suppress(Failure):
            if entry is not None and digest_inputs(read_inputs(path, entry[0].inputs)) == entry[0].digest:
                return entry
        return None

    def save(self, entries: Mapping[str, Entry]) -> None:
        """Keep the entries for the next render, if they can be written."""
        if not self.now or entries == self.entries:
            return
        with suppress(Failure, OSError, ValueError):  # no text, in a name that is no text
            content = BytesIO()
            with GzipFile(fileobj=content, mode="wb", compresslevel=1) as lines:
                lines.write(self.title + b"\n")
                lines.writelines(_adapter().dump_json(item) + b"\n" for item in entries.items())
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_file(self.file, content.getvalue(), is_private=True)


NO_CACHE = Cache(Path(), b"", 0)


def open_cache(out: Path, options: Sequence[str], arguments: Sequence[str]) -> Cache:
    """Return the cache of a render with these arguments; it is empty if there is none that may be used."""
    now, place = time.time_ns(), [str(Path.cwd()), str(out), os.path.realpath(out), *arguments]
    homes = (os.environ.get(name, "") for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"))
    home = next(filter(os.path.isabs, homes), "~/.cache")
    title = _digest([place, *options, *_describe_program()]).encode()
    try:
        file = Path(home).expanduser() / "pcaform" / "render" / _digest(place)
        if not file.is_absolute():
            return NO_CACHE
        is_own = not hasattr(os, "geteuid") or file.stat().st_uid == os.geteuid()
        with GzipFile(fileobj=BytesIO(read_file(file) if is_own else b"")) as lines:
            is_ours = next(lines, b"") == title + b"\n"
            entries = dict(_adapter().validate_json(line, strict=True) for line in lines if is_ours)
            return Cache(file, title, now, entries)
    except (FileNotFoundError, BadGzipFile, EOFError, ValueError, zlib.error):
        return Cache(file, title, now)
    except (OSError, RuntimeError):  # something else is there, or there is no home
        return NO_CACHE


def digest_inputs(inputs: Mapping[str, str]) -> str:
    """Return one digest for what a spec was loaded from."""
    return _digest(sorted(inputs.items()))


def digest_needed(brief: Brief, places: Mapping[str, str], entries: Mapping[str, Entry]) -> str:
    """Return one digest for the specs at hand whose CAs a spec uses, and so on; `places` has their paths."""
    waiting, found = [brief.names], dict[str, str]()
    for names in waiting:
        for stack in places.keys() & {use.stack for use in names.used} - found.keys():
            loaded = entries[places[stack]][0]
            found[stack] = loaded.digest
            waiting += [loaded.brief.names] if loaded.brief else []
    return digest_inputs(found) if found else ""


def _digest(value: Any) -> str:
    return sha256(repr(value).encode()).hexdigest()


def _describe_program() -> Iterator[Any]:
    """Yield what else decides what is rendered: the files of pcaform, the libraries, the user, and the day.

    Rules compare dates with that of today. A library's version is in the name of a directory beside it. In images, all
    files can have one time.
    """
    yield from (sys.version, getattr(os, "geteuid", int)(), str(datetime.now(UTC).date()))
    parts = [Path(pcaform.__file__).parent, *map(packaged_directory, ("templates", "modules"))]
    files = sorted(path for part in parts for path in part.rglob("*") if "__pycache__" not in path.parts)
    for path in files:
        yield str(path), path.is_file() and sha256(path.read_bytes()).digest()
    for place in sys.path[not sys.flags.safe_path :]:  # the first is where the program itself was called
        with suppress(OSError):
            found = Path(place).stat()
            yield place, found.st_size, found.st_mtime_ns, found.st_ino, sorted(Path(place).iterdir())


@cache
def _adapter() -> "TypeAdapter[tuple[str, Entry]]":
    from pydantic import TypeAdapter

    return TypeAdapter(tuple[str, Entry])
