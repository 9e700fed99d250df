"""Tokens of an expression -> code that says what it means; every distinct shape is parsed once.

Texts, numbers and most names do not change how an expression is built. They are taken out before the grammar sees it
and handed to the code when it runs, so that a thousand blocks that look alike cost one parse.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pcaform.sources.hcl.compiler import NAME, Code, compile_expression
from pcaform.sources.hcl.lexer import TEMPLATE, Token, tokens
from pcaform.sources.hcl.operators import number_of
from pcaform.sources.hcl.parser import Unparsable
from pcaform.sources.hcl.source_text import Source
from pcaform.sources.hcl.templates import parse_template
from pcaform.sources.hcl.unknown import Unknown

_WORDS = frozenset({"null", "true", "false"})
_TEXTS = frozenset({"string", TEMPLATE, "heredoc"})
_TIGHT = frozenset({".", ",", "*"})
_SHAPES = 4096
_SHOWN = 40


class Expression(NamedTuple):
    """An expression: its code, what was taken out of it, and where it stands."""

    code: Code
    slots: tuple[Any, ...]
    source: Source
    start: int
    stop: int

    @property
    def text(self) -> str:
        """The expression as it stands in its file."""
        return self.source.text[self.start : self.stop]


def expression(source: Source, found: Sequence[Token], start: int) -> Expression:
    """Return the expression that tokens make; raises Failure, located, where they make none.

    `start` is where it ought to begin, for the message where there is no token at all.
    """
    pieces, slots = _taken_out(source, found)
    try:
        code = _code("".join(pieces))
    except Unparsable as where:
        raise _failure(source, found, start, pieces=pieces, offset=where.offset) from None
    except RecursionError:
        raise source.failure(found[0].start, "this value is too long or too deeply nested: this is not read") from None
    stop = found[-1].start + len(found[-1].text)
    return Expression(code, tuple(slots), source, found[0].start, stop)


def _taken_out(source: Source, found: Sequence[Token]) -> tuple[list[str], list[Any]]:
    """Return the shape piece by piece, and what was taken out."""
    pieces: list[str] = []
    slots: list[Any] = []
    before = ""
    breaks = _breaks(found)
    for token in found:
        kind, text, start = token
        if kind == "newline" and start not in breaks:
            pieces.append(" ")
            continue
        written = f" {text} "
        taken: Any = None
        if kind in _TEXTS:
            written, taken = ' "s"', parse_template(source, token, _inner)
        elif kind == "name" or (kind == "word" and before == "." and text not in _WORDS):
            written, taken = (NAME if before == "." else f" {NAME}"), text
        elif kind == "number" and before != ".":
            written, taken = " 0" if text.isdigit() else " 0.0", _number(text)
        elif kind in ("word", "number"):
            written = text if before == "." else f" {text}"
        elif kind in ("open", "close", "newline") or text in _TIGHT:
            written = text
        if taken is not None:
            slots.append(taken)
        pieces.append(written)
        before = text
    return pieces, slots


def _breaks(found: Sequence[Token]) -> set[int]:
    """Return where line breaks mean something: right between the braces of an object, not of a `for` expression."""
    if all(token.kind != "newline" for token in found):
        return set()
    breaks: set[int] = set()
    opened = [False]
    before = ""
    for kind, text, start in found:
        if kind == "newline":
            if opened[-1] and before != "{":
                breaks.add(start)
            continue
        if kind == "open":
            opened.append(text == "{")
        elif kind == "close":
            opened.pop()
        elif text == "for" and before == "{":
            opened[-1] = False
        before = text
    return breaks


def _number(text: str) -> int | float | Unknown:
    value = number_of(text)
    return Unknown("a number of so many digits is not evaluated here") if value is None else value


def _inner(source: Source, start: int, stop: int) -> Expression:
    return expression(source, tokens(source, start, stop)[:-1], start)


@lru_cache(_SHAPES)
def _code(shape: str) -> Code:
    return compile_expression(shape)


def _failure(source: Source, found: Sequence[Token], start: int, *, pieces: list[str], offset: int) -> Exception:
    at = 0
    for token, piece in zip(found, pieces, strict=True):
        at += len(piece)
        if at > offset and token.kind != "newline":
            return source.failure(token.start, f"'{_shown(token.text)}' cannot stand here")
    end = found[-1].start + len(found[-1].text) if found else start
    return source.failure(end, "a value is missing here" if not found else "this value is not finished")


def _shown(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
