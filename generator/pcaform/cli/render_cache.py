"""What the last render of many specs found, so that an unchanged stack is not rendered again; what is in doubt is.

It is in the user's own cache directory, and never beside specs or stacks: there a branch could bring one that calls a
stack unchanged that is not. One that is damaged, of another pcaform or cannot be written does not count.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

import pcaform
from pcaform.core.files import packaged_directory, read_file, write_file
from pcaform.core.finding import Finding, Location, Severity
from pcaform.core.problems import PARTIAL_DATA_ERRORS, Failure
from pcaform.render.write.snapshot import Snapshot
from pcaform.rules.across import CaNames, Use
from pcaform.rules.load import read_inputs
from pcaform.rules.together import Brief


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
    """A stack that was as its spec renders it: what its directory had, how many files are rendered, the warnings."""

    snapshot: Snapshot
    files: int
    warnings: tuple[str, ...]


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
        lines = [_dump(path, *entry) for path, entry in entries.items()]
        whole = sha256()
        for line in lines:
            whole.update(line)
        content = b"".join([self.title, b"\n", *lines, whole.hexdigest().encode()])
        del lines
        with suppress(Failure, OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_file(self.file, content, is_private=True)


NO_CACHE = Cache(Path(), b"", 0)


def open_cache(out: Path, options: Sequence[str], arguments: Sequence[str]) -> Cache:
    """Return the cache of a render with these arguments; it is empty if there is none that may be used."""
    now, place = time.time_ns(), [str(Path.cwd()), str(out), os.path.realpath(out), *arguments]
    homes = (os.environ.get(name, "") for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"))
    home = next(filter(os.path.isabs, homes), "~/.cache")
    title = _digest([place, *options, *_describe_program()]).encode()
    try:
        file = Path(home).expanduser() / "pcaform" / "render" / _digest(place)
        is_own = not hasattr(os, "geteuid") or file.stat().st_uid == os.geteuid()
        lines = BytesIO(read_file(file) if is_own else b"")
        if next(lines, b"") != title + b"\n":
            return Cache(file, title, now)
        whole = sha256()
        entries: dict[str, Entry] = {}
        for line in lines:
            if line == whole.hexdigest().encode():
                return Cache(file, title, now, entries)
            whole.update(line)
            path, *entry = json.loads(line)
            entries[path] = _load(path, *entry)
        return Cache(file, title, now)
    except RuntimeError:  # there is no home
        return NO_CACHE
    except (OSError, *PARTIAL_DATA_ERRORS):
        return Cache(file, title, now)


def digest_inputs(inputs: Mapping[str, str]) -> str:
    """Return one digest for what a spec was loaded from."""
    return _digest(sorted(inputs.items()))


def _digest(value: Any) -> str:
    return sha256(repr(value).encode()).hexdigest()


def _describe_program() -> Iterator[Any]:
    """Yield what else decides what is rendered: the files of pcaform, the libraries, the user, and the day.

    Rules compare dates with that of today. An installer replaces files of a library's directory beside it.
    """
    yield from (sys.version, getattr(os, "geteuid", int)(), str(datetime.now(UTC).date()))
    parts = [Path(pcaform.__file__).parent, *map(packaged_directory, ("templates", "modules"))]
    files = sorted(path for part in parts for path in part.rglob("*") if "__pycache__" not in path.parts)
    for path in [*files, *(Path(place) for place in sys.path if place.endswith("-packages"))]:
        with suppress(FileNotFoundError):
            found = path.stat()
            yield str(path), found.st_size, found.st_mtime_ns, found.st_ino


def _dump(path: str, loaded: Loaded, fresh: Fresh | None) -> bytes:
    problems, brief = [astuple(problem) for problem in loaded.problems], loaded.brief
    known = [problems, *loaded[1:-1], brief and [*brief[:-1], astuple(brief.names)]]
    return f"{json.dumps([path, known, fresh])}\n".encode()


def _load(path: str, loaded: Sequence[Any], fresh: Sequence[Any] | None) -> Entry:
    """Return an entry from its JSON; equal names are kept once."""
    problems, bases, inputs, digest, brief = loaded
    known = Loaded(
        tuple(map(_load_finding, problems)),
        tuple(map(intern, bases)),
        tuple(map(intern, inputs)),
        digest,
        brief and Brief(path, brief[1], tuple(brief[2]), brief[3], _load_names(*brief[4])),
    )
    return known, None if fresh is None else Fresh(Snapshot(*fresh[0]), fresh[1], tuple(fresh[2]))


def _load_names(managed: Mapping[str, str], used: Sequence[Any], destroyed: Sequence[Any], offers: Any) -> CaNames:
    uses = (Use(arn, stack, key, Location(*at), _load_facts(facts)) for arn, stack, key, at, facts in used)
    keys = {intern(key): arn for key, arn in managed.items()}
    lost = tuple((arn, Location(*location)) for arn, location in destroyed)
    return CaNames(keys, tuple(uses), lost, {key: _load_facts(each) for key, each in offers.items()})


def _load_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {intern(what): tuple(value) if isinstance(value, list) else value for what, value in facts.items()}


def _load_finding(fields: Sequence[Any]) -> Finding:
    *texts, severity, location = fields
    return Finding(*texts, severity=Severity(severity), location=location and Location(*location))
