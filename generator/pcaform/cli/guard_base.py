"""Finds the specs of a git revision: every YAML document of it, wherever it is and however it is written.

A file that cannot hold a spec is left out by its text alone: a spec has the keys 'stack', and 'aws' and 'version' or
'extends', and only escapes can write them in another way. The bases of a spec are read from the revision too; one that
is not there makes it unread. Files under other names than '*.yaml' are read where they are gone, or where a stack would
be new without them.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import dirname, join, normpath

from pcaform.checks.guard.spec_diff.match import EarlierSpec, is_same_stack, match_specs
from pcaform.checks.guard.verdict import Outcome
from pcaform.cli.guard_files import check_extra_files
from pcaform.core.files import STDIN, base_directory, is_directory, is_spec_file, read_file
from pcaform.core.git import Revision, find_revision, list_unchecked, object_id, read_files
from pcaform.core.problems import Invalid
from pcaform.rules.together import SpecFile
from pcaform.spec.extends import extend_whole
from pcaform.spec.messages import EXTENDS
from pcaform.spec.parse import list_pem_files, parse_spec
from pcaform.spec.references import load_parts, lock_file_name
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, parse_all

_STACK = "stack"
_KEYS = ("aws", "version")
_CAS = "certificate_authorities"
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|\r?\n[ \t]*)")
_LFS = b"version https://git-lfs"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Unread:
    """What may be a spec of before and cannot be read: its path, why, and the name of its stack where it has one."""

    path: str
    reason: str
    stack: str = ""


@dataclass(frozen=True, slots=True)
class BaseMatch:
    """The specs of before of each spec, by its path as the user named it; the stacks that are gone; and the doubts.

    A doubt has the path of the spec that it is about, empty for none.
    """

    before: Mapping[str, list[EarlierSpec]]
    gone: list[EarlierSpec]
    doubts: list[tuple[str, str]]
    note: str = ""
    files: Mapping[str, list[Outcome]] = field(default_factory=dict)
    """What is said of files of others in the stack of each spec."""
    revision: Revision | None = None
    is_same: Callable[[str], bool] = lambda _: False
    """Whether the file at a real path is as it was."""


def match_base(base: str, arguments: Iterable[str], specs: Sequence[SpecFile]) -> BaseMatch:
    """Return what the specs were at a revision; raises Failure where git cannot say.

    `arguments` are files and directories: what was in one of these is gone although it is still elsewhere.
    """
    now = {path: spec for path, spec, _ in specs}
    revision = find_revision(base, [Path("." if path == STDIN else path) for path in now])
    places = {path: place_of(revision, path) for path in now}
    parts = {places[path]: _place_parts(revision, path, spec, document) for path, spec, document in specs}
    reader = _Reader(revision, {places[path]: spec for path, spec in now.items()}, list_unchecked(revision.top), parts)
    first = {path for path in revision.files if is_spec_file(path) or path in reader.now or not reader.is_there(path)}
    found = list(reader.read(first))
    if not all(match_specs(found, reader.now)[0].values()):
        found += reader.read(set(revision.files) - first)
    matches, loose = match_specs(found, reader.now)
    folders = [place_of(revision, path) for path in arguments if is_directory(path)]
    relocated = list(reader.relocated()) if loose else []
    gone = [
        each
        for each in loose
        if any(Path(each.path).is_relative_to(folder) for folder in folders)
        or not any(is_same_stack(each.spec, spec) for spec in relocated)
    ]
    unread = [*reader.unread, *(Unread(path, reason) for path, reason in revision.unread.items())]
    named = {place: path for path, place in places.items()}
    doubts = [
        (named.get(owner, ""), f"{each.path} of '{base}' may be the earlier spec: {each.reason}")
        for each in unread
        for owner in reader.owners(each, matches)
    ]
    is_all = revision.is_head and base != "HEAD"
    note = f"'{base}' has all commits of HEAD: only what is not committed is compared" if is_all else ""
    earlier = {path: matches[place] for path, place in places.items()}

    def is_same(path: str) -> bool:
        return Path(path).is_relative_to(revision.top) and reader.is_same(place_of(revision, path))

    return BaseMatch(earlier, gone, doubts, note, check_extra_files(revision, now), revision, is_same)


def place_of(revision: Revision, path: str) -> str:
    """Return the path of a file in the repository, that of standard input for `-`."""
    return STDIN if path == STDIN else Path(os.path.realpath(path)).relative_to(revision.top).as_posix()


@dataclass(frozen=True, slots=True)
class _Reader:
    """A revision, the specs that are checked by their path in the repository, and what a sparse checkout leaves out.

    `unread` is filled with what may be a spec of the revision and cannot be read. `parts` are the other files of each
    spec, which may have changed though the spec did not; None where links decide which files these are.
    """

    revision: Revision
    now: Mapping[str, Spec]
    unchecked: Mapping[str, str]
    parts: Mapping[str, Sequence[str] | None]
    unread: list[Unread] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)

    def is_there(self, path: str) -> bool:
        return os.path.lexists(self.revision.top / path) or path in self.unchecked

    def is_same(self, path: str, content: bytes | None = None) -> bool:
        """Tell whether a file is as it was; where it is left out of the checkout, as the index has it."""
        file = self.revision.files.get(path)
        content = self._content(path) if content is None else content
        if file is None or content is None:
            return file is not None and self.unchecked.get(path) == file.object_id
        return object_id(content, file.object_id) == file.object_id

    def _content(self, path: str) -> bytes | None:
        try:
            return read_file(self.revision.top / path)
        except OSError:
            return None

    def read(self, paths: Iterable[str]) -> Iterator[EarlierSpec]:
        """Yield the specs of some files at the revision."""
        same = [path for path in paths if self._is_whole(path)]
        yield from (EarlierSpec(path, self.now[path]) for path in same)
        for file, content in read_files(self.revision.files[path] for path in sorted({*paths} - {*same})):
            before, found = len(self.unread), list(self._parse(file.path, content, is_base=True))
            yield from found
            is_stored = is_spec_file(file.path) and (content.startswith(_LFS) or b"\0" in content)
            is_empty = not found and len(self.unread) == before
            if is_empty and (is_stored or (file.path in self.now and content.strip())):
                reason = "no spec can be read in it: it is encrypted, or stored elsewhere"
                self.unread.append(Unread(file.path, reason))

    def _is_whole(self, path: str) -> bool:
        """Tell whether a spec that is checked and all of its parts are as they were."""
        parts = self.parts.get(path)
        return parts is not None and all(map(self.is_same, (path, *parts)))

    def _parse(self, path: str, content: bytes, *, is_base: bool = False) -> Iterator[EarlierSpec]:
        text = _plain_text(content)
        if _STACK not in text or not (EXTENDS in text or all(key in text for key in _KEYS)):
            return
        prefix = f"{self.revision.name}:"
        try:
            documents = parse_all(content, f"{prefix}{path}")
        except Invalid as invalid:
            if is_base and (_CAS in text or EXTENDS in text):
                self.unread.append(Unread(path, str(invalid.problems[0])))
            return
        of_file = self._read_once if is_base else lambda inner: read_file(self.revision.top / inner)

        def read(inner: str) -> bytes:
            return of_file(join(dirname(path), inner))

        for document in documents:
            data = document.data
            if not isinstance(data, Mapping) or _STACK not in data or not {"aws", _CAS, EXTENDS} & set(data):
                continue
            try:
                whole = extend_whole(document, read, prefix=prefix)
                spec = load_parts(parse_spec(whole), whole, read)
            except Invalid as invalid:
                if is_base:
                    self.unread.append(Unread(path, str(invalid.problems[0]), str(data["stack"])))
            else:
                yield EarlierSpec(path, spec, is_kept=is_base and self._keeps(path, spec))

    def _read_once(self, path: str) -> bytes:
        """Return a file's bytes at the revision: one process of git for each, and many specs have the same base."""
        place = normpath(path)
        if place not in self.contents:
            self.contents[place] = self.revision.read(place)
        return self.contents[place]

    def _keeps(self, path: str, spec: Spec) -> bool:
        """Tell whether a file that is not checked still has a stack."""
        if path in self.now or self.is_same(path):
            return path not in self.now
        return any(is_same_stack(each.spec, spec) for each in self._parse(path, self._content(path) or b""))

    def relocated(self) -> Iterator[Spec]:
        """Yield the specs of files of YAML that are new or changed since the revision, and are not checked."""
        for folder, folders, names in os.walk(self.revision.top):
            folders[:] = [each for each in folders if each not in (".git", ".terraform")]
            for name in filter(is_spec_file, names):
                path = (Path(folder) / name).relative_to(self.revision.top).as_posix()
                content = self._content(path)
                if content is not None and path not in self.now and not self.is_same(path, content):
                    yield from (each.spec for each in self._parse(path, content))

    def owners(self, unread: Unread, matches: Mapping[str, list[EarlierSpec]]) -> list[str]:
        """Return the paths of the specs whose spec of before it may be; an empty one if it is only gone."""
        new = [path for path, found in matches.items() if not found]
        if unread.path in self.now:
            return [unread.path]
        if self.is_same(unread.path):
            return [path for path in new if self.now[path].stack == unread.stack]
        return new or ([] if self.is_there(unread.path) else [""])


