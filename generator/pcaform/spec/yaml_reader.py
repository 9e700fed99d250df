"""YAML text -> document: plain data plus the place of every key and value.

The reading is YAML 1.2's core schema cut to what a spec needs: `true`, `false`, plain decimal integers, `null`;
all else is text. So `no` stays a word and an account id with a leading zero keeps it. PyYAML's C parser gives the
events; the tree is built here, because only then are duplicate keys seen, depth and aliases bounded, and positions
free: reading takes less time than PyYAML's own loader.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from pcaform.core.problems import Invalid, Problem, Severity

MAX_DEPTH = 64
MAX_EXPANDED_NODES = 500_000
"""Nodes counted after aliases are followed: far above any real spec, far below what a billion-laughs file asks for."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_NOT_ALLOWED = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML forbids, and U+0085, U+2028, U+2029: PyYAML starts a line at them, so a comment would end unseen there."""

PARSER: Any = getattr(yaml, "CLoader", yaml.Loader)
"""libyaml where PyYAML was built with it, else the same events from pure Python, about ten times slower."""

_EXPLANATIONS = {
    "mapping values are not allowed": "a ':' where no key can be: check the indentation, or quote the text",
    "found character that cannot start any token": "a character that cannot start a value: indent with spaces, "
    "not tabs, and quote text that starts with '@', '`' or '%'",
    "could not find expected ':'": "a key without ':'",
    "did not find expected key": "the indentation does not fit the lines above, or a quote is missing",
    "did not find expected '-' indicator": "the indentation does not fit the list above",
    "found unexpected end of stream": "a quote is not closed",
    "found undefined alias": "an alias whose anchor is not defined before it",
    "did not find expected ',' or ']'": "a '[' that is not closed, or a missing ','",
    "did not find expected ',' or '}'": "a '{' that is not closed, or a missing ','",
    "did not find expected alphabetic or numeric character": "text that starts with '*' or '&': quote it",
    "did not find expected node content": "a value is missing here, a bracket is not closed, or the text needs quotes",
    "block sequence entries are not allowed": "a '-' where no list can start: begin the list on a line of its own",
    "found a tab character": "a tab in the indentation: indent with spaces",
    "did not find expected comment or line break": "text behind '|' or '>': begin it on the next line",
    "found unexpected document indicator": "a quote is not closed",
    "directive": "a line that starts with '%': remove it",
    "did not find expected <document start>": "text before the document begins or after it ends ('---', '...')",
    "invalid Unicode character escape code": "an escape that names no character: YAML writes '\\U0001F600' where "
    "JSON writes a pair of '\\u'",
    "did not find expected hexdecimal number": "an escape that names no character",
    "found unknown escape character": "an unknown escape in a double-quoted text: write '\\\\' for a backslash",
}


@dataclass(slots=True)
class Marks:
    """Where one value stands (from 1), and the marks of what it holds; a mapping also knows where its keys stand."""

    line: int
    column: int
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    values: dict[str, "Marks"] = field(default_factory=dict)
    items: list["Marks"] = field(default_factory=list)


Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One file's data and positions. `path` is how the user named the file, as it is printed."""

    path: str
    lines: Sequence[str]
    data: Any
    marks: Marks

    def place(self, loc: Loc, *, of_key: bool = False) -> tuple[int, int]:
        """Return line and column of the value at `loc`, or of its key.

        Steps that are not in the file (a missing key, a tag that a union put into the path) are passed over, so
        a missing key is reported at the mapping that lacks it.
        """
        marks, place = self.marks, (self.marks.line, self.marks.column)
        for step in loc:
            if isinstance(step, int) and step < len(marks.items):
                marks = marks.items[step]
                place = (marks.line, marks.column)
            elif isinstance(step, str) and step in marks.values:
                place = marks.keys[step]
                marks = marks.values[step]
                if not of_key or step != loc[-1]:
                    place = (marks.line, marks.column)
        return place

    def problem(
        self, loc: Loc, message: str, *, rule: str, of_key: bool = False, severity: Severity = Severity.ERROR
    ) -> Problem:
        """Return a problem at the value at `loc` (or at its key), with its source line."""
        line, column = self.place(loc, of_key=of_key)
        return Problem(self.path, line, column, message, rule, severity, source=_line(self.lines, line))


