"""`extends`: a spec merged over its bases, in which each value is still found in the file that it came from.

A file's bases come before it, in the order of its list, each after its own bases; whatever they are, they are merged
one after the other, mapping by mapping. Any other value replaces the one before: a list, and `null` too. The names of
bases are relative to the file that has them, and joined as text: so they mean the same on a disk and in git.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from posixpath import dirname, isabs, join, normpath
from typing import Any

from pcaform.core.finding import Finding
from pcaform.core.problems import Invalid
from pcaform.spec.messages import EXTENDS, describe_value
from pcaform.spec.yaml_reader import Document, Loc, parse

MAX_BASES = 32
"""Files that one spec is merged from, besides itself; one that is a base twice counts twice."""
_RULE = "extends"
_STACK = "stack"

Reader = Callable[[str], bytes]
"""From a file's name, relative to the spec, to its bytes; raises OSError if there is none."""

_parse_base = lru_cache(maxsize=16)(parse)
"""Many specs have the same bases: what is parsed is never changed."""


def merge(defaults: Any, overrides: Any) -> Any:
    """Return `overrides` merged over `defaults`, mapping by mapping; any other value replaces the default."""
    if not (isinstance(defaults, Mapping) and isinstance(overrides, Mapping)):
        return overrides
    merged = {key: merge(defaults[key], overrides[key]) if key in defaults else overrides[key] for key in overrides}
    return {**{key: value for key, value in defaults.items() if key not in overrides}, **merged}


def read_document(content: bytes, path: str, read: Reader) -> Document:
    """Return the document in a spec's bytes with its bases; raises Invalid with every problem of these files."""
    return extend_whole(parse(content, path), read)


def extend_whole(document: Document, read: Reader, *, prefix: str = "") -> Document:
    """Return a document merged over its bases; raises Invalid with every problem of these, see `extend`."""
    merged, problems = extend(document, read, prefix=prefix)
    if problems:
        raise Invalid(problems)
    return merged


def extend(document: Document, read: Reader, *, prefix: str = "") -> tuple[Document, list[Finding]]:
    """Return a document merged over its bases, and what is wrong with these; then it has those that could be read.

    `prefix` is what the names of files in messages begin with, as the name of a git revision.
    """
    if not isinstance(document.data, Mapping) or EXTENDS not in document.data:
        return document, []
    tree = _Bases(read, prefix)
    tree.add(document, (prefix + normpath(document.path.removeprefix(prefix)),))
    return replace(document, data=_fold(tree.found), layers=tuple(reversed(tree.found))), tree.problems


def own_data(document: Document) -> Mapping[str, Any]:
    """Return what stands in the spec's own file."""
    data: Mapping[str, Any] = document.layers[0].data if document.layers else document.data
    return data


def base_data(document: Document) -> Mapping[str, Any]:
    """Return what the bases of a spec have together."""
    return _fold(document.layers[:0:-1])


def _fold(documents: Iterable[Document]) -> dict[str, Any]:
    merged: dict[str, Any] = reduce(merge, (each.data for each in documents), {})
    return {key: value for key, value in merged.items() if key != EXTENDS}


@dataclass(frozen=True, slots=True)
class _Bases:
    """Collects a spec's files in the order in which they are merged, and what is wrong with them."""

    read: Reader
    prefix: str
    found: list[Document] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)

    def add(self, document: Document, chain: tuple[str, ...]) -> None:
        """Add the bases of a document, and then itself; `chain` are the files that lead to it, with itself."""
        value = document.data.get(EXTENDS, ())
        names = value if isinstance(value, list | tuple) and value != [] else [value]
        for number, name in enumerate(names):
            loc: Loc = (EXTENDS, number) if names is value else (EXTENDS,)
            if isinstance(name, str) and name:
                place = normpath(join(dirname(document.place), name))
                path = self.prefix + normpath(join(dirname(document.path.removeprefix(self.prefix)), name))
                message = self.refuse(name, path, chain) or self.add_base(place, (*chain, path))
                message = message and f"the base {describe_value(name)} {message}"
            else:
                message = f"'{EXTENDS}' is {describe_value(name)}, allowed: the name of a file, or a list of names"
            if message:
                self.problems.append(document.problem(loc, message, rule=_RULE))
        self.found.append(document)

    def refuse(self, name: str, path: str, chain: tuple[str, ...]) -> str:
        """Return why a base is not even read, or nothing."""
        if isabs(name):
            return "is a whole path: name it relative to this file, as it is in every checkout"
        if path in chain:
            cycle = " -> ".join([*chain[chain.index(path) :], path])
            return f"is one of its own bases: {cycle}. Take it out of 'extends' in one of them"
        is_full = len(self.found) + len(chain) > MAX_BASES
        return f"is one too many: a spec is merged from at most {MAX_BASES}" if is_full else ""

    def add_base(self, place: str, chain: tuple[str, ...]) -> str:
        """Add a base with its own bases; return what is wrong with it as a whole."""
        try:
            base = replace(_parse_base(self.read(place), chain[-1]), place=place)
        except OSError as error:
            return f"cannot be read: {error.strerror}: {chain[-1]}. A name is relative to the file that has it"
        except Invalid as invalid:
            self.problems.extend(each for each in invalid.problems if each not in self.problems)
            return ""
        if not isinstance(base.data, Mapping):
            return f"is {describe_value(base.data)}, allowed: a mapping with keys of a spec"
        if _STACK in base.data:
            message = f"a base has no '{_STACK}': this is a spec, whose CAs another stack would make once more"
            self.problems.append(base.problem((_STACK,), message, rule=_RULE, of_key=True))
            return ""
        self.add(base, chain)
        return ""
