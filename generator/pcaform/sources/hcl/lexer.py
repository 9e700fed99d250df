"""Splits HCL text into tokens with their offsets, in linear time: strings, heredocs, brackets, names and operators.

`Source` converts the offsets to the lines and columns that messages show.
Syntax: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md, "Lexical Elements".
"""

import re
import sys
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from pcaform.core.problems import Failure

_BYTE_ORDER_MARK = "\ufeff"
_TOKEN = re.compile(
    r"""[ \t\r]*(?:
        (?P<newline>\n)
      | (?P<word>[A-Za-z_]++(?![\w-]))
      | (?P<name>[^\W\d][\w-]*+)
      | (?P<string>"(?:[^"\\$%\n]++|\\[^\n]|\$\$\{|%%\{|\$(?!\{)|%(?!\{))*+")
      | (?P<equals>=(?![=>]))
      | (?P<splat>\[[ \t]*\*[ \t]*\]|\.[ \t]*\*)
      | (?P<open>[\[{(])
      | (?P<close>[\]})])
      | (?P<number>(?<=\.)[0-9]++|[0-9]++(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)
      | (?P<comment>\#[^\n]*+|//[^\n]*+|(?s:/\*.*?\*/))
      | (?P<heredoc><<-?(?P<marker>[^\W\d][\w-]*+)\r?\n)
      | (?P<other>/\*|==|!=|<=|>=|=>|&&|\|\||\.\.\.|::|[-+*/%<>!?:.,~])
      | (?P<quote>")
      | (?P<end>\Z)
      | (?P<invalid>.)
    )""",
    re.VERBOSE,
)
_IN_QUOTES = re.compile(r'(?:[^"\\$%\n]++|\\[^\n]|\$\$\{|%%\{|\$(?!\{)|%(?!\{))*+')
_IN_HEREDOC = re.compile(r"(?:[^$%]++|\$\$\{|%%\{|\$(?!\{)|%(?!\{))*+")
_MAX_DEPTH = 100
"""Maximum nesting depth of brackets, blocks and templates; real configurations stay far below it."""
NAMES = frozenset({"word", "name"})
_NEEDS_SEARCH = frozenset({"quote", "heredoc", "end"})
"""Kinds that end scanning: where a quoted template or a heredoc ends, a pattern cannot find."""
_CLOSING = {"{": "}", "[": "]", "(": ")"}


@dataclass(frozen=True)
class Source:
    """One file: its path as shown in messages, and its text."""

    path: str
    text: str = field(repr=False)

    def location(self, offset: int) -> str:
        """Return `file:line` of the character at an offset."""
        return f"{self.path}:{self.line(offset)}"

    def line(self, offset: int) -> int:
        """Return the line of the character at an offset, counted from 1."""
        return bisect_right(self._line_starts, offset)

    def failure(self, offset: int, message: str) -> Failure:
        """Return the exception for an error at an offset: `file:line:col: message`."""
        line = self.line(offset)
        return Failure(f"{self.path}:{line}:{offset - self._line_starts[line - 1] + 1}: {message}")

    @cached_property
    def _line_starts(self) -> list[int]:
        line_starts = [0]
        for line in self.text.split("\n"):
            line_starts.append(line_starts[-1] + len(line) + 1)
        return line_starts[:-1]