def parse(content: bytes, path: str) -> Document:
    """Return the document in `content`.

    Raises Invalid for anything that is not one YAML mapping in UTF-8; each problem is located.
    """
    text = _decoded(content, path)
    lines = text.split("\n")
    parser = PARSER(text)
    try:
        data, marks = _Builder(path, lines, _events(parser)).document()
    except yaml.MarkedYAMLError as error:
        raise Invalid.one(_syntax_problem(error, path, text)) from None
    finally:
        parser.dispose()
    return Document(path, lines, data, marks)


def _decoded(content: bytes, path: str) -> str:
    """Return the text with each line ending in a line feed, so that lines are counted as PyYAML and editors do."""
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = _unified(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        before = _unified(content[: error.start].decode("utf-8"))
        message = f"byte {content[error.start]:#04x} is not UTF-8: save the file as UTF-8"
        raise Invalid.one(_text_problem(path, before, len(before), message)) from None
    if found := _NOT_ALLOWED.search(text):
        message = f"the character U+{ord(found[0]):04X} is not allowed in a spec: remove it"
        raise Invalid.one(_text_problem(path, text, found.start(), message))
    return text


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text_problem(path: str, text: str, offset: int, message: str) -> Problem:
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return Problem(path, line, column, message, "yaml", source=_line(text.split("\n"), line))


def _line(lines: Sequence[str], line: int) -> str:
    return lines[line - 1] if line <= len(lines) else ""


def _syntax_problem(error: yaml.MarkedYAMLError, path: str, text: str) -> Problem:
    end = len(text.rstrip())
    mark, began = error.problem_mark, error.context_mark
    if began and (mark is None or mark.index >= end):
        mark = began  # what shows at the end of the file is wrong where it began
    offset = min(mark.index, max(end - 1, 0)) if mark else 0
    said = error.problem or ""
    if "nesting depth" in said:  # newer releases of libyaml stop before the events come that we count
        return _text_problem(path, text, offset, f"nested deeper than {MAX_DEPTH} levels")
    why = next(
        (ours for theirs, ours in _EXPLANATIONS.items() if theirs in said),
        "the text breaks off or does not fit",
    )
    return _text_problem(path, text, offset, f"not valid YAML: {why}")


def _events(parser: Any) -> Iterator[Any]:
    while parser.check_event():
        yield parser.get_event()


@dataclass(slots=True)
class _Builder:
    """Turns the event stream into data and marks; a class because the anchors are shared state."""

    path: str
    lines: Sequence[str]
    events: Iterator[Any]
    anchors: dict[str, tuple[Any, Marks, int]] = field(default_factory=dict)
    expanded: int = 0

    def document(self) -> tuple[Any, Marks]:
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            message = "the file is empty: a spec starts with 'version: 1'"
            raise Invalid.one(Problem(self.path, 1, 1, message, "yaml", source=_line(self.lines, 1)))
        data, marks = self.value(next(self.events), 0)
        next(self.events)
        if not isinstance(more := next(self.events), yaml.StreamEndEvent):
            self.fail(more, "a second document: write one spec per file")
        return data, marks

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
            self.fail(event, f"more than {MAX_EXPANDED_NODES} values, aliases followed: split the spec")

    def content(self, event: Any, marks: Marks, depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return resolve_scalar(event.value) if event.implicit[0] else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(marks, depth)
        return self.mapping(marks, depth)

    def sequence(self, marks: Marks, depth: int) -> list[Any]:
        data = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            item, place = self.value(event, depth + 1)
            data.append(item)
            marks.items.append(place)
        return data

    def mapping(self, marks: Marks, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event)
            if key in data:
                first, _ = marks.keys[key]
                self.fail(event, f"the key '{key}' stands twice in one mapping, first in line {first}: remove one")
            marks.keys[key] = (event.start_mark.line + 1, event.start_mark.column + 1)
            data[key], marks.values[key] = self.value(next(self.events), depth + 1)
        return data

    def key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None or event.tag not in (None, "!"):
            self.fail(event, "a key must be plain text")
        if event.implicit[0] and event.value == "<<":
            self.fail(
                event,
                "merge keys ('<<') are not supported: use 'certificate_authority_defaults', or a whole alias",
            )
        return str(event.value)

    def fail(self, event: Any, message: str) -> NoReturn:
        mark = event.start_mark
        source = _line(self.lines, mark.line + 1)
        raise Invalid.one(Problem(self.path, mark.line + 1, mark.column + 1, message, "yaml", source=source))


def resolve_scalar(text: str) -> Any:
    """Return what plain text means: true, false, null, an integer, or else itself."""
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _INTEGER.match(text) else text
