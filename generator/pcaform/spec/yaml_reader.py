"""YAML text -> document: plain data plus the line and column of every key and value.

Scalars are resolved by a subset of YAML 1.2's core schema: `true`, `false`, plain decimal integers, `null`; everything
else is text. So `no` is text, and an account id keeps its leading zero. PyYAML's C parser produces the events; the tree
is built here, since this detects duplicate keys, limits depth and aliases, and records positions in less time than
PyYAML's own loader takes.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, NoReturn

import yaml

from pcaform.core.finding import Finding, Location, Severity
from pcaform.core.pem import find_private_key
from pcaform.core.problems import Invalid

MAX_DEPTH = 64
MAX_EXPANDED_NODES = 500_000
"""Nodes counted after aliases are expanded: far above any real spec, far below a billion-laughs file."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_NOT_ALLOWED = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML forbids, and U+0085, U+2028, U+2029: line breaks to PyYAML, which would end a comment unseen."""

PARSER: Any = getattr(yaml, "CLoader", yaml.Loader)
"""libyaml if PyYAML was built with it, else the same events from pure Python, about ten times slower."""

_EXPLANATIONS = {
    "mapping values are not allowed": "a ':' where a key is not allowed: check the indentation, or quote the text",
    "found character that cannot start any token": "a character that cannot start a value: indent with spaces, "
    "not tabs, and quote text that starts with '@', '`' or '%'",
    "could not find expected ':'": "a key without ':'",
    "did not find expected key": "the indentation differs from the lines above, or a quote is missing",
    "did not find expected '-' indicator": "the indentation differs from the list above",
    "found unexpected end of stream": "a quote is not closed",
    "found undefined alias": "an alias whose anchor is not defined before it",
    "did not find expected ',' or ']'": "a '[' that is not closed, or a missing ','",
    "did not find expected ',' or '}'": "a '{' that is not closed, or a missing ','",
    "did not find expected alphabetic or numeric character": "text that starts with '*' or '&': quote it",
    "did not find expected node content": "a value is missing here, a bracket is not closed, or the text needs quotes",
    "block sequence entries are not allowed": "a '-' where a list cannot start: begin the list on a new line",
    "found a tab character": "a tab in the indentation: indent with spaces",
    "did not find expected comment or line break": "text after '|' or '>': begin it on the next line",
    "found unexpected document indicator": "a quote is not closed",
    "directive": "a line that starts with '%': remove it",
    "did not find expected <document start>": "text before the document begins or after it ends ('---', '...')",
    "invalid Unicode character escape code": "an invalid escape: YAML writes '\\U0001F600' where JSON writes a pair "
    "of '\\u'",
    "did not find expected hexdecimal number": "an invalid escape: hexadecimal digits are missing",
    "found unknown escape character": "an unknown escape in a double-quoted text: write '\\\\' for a backslash",
}


