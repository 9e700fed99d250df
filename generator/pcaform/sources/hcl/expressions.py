"""Compiles the tokens of an expression to code; each distinct shape is parsed once.

Strings, numbers and most names do not change the structure of an expression. They are replaced by placeholders before
parsing and passed to the code as slots when it runs, so a thousand similar blocks cost one parse.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pcaform.sources.hcl.compiler import NAME, Code, ParseError, compile_expression, render_template
from pcaform.sources.hcl.lexer import TEMPLATE, Source, Token, tokenize
from pcaform.sources.hcl.operators import parse_number
from pcaform.sources.hcl.templates import Template, parse_template, parse_whole
from pcaform.sources.hcl.values import Scope, Unknown

_WORDS = frozenset({"null", "true", "false"})
_STRING_KINDS = frozenset({"string", TEMPLATE, "heredoc"})
_WITHOUT_SPACE = frozenset({".", ",", "*"})
_CACHE_SIZE = 4096
_MAX_SHOWN = 40


class Expression(NamedTuple):
    """A compiled expression: its code, the values of its slots, and its position in the file."""

    code: Code
    slots: tuple[Any, ...]
    source: Source
    start: int
    stop: int

    @property
    def text(self) -> str:
        """The expression's text in its file."""
        return self.source.text[self.start : self.stop]


def parse_expression(source: Source, expression_tokens: Sequence[Token], start: int) -> Expression:
    """Return the expression of some tokens; raises Failure with the position if they are not one.

    `start` is the expected position, for the message if there are no tokens.
    """
    shape_parts, slots = _extract_slots(source, expression_tokens)
    try:
        code = _compile("".join(shape_parts))
    except ParseError as error:
        raise _failure(source, expression_tokens, start, shape_parts=shape_parts, offset=error.offset) from None
    except RecursionError:
        raise source.failure(
            expression_tokens[0].start, "this value is too long or nested too deeply: split it into locals"
        ) from None
    stop = expression_tokens[-1].start + len(expression_tokens[-1].text)
    return Expression(code, tuple(slots), source, expression_tokens[0].start, stop)


def parse_text(source: Source) -> Expression:
    """Return the expression of a text that is a template as a whole."""
    value = parse_whole(source, _parse_inner)

    def run(slots: tuple[Any, ...], scope: Scope) -> Any:
        return render_template(slots[0], scope) if isinstance(slots[0], Template) else slots[0]

    return Expression(run, (value,), source, 0, len(source.text))


def _extract_slots(source: Source, expression_tokens: Sequence[Token]) -> tuple[list[str], list[Any]]:
    """Return the parts of the shape, and the values of the slots."""
    shape_parts: list[str] = []
    slots: list[Any] = []
    previous = ""
    breaks = _find_significant_breaks(expression_tokens)
    for token in expression_tokens:
        kind, text, start = token
        if kind == "newline" and start not in breaks:
            shape_parts.append(" ")
            continue
        part = f" {text} "
        slot: Any = None
        if kind in _STRING_KINDS:
            part, slot = ' "s"', parse_template(source, token, _parse_inner)
        elif kind == "name" or (kind == "word" and previous == "." and text not in _WORDS):
            part, slot = (NAME if previous == "." else f" {NAME}"), text
        elif kind == "number" and previous != ".":
            part, slot = " 0" if text.isdigit() else " 0.0", _parse_slot_number(text)
        elif kind in ("word", "number"):
            part = text if previous == "." else f" {text}"
        elif kind in ("open", "close", "newline") or text in _WITHOUT_SPACE:
            part = text
        if slot is not None:
            slots.append(slot)
        shape_parts.append(part)
        previous = text
    return shape_parts, slots


def _find_significant_breaks(expression_tokens: Sequence[Token]) -> set[int]:
    """Return the offsets of line breaks that separate items: directly in an object, not in a `for` expression."""
    if all(token.kind != "newline" for token in expression_tokens):
        return set()
    breaks: set[int] = set()
    in_object = [False]
    previous = ""
    for kind, text, start in expression_tokens:
        if kind == "newline":
            if in_object[-1] and previous != "{":
                breaks.add(start)
            continue
        if kind == "open":
            in_object.append(text == "{")
        elif kind == "close":
            in_object.pop()
        elif text == "for" and previous == "{":
            in_object[-1] = False
        previous = text
    return breaks


def _parse_slot_number(text: str) -> int | float | Unknown:
    value = parse_number(text)
    return Unknown("pcaform does not evaluate numbers with more than 15 digits") if value is None else value


def _parse_inner(source: Source, start: int, stop: int) -> Expression:
    return parse_expression(source, tokenize(source, start, stop)[:-1], start)


@lru_cache(_CACHE_SIZE)
def _compile(shape: str) -> Code:
    return compile_expression(shape)


def _failure(
    source: Source, expression_tokens: Sequence[Token], start: int, *, shape_parts: list[str], offset: int
) -> Exception:
    at = 0
    for token, part in zip(expression_tokens, shape_parts, strict=True):
        at += len(part)
        if at > offset and token.kind != "newline":
            return source.failure(token.start, f"unexpected '{_shorten(token.text)}'")
    end = expression_tokens[-1].start + len(expression_tokens[-1].text) if expression_tokens else start
    return source.failure(end, "a value is missing here" if not expression_tokens else "this value is incomplete")


def _shorten(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _MAX_SHOWN else f"{line[:_MAX_SHOWN]}..."