def decode_source(content: bytes, path: str) -> Source:
    """Return a file's text without its byte order mark; raises Failure if the file is not UTF-8."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        raise Failure(
            f"{path}:{line}:{column}: invalid UTF-8 byte 0x{content[error.start]:02x}: save the file as UTF-8"
        ) from None
    return Source(path, text.removeprefix(_BYTE_ORDER_MARK))


class Token(NamedTuple):
    """One token: its kind, its text, and its offset."""

    kind: str
    text: str
    start: int


def tokenize(source: Source, start: int = 0, stop: int | None = None) -> list[Token]:
    """Return the tokens of a text without its comments; raises Failure for invalid characters and unclosed tokens.

    A string with an interpolation is one token of kind `template`; a heredoc is one token that includes its end marker.
    The last token has kind `end`.
    """
    result: list[Token] = []
    open_brackets: list[Token] = []
    text, position = source.text, start
    end = len(text) if stop is None else stop
    while True:
        position = _scan(source, result, open_brackets, position, end)
        last = result[-1]
        if last.kind == "end":
            if open_brackets:
                raise source.failure(open_brackets[-1].start, f"'{open_brackets[-1].text}' is never closed")
            return result
        result.pop()
        stop_at = _find_quote_end(source, last.start) if last.kind == "quote" else _find_heredoc_end(source, last)
        kind = "template" if last.kind == "quote" else "heredoc"
        result.append(Token(kind, text[last.start : stop_at], last.start))
        position = stop_at


def _scan(source: Source, result: list[Token], open_brackets: list[Token], start: int, end: int) -> int:
    """Append tokens up to and including the next one whose end a pattern cannot find; return where that one starts."""
    for match in _TOKEN.finditer(source.text, start, end):
        kind = match.lastgroup or ""
        if kind == "marker":
            kind = "heredoc"
        if kind == "comment":
            continue
        token = Token(kind, match[kind], match.start(kind))
        if kind in _NEEDS_SEARCH:
            result.append(token)
            return token.start
        if kind == "open":
            open_brackets.append(token)
            if len(open_brackets) > _MAX_DEPTH:
                raise source.failure(token.start, f"nested too deeply: at most {_MAX_DEPTH} levels are allowed")
        elif kind == "close":
            _close_bracket(source, open_brackets, token)
        elif kind == "invalid" or token.text == "/*":
            raise source.failure(token.start, _invalid_character(token.text))
        result.append(token)
    result.append(Token("end", "", end))
    return end


def _invalid_character(text: str) -> str:
    if text == "/*":
        return "this comment is never closed: '*/' is missing"
    character = text if text.isprintable() else f"U+{ord(text):04X}"
    hint = ': write strings in "double quotes"' if text == "'" else ""
    return f"invalid character '{character}'{hint}"


def _close_bracket(source: Source, open_brackets: list[Token], token: Token) -> None:
    if not open_brackets:
        raise source.failure(token.start, f"'{token.text}' has no matching opening bracket")
    last = open_brackets.pop()
    if _CLOSING[last.text] != token.text:
        problem = f"'{token.text}' does not match the '{last.text}' in line {source.line(last.start)}"
        raise source.failure(token.start, problem)


def _find_quote_end(source: Source, start: int, depth: int = 0) -> int:
    """Return the end of the quoted template that starts at `start`."""
    position = start + 1
    while True:
        position = find_literal_end(source.text, position, is_heredoc=False)
        if source.text.startswith('"', position):
            return position + 1
        if not source.text.startswith(("${", "%{"), position):
            raise source.failure(start, "this string is never closed: '\"' is missing before the end of its line")
        position = find_interpolation_end(source, position, depth + 1)


def find_interpolation_end(source: Source, start: int, depth: int = 0) -> int:
    """Return the end of the interpolation `${` or directive `%{` that starts at `start`."""
    if depth > _MAX_DEPTH:
        raise source.failure(start, f"nested too deeply: at most {_MAX_DEPTH} levels are allowed")
    level, position = 1, start + 2
    while level:
        match = _TOKEN.match(source.text, position)
        kind = match.lastgroup if match else "end"
        if match is None or kind == "end":
            raise source.failure(start, f"'{source.text[start : start + 2]}' is never closed")
        position = match.end()
        if kind == "quote":
            position = _find_quote_end(source, match.start("quote"), depth)
        elif kind in ("open", "close"):
            level += 1 if kind == "open" else -1
    return position


def _find_heredoc_end(source: Source, token: Token) -> int:
    """Return the end of a heredoc: after its end marker, which is alone on its line."""
    marker = token.text.strip().removeprefix("<<").removeprefix("-")
    ending = re.compile(rf"^[ \t]*{re.escape(marker)}(?=[ \t]*\r?$)", re.MULTILINE)
    result = ending.search(source.text, token.start + len(token.text))
    if result is None:
        raise source.failure(token.start, f"this heredoc is never closed: no line contains only '{marker}'")
    return result.end()


def find_literal_end(text: str, position: int, *, is_heredoc: bool, end: int = sys.maxsize) -> int:
    """Return where literal text of a template ends: at the next interpolation or directive, or at `end`."""
    match = (_IN_HEREDOC if is_heredoc else _IN_QUOTES).match(text, position, end)
    return match.end() if match else position
