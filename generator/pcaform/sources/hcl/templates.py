r"""Quoted texts and heredocs -> what they say: plain text, or pieces with expressions between them.

Escapes: https://developer.hashicorp.com/terraform/language/expressions/strings
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pcaform.core.unicode import nfc
from pcaform.sources.hcl.lexer import Token, inner_end, literal_end
from pcaform.sources.hcl.source_text import Source

_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([nrt"\\]))|(\$\$|%%)(?=\{)|\\(.)', re.DOTALL)
_DOUBLED = re.compile(r"([$%])\1(?=\{)")
_SIGNS = {"n": "\n", "r": "\r", "t": "\t"}
_LAST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_INDENT = re.compile(r"^[ \t]*", re.MULTILINE)

Inner = Callable[[Source, int, int], Any]
"""From where an inner expression starts and stops to the expression."""


@dataclass(frozen=True, slots=True)
class Template:
    """Text with expressions in it; a directive such as `%{ if }` is None."""

    pieces: tuple[Any, ...]


def parse_template(source: Source, token: Token, inner: Inner) -> str | Template:
    """Return what a token of kind string, template or heredoc says; raises Failure for an escape that HCL lacks."""
    if token.kind == "string" and "\\" not in token.text and "{" not in token.text:
        return str(nfc(token.text[1:-1]))
    if token.kind == "heredoc":
        pieces = list(_heredoc(source, token, inner))
    else:
        pieces = list(_pieces(source, token.start + 1, token.start + len(token.text) - 1, inner, is_heredoc=False))
    if all(isinstance(piece, str) for piece in pieces):
        return str(nfc("".join(pieces)))
    return Template(tuple(piece for piece in pieces if piece != ""))


def _heredoc(source: Source, token: Token, inner: Inner) -> Iterator[Any]:
    """Yield the pieces of a heredoc; one with `<<-` loses the indentation that all its lines have."""
    head, _, _ = token.text.partition("\n")
    start = token.start + len(head) + 1
    stop = token.start + token.text.rfind("\n") + 1
    pieces = list(_pieces(source, start, max(start, stop), inner, is_heredoc=True))
    if not token.text.startswith("<<-"):
        yield from pieces
        return
    margin = _margin(pieces)
    at_start = True
    for piece in pieces:
        if isinstance(piece, str):
            yield _without(piece, margin, at_start=at_start)
            at_start = piece.endswith("\n")
        else:
            yield piece
            at_start = False


def _margin(pieces: list[Any]) -> int:
    """Return how many blanks all lines begin with; empty lines do not count."""
    shown = "".join(piece if isinstance(piece, str) else "x" for piece in pieces)
    lines = [line for line in shown.split("\n") if line.strip()]
    return min((len(line) - len(line.lstrip(" \t")) for line in lines), default=0)


def _without(text: str, margin: int, *, at_start: bool) -> str:
    def cut(found: re.Match[str]) -> str:
        return found[0] if found.start() == 0 and not at_start else found[0][margin:]

    return _INDENT.sub(cut, text)


def _pieces(source: Source, start: int, stop: int, inner: Inner, *, is_heredoc: bool) -> Iterator[Any]:
    """Yield texts and expressions in turn; `~` beside a brace takes the blanks on its side away."""
    position, strips = start, False
    while position < stop:
        end = literal_end(source.text, position, is_heredoc=is_heredoc, end=stop)
        written = source.text[position:end]
        text = _DOUBLED.sub(r"\1", written) if is_heredoc else _unescaped(source, position, written)
        text = text.lstrip() if strips else text
        if end >= stop:
            yield text
            return
        opening = source.text[end : end + 3]
        yield text.rstrip() if opening.endswith("~") else text
        position = inner_end(source, end)
        first, last = end + (3 if opening.endswith("~") else 2), position - 1
        strips = source.text[last - 1] == "~"
        yield inner(source, first, last - strips) if opening.startswith("$") else None


def _unescaped(source: Source, start: int, text: str) -> str:
    def character(found: re.Match[str]) -> str:
        short, long, sign, doubled, wrong = found.groups()
        code = int(short or long or "0", 16)
        if wrong or code > _LAST_CHARACTER or code in _SURROGATES:
            at = start + found.start()
            raise source.failure(at, f"'{found[0]}' is no escape of Terraform's: \\n \\r \\t \\\" \\\\ \\uXXXX are")
        if short or long:
            return chr(code)
        return _SIGNS.get(sign, sign) if sign else doubled[0]

    return _ESCAPE.sub(character, text) if "\\" in text or "{" in text else text