@dataclass(slots=True)
class Marks:
    """The position of one value (from 1), the marks of the values in it, and the positions of a mapping's keys."""

    line: int
    column: int
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    values: dict[str, "Marks"] = field(default_factory=dict)
    items: list["Marks"] = field(default_factory=list)


Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One file's data and positions. `path` is the file's name in messages, as the user named it.

    Where `data` is merged from several files, `layers` are these: the spec itself, then its bases, the last one first.
    `place` is the name of a base relative to the spec.
    """

    path: str
    lines: Sequence[str]
    data: Any
    marks: Marks
    place: str = ""
    layers: tuple["Document", ...] = ()

    def layer(self, loc: Loc) -> "Document":
        """Return the file that the value at `loc` comes from; of a mapping from several files the first of `layers`.

        Steps that are not in the data are skipped, as in `position`.
        """
        found = [(each, each.data) for each in self.layers] or [(self, self.data)]
        for step in loc:
            inner = [(each, data[step]) for each, data in found if has_step(data, step)]
            merged = list(takewhile(lambda pair: isinstance(pair[1], Mapping), inner))
            found = merged or inner[:1] or found
        return found[0][0]

    def position(self, loc: Loc, *, of_key: bool = False) -> tuple[int, int]:
        """Return line and column of the value at `loc`, or of its key.

        Steps that are not in the file (a missing key, a tag that a union put into the path) are skipped, so a missing
        key is reported at the mapping in which it is missing.
        """
        marks, position = self.marks, (self.marks.line, self.marks.column)
        for step in loc:
            if isinstance(step, int) and step < len(marks.items):
                marks = marks.items[step]
                position = (marks.line, marks.column)
            elif isinstance(step, str) and step in marks.values:
                position = marks.keys[step]
                marks = marks.values[step]
                if not of_key or step != loc[-1]:
                    position = (marks.line, marks.column)
        return position

    def problem(
        self, loc: Loc, message: str, *, rule: str, of_key: bool = False, severity: Severity = Severity.ERROR
    ) -> Finding:
        """Return a problem at the value at `loc` (or at its key), with its source line."""
        return Finding(rule, "", message, severity=severity, location=self.location(loc, of_key=of_key))

    def location(self, loc: Loc, *, of_key: bool = False) -> Location:
        """Return the position of the value at `loc` (or of its key), with its source line."""
        layer = self.layer(loc)
        return _location(layer.path, layer.lines, *layer.position(loc, of_key=of_key))


def has_step(data: Any, step: str | int) -> bool:
    """Tell whether data has a key, or a list a number."""
    return step in data if isinstance(data, Mapping) else isinstance(data, list) and step in range(len(data))


def parse(content: bytes, path: str) -> Document:
    """Return the document in `content`.

    Raises Invalid for anything that is not one YAML mapping in UTF-8; each problem is located.
    """
    (document,) = parse_all(content, path, is_one=True)
    return document


def parse_all(content: bytes, path: str, *, is_one: bool = False) -> list[Document]:
    """Return each document in `content`, which has at least one; raises Invalid as `parse` (`is_one`) does."""
    text = _decode(content, path)
    lines = text.split("\n")
    parser = PARSER(text)
    try:
        trees = list(_Builder(path, lines, list_events(parser)).documents(is_one=is_one))
    except yaml.MarkedYAMLError as error:
        raise Invalid([_syntax_problem(error, path, text)]) from None
    finally:
        parser.dispose()
    return [Document(path, lines, data, marks) for data, marks in trees]


def _decode(content: bytes, path: str) -> str:
    """Return the text with line feeds as line breaks, so that lines are counted as in PyYAML and in editors."""
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = _normalize_line_breaks(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        before = _normalize_line_breaks(content[: error.start].decode("utf-8"))
        message = f"invalid UTF-8 byte {content[error.start]:#04x}: save the file as UTF-8"
        raise Invalid([_text_problem(path, before, len(before), message)]) from None
    if line := find_private_key(text):
        message = "a private key, which no spec has: keep it elsewhere, and take a key that was committed for stolen"
        raise Invalid([Finding("yaml", "", message, location=Location(path, line, 1))])
    if forbidden := _NOT_ALLOWED.search(text):
        message = f"the character U+{ord(forbidden[0]):04X} is not allowed in a spec: remove it"
        raise Invalid([_text_problem(path, text, forbidden.start(), message)])
    return text


def _normalize_line_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text_problem(path: str, text: str, offset: int, message: str) -> Finding:
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return Finding("yaml", "", message, location=_location(path, text.split("\n"), line, column))


def _location(path: str, lines: Sequence[str], line: int, column: int) -> Location:
    return Location(path, line, column, lines[line - 1] if line <= len(lines) else "")


def _syntax_problem(error: yaml.MarkedYAMLError, path: str, text: str) -> Finding:
    end = len(text.rstrip())
    mark, context_mark = error.problem_mark, error.context_mark
    if context_mark and (mark is None or mark.index >= end):
        mark = context_mark  # an error at the end of the file is reported where the unfinished part began
    offset = min(mark.index, max(end - 1, 0)) if mark else 0
    library_message = error.problem or ""
    if "nesting depth" in library_message:  # newer releases of libyaml stop before we can count the events
        return _text_problem(path, text, offset, f"nested deeper than {MAX_DEPTH} levels")
    explanation = next(
        (ours for theirs, ours in _EXPLANATIONS.items() if theirs in library_message),
        "the text ends too early or is not allowed here",
    )
    return _text_problem(path, text, offset, f"not valid YAML: {explanation}")


def list_events(parser: Any) -> Iterator[Any]:
    """Yield the events of a parser, which ends with its text."""
    while parser.check_event():
        yield parser.get_event()


@dataclass(slots=True)
class _Builder:
    """Builds data and marks from the event stream; a class because the anchors are shared state."""

    path: str
    lines: Sequence[str]
    events: Iterator[Any]
    anchors: dict[str, tuple[Any, Marks, int]] = field(default_factory=dict)
    expanded: int = 0

    def documents(self, *, is_one: bool) -> Iterator[tuple[Any, Marks]]:
        next(self.events)
        if isinstance(event := next(self.events), yaml.StreamEndEvent):
            message = "the file is empty: a spec starts with 'version: 1'; delete an empty lock file to write it anew"
            raise Invalid([Finding("yaml", "", message, location=_location(self.path, self.lines, 1, 1))])
        while not isinstance(event, yaml.StreamEndEvent):
            self.anchors.clear()
            yield self.value(next(self.events), 0)
            next(self.events)
            if not isinstance(event := next(self.events), yaml.StreamEndEvent) and is_one:
                self.fail(event, "a second document: write one spec per file")

    def value(self, event: Any, depth: int) -> tuple[Any, Marks]:
        if depth > MAX_DEPTH:
            self.fail(event, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if event.tag not in (None, "!"):
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.fail(event, f"tags are not used in a spec, seen '{tag}': remove it")
        before = self.expanded
        self.count(event, 1)
        mark = event.start_mark
        marks = Marks(mark.line + 1, mark.column + 1)
        data = self.content(event, marks, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (data, marks, self.expanded - before)
        return data, marks

    def alias(self, event: Any) -> tuple[Any, Marks]:
        if event.anchor not in self.anchors:
            self.fail(event, f"the alias '*{event.anchor}' has no anchor '&{event.anchor}' that ends before it")
        data, marks, size = self.anchors[event.anchor]
        self.count(event, size)
        return data, marks

    def count(self, event: Any, size: int) -> None:
        self.expanded += size
        if self.expanded > MAX_EXPANDED_NODES:
            self.fail(event, f"more than {MAX_EXPANDED_NODES} values with aliases expanded: split the spec")

    def content(self, event: Any, marks: Marks, depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return resolve_scalar(event.value) if event.implicit[0] else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(marks, depth)
        return self.mapping(marks, depth)

    def sequence(self, marks: Marks, depth: int) -> list[Any]:
        data = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            item, item_marks = self.value(event, depth + 1)
            data.append(item)
            marks.items.append(item_marks)
        return data

    def mapping(self, marks: Marks, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event)
            if key in data:
                first, _ = marks.keys[key]
                self.fail(event, f"the key '{key}' is twice in one mapping, first in line {first}: remove one")
            marks.keys[key] = (event.start_mark.line + 1, event.start_mark.column + 1)
            data[key], marks.values[key] = self.value(next(self.events), depth + 1)
        return data

    def key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None or event.tag not in (None, "!"):
            self.fail(event, "a key must be plain text")
        if event.implicit[0] and event.value == "<<":
            message = "merge keys ('<<') are not supported: use 'certificate_authority_defaults', or a whole alias"
            self.fail(event, message)
        return str(event.value)

    def fail(self, event: Any, message: str) -> NoReturn:
        mark = event.start_mark
        location = _location(self.path, self.lines, mark.line + 1, mark.column + 1)
        raise Invalid([Finding("yaml", "", message, location=location)])


def resolve_scalar(text: str) -> Any:
    """Return the value of a plain scalar: true, false, null, an integer, or else its text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return int(text) if _INTEGER.match(text) else text
