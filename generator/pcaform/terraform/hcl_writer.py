"""Writes values as HCL text: every value of a rendered file goes through this writer, so that text never becomes code.

The layout is that of `terraform fmt`, without running Terraform. Syntax:
https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_INDENT = "  "
_SHORT_LIST = 80
_LAST_OF_FOUR_DIGITS = 0xFFFF
_BARE_KEY = re.compile(r"(?!(?:for|null|true|false)\Z)[A-Za-z_][A-Za-z0-9_-]*\Z")
"""The excluded words have another meaning at the start of an object: HCL does not read `{ for = 1 }` as an object."""
_JOINING = re.compile(
    "[\u0d4e\u0e33\u0eb3\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb\uff9e\uff9f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff"
    "\U000111c2\U000111c3\U0001193f\U00011941\U00011a3a\U00011a84-\U00011a89\U00011d46]"
)
"""Not marks, but part of one grapheme cluster with a neighbour: https://www.unicode.org/reports/tr29/"""

_REFERENCE = re.compile(r'[a-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+|\["[A-Za-z0-9_-]+"\]|\[[0-9]+\])*\Z')
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_PLAIN = re.compile(r"[ !#-\[\]-z|}~]*\Z")
"""Text that needs no escapes: nearly all text, so this check saves time."""
_TEMPLATE = re.compile(r"[$%]\{")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A path into the configuration, such as `module.ca_root.arn`: the only value that is written unquoted."""

    path: str

    def __post_init__(self) -> None:
        if not _REFERENCE.match(self.path):
            raise ValueError(f"not a reference: {self.path!r}")


@dataclass(frozen=True, slots=True)
class Traversal:
    """A path with keys of any text, such as an instance's address: names are written unquoted, keys are quoted."""

    steps: tuple["str | Index", ...]

    def __post_init__(self) -> None:
        for step in self.steps:
            if isinstance(step, str) and not _NAME.match(step):
                raise ValueError(f"not a name: {step!r}")


@dataclass(frozen=True, slots=True)
class Index:
    """The key of one instance in a Traversal: a number for `count`, text for `for_each`."""

    key: str | int


@dataclass(frozen=True, slots=True)
class StackFile:
    """The content of a file of the stack, by its path there: `file("${path.module}/...")`."""

    path: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of Terraform's functions with one argument, such as `jsonencode({...})`, or with more."""

    function: str
    argument: Any
    more: tuple[Any, ...] = ()


_PATHS = (Reference, Traversal, StackFile)
_MAPPINGS, _SEQUENCES = (dict, Mapping), (list, tuple, Sequence)
"""The usual types stand first: an abstract class is slow to ask."""


@lru_cache(4096)
def quote(text: str) -> str:
    r"""Return `text` as an HCL string literal with exactly this value.

    `${` and `%{` are doubled; without a `}` after them they become `\u0024{` and `\u0025{`: the same for Terraform,
    while python-hcl2 would search for their end beyond the literal. Control, format (bidirectional, zero-width) and
    private characters, and spaces other than U+0020, are written as `\uXXXX`, so that a reviewer sees them; HCL has no
    other escapes for them.
    """
    if _PLAIN.match(text):
        return f'"{text}"'
    escaped = "".join(map(_escape, text))
    end = escaped.rfind("}")
    return f'"{_TEMPLATE.sub(lambda start: _escape_template(start[0], is_closed=start.start() < end), escaped)}"'


def _escape_template(start: str, *, is_closed: bool) -> str:
    return start[0] + start if is_closed else _unicode_escape(start[0]) + start[1]


def _escape(character: str) -> str:
    if " " <= character <= "~":
        return _ESCAPES.get(character, character)
    if character in _ESCAPES:
        return _ESCAPES[character]
    return character if character.isprintable() else _unicode_escape(character)


def _unicode_escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= _LAST_OF_FOUR_DIGITS else f"\\U{code:08x}"


def expression(value: Any, level: int = 0) -> str:
    """Return `value` as an HCL expression whose first line is at indentation `level` (steps of two spaces).

    Accepts text, booleans, integers, None, lists, mappings with text keys, and the classes above.
    """
    if isinstance(value, str):
        return quote(value)
    if value is None or isinstance(value, int):
        return "null" if value is None else str(value).lower()
    if isinstance(value, _PATHS):
        return _path(value)
    if isinstance(value, Call):
        return f"{value.function}({', '.join(expression(each, level) for each in (value.argument, *value.more))})"
    if isinstance(value, _MAPPINGS):
        return f"{{\n{attributes(value, level + 1)}\n{_INDENT * level}}}" if value else "{}"
    if isinstance(value, _SEQUENCES):
        return _list(value, level)
    raise TypeError(f"no HCL form for {type(value).__name__}")


def _path(value: Reference | Traversal | StackFile) -> str:
    if isinstance(value, Reference):
        return value.path
    if isinstance(value, StackFile):
        return f'file("${{path.module}}/{quote(value.path)[1:-1]}")'
    steps = [f"[{expression(step.key)}]" if isinstance(step, Index) else f".{step}" for step in value.steps]
    return "".join(steps).removeprefix(".")


def _list(value: Sequence[Any], level: int) -> str:
    items = [expression(item, level + 1) for item in value]
    line = f"[{', '.join(items)}]"
    if "\n" not in line and (len(items) <= 1 or len(line) + len(_INDENT) * level <= _SHORT_LIST):
        return line
    inner = _INDENT * (level + 1)
    return "[\n" + "".join(f"{inner}{item},\n" for item in items) + f"{_INDENT * level}]"


def attributes(values: Mapping[str, Any], level: int = 0) -> str:
    """Return `name = value` lines at indentation `level`, aligned as `terraform fmt` aligns them.

    It aligns the `=` of neighbouring one-line attributes; an attribute of several lines ends such a group.
    """
    lines: list[str] = []
    group: list[tuple[str, str]] = []
    for name, value in values.items():
        pair = key(name), expression(value, level)
        if "\n" in pair[1]:
            lines += [*_align(group, level), f"{_INDENT * level}{pair[0]} = {pair[1]}"]
            group = []
        else:
            group.append(pair)
    return "\n".join([*lines, *_align(group, level)])


def _align(group: Sequence[tuple[str, str]], level: int) -> list[str]:
    if not group:
        return []
    indent, width = _INDENT * level, max([len(name) for name, _ in group])
    return [f"{indent}{name:{width}} = {text}" for name, text in group]


@lru_cache(1024)
def key(name: str) -> str:
    r"""Return an attribute name, quoted if HCL requires it.

    `terraform fmt` counts grapheme clusters (a letter with its accents, a flag). Characters that join a cluster, above
    all marks, are written as `\uXXXX` here, so that the width of a name is its length.
    """
    if _BARE_KEY.match(name):
        return name
    return "".join(
        _unicode_escape(each) if unicodedata.category(each).startswith("M") or _JOINING.match(each) else each
        for each in quote(name)
    )


def comment(text: str) -> str:
    """Return `text` as one comment line; characters that could end the line are escaped."""
    return "# " + "".join(character if character.isprintable() else _escape(character) for character in text)
