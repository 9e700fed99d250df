r"""Parses quoted templates and heredocs to plain strings, or to literal parts with expressions between them.

Escapes: https://developer.hashicorp.com/terraform/language/expressions/strings
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pcaform.core.unicode import nfc
from pcaform.sources.hcl.lexer import Source, Token, find_interpolation_end, find_literal_end

_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([nrt"\\]))|(\$\$|%%)(?=\{)|\\(.)', re.DOTALL)
_DOUBLED_SIGN = re.compile(r"([$%])\1(?=\{)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_MAX_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_INDENT = re.compile(r"^[ \t]*", re.MULTILINE)

ParseInner = Callable[[Source, int, int], Any]
"""Parses an inner expression, given its source, start and stop."""


@dataclass(frozen=True, slots=True)
class Template:
    """Literal strings and expressions in turn; a directive such as `%{ if }` is None."""

    parts: tuple[Any, ...]


def parse_template(source: Source, token: Token, parse_inner: ParseInner) -> str | Template:
    """Return the value of a string, template or heredoc token; raises Failure for an invalid escape sequence."""
    if token.kind == "string" and "\\" not in token.text and "{" not in token.text:
        return str(nfc(token.text[1:-1]))
    if token.kind == "heredoc":
        parts = list(_parse_heredoc(source, token, parse_inner))
    else:
        start, stop = token.start + 1, token.start + len(token.text) - 1
        parts = list(_parse_parts(source, start, stop, parse_inner, is_heredoc=False))
    return _join(parts)


def parse_whole(source: Source, parse_inner: ParseInner) -> str | Template:
    """Return the value of a text that is a template as a whole: a template file, or a string in JSON."""
    return _join(list(_parse_parts(source, 0, len(source.text), parse_inner, is_heredoc=True)))


def _join(parts: list[Any]) -> str | Template:
    if all(isinstance(part, str) for part in parts):
        return str(nfc("".join(parts)))
    return Template(tuple(part for part in parts if part != ""))


def _parse_heredoc(source: Source, token: Token, parse_inner: ParseInner) -> Iterator[Any]:
    """Yield the parts of a heredoc; with `<<-` the common indentation of its lines is removed."""
    head, _, _ = token.text.partition("\n")
    start = token.start + len(head) + 1
    stop = token.start + token.text.rfind("\n") + 1
    parts = list(_parse_parts(source, start, max(start, stop), parse_inner, is_heredoc=True))
    if not token.text.startswith("<<-"):
        yield from parts
        return
    margin = _find_margin(parts)
    at_start = True
    for part in parts:
        if isinstance(part, str):
            yield _strip_margin(part, margin, at_start=at_start)
            at_start = part.endswith("\n")
        else:
            yield part
            at_start = False


def _find_margin(parts: list[Any]) -> int:
    """Return the common indentation of all lines in characters; empty lines do not count."""
    text = "".join(part if isinstance(part, str) else "x" for part in parts)
    lines = [line for line in text.split("\n") if line.strip()]
    return min((len(line) - len(line.lstrip(" \t")) for line in lines), default=0)


def _strip_margin(text: str, margin: int, *, at_start: bool) -> str:
    def strip(match: re.Match[str]) -> str:
        return match[0] if match.start() == 0 and not at_start else match[0][margin:]

    return _INDENT.sub(strip, text)


def _parse_parts(source: Source, start: int, stop: int, parse_inner: ParseInner, *, is_heredoc: bool) -> Iterator[Any]:
    """Yield literal strings and expressions in turn; `~` next to a brace strips the white space on its side."""
    position, strips = start, False
    while position < stop:
        end = find_literal_end(source.text, position, is_heredoc=is_heredoc, end=stop)
        written = source.text[position:end]
        text = _DOUBLED_SIGN.sub(r"\1", written) if is_heredoc else _unescape(source, position, written)
        text = text.lstrip() if strips else text
        if end >= stop:
            yield text
            return
        opening = source.text[end : end + 3]
        yield text.rstrip() if opening.endswith("~") else text
        position = find_interpolation_end(source, end)
        first, last = end + (3 if opening.endswith("~") else 2), position - 1
        strips = source.text[last - 1] == "~"
        yield parse_inner(source, first, last - strips) if opening.startswith("$") else None


def _unescape(source: Source, start: int, text: str) -> str:
    def character(match: re.Match[str]) -> str:
        short, long, sign, doubled, wrong = match.groups()
        code = int(short or long or "0", 16)
        if wrong or code > _MAX_CODE_POINT or code in _SURROGATES:
            problem = f"'{match[0]}' is not an escape sequence"
            allowed = r"\n \r \t \" \\ \uXXXX \UXXXXXXXX"
            raise source.failure(start + match.start(), f"{problem}: use {allowed}")
        if short or long:
            return chr(code)
        return _ESCAPES.get(sign, sign) if sign else doubled[0]

    return _ESCAPE.sub(character, text) if "\\" in text or "{" in text else text