def list_parts(path: str, spec: Spec, document: Document) -> list[str]:
    """Return the real paths of the other files that a spec is made of: its bases, PEM files and lock file."""
    return [os.path.realpath(base_directory(path) / name) for name in _name_parts(spec, document)]


def _name_parts(spec: Spec, document: Document) -> list[str]:
    others = filter(None, [*list_pem_files(spec, document), lock_file_name(spec, document)])
    return [*(base.place for base in document.layers[1:]), *others]


def _place_parts(revision: Revision, path: str, spec: Spec, document: Document) -> list[str] | None:
    """Return the paths in the repository of a spec's parts, as their names say; None where links lead elsewhere."""
    directory = dirname(place_of(revision, path))
    places = [normpath(join(directory, name)) for name in _name_parts(spec, document)]
    real = [str(revision.top / place) for place in places]
    return places if real == list_parts(path, spec, document) else None


def _plain_text(content: bytes) -> str:
    """Return a file's text, whatever its encoding, and once more with the escapes of YAML replaced if it has some."""
    text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8", errors="replace")
    if "\\" not in text:
        return text
    return text + _ESCAPE.sub(_unescape, text)


def _unescape(escape: re.Match[str]) -> str:
    """Return what an escape stands for: a character, or nothing for one that continues the line."""
    code = next(filter(None, escape.groups()), "")
    return chr(min(int(code, 16), sys.maxunicode)) if code else ""
