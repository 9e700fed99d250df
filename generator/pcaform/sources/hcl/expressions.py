"""Compiles the tokens of an expression to code; each distinct shape is parsed once.

Strings, numbers and most names do not change the structure of an expression. They are replaced by placeholders before
parsing and passed to the code as slots when it runs, so a thousand similar blocks cost one parse.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pcaform.sources.hcl import compiler
from pcaform.sources.hcl.lexer import NAMES, Source, Token, tokenize
from pcaform.sources.hcl.operators import parse_number
from pcaform.sources.hcl.templates import Template, parse_template, parse_whole
from pcaform.sources.hcl.values import Scope, Unknown

_WORDS = frozenset({"null", "true", "false", "for", "in", "if"})
_WITH_VALUE = NAMES | {"string", "template", "heredoc", "number"}
_MAX_SHOWN = 40


class Expression(NamedTuple):
    """A compiled expression: its code, the values of its slots, and its position in the file."""

    code: compiler.Code
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
    shape, slots = _extract_slots(source, expression_tokens)
    try:
        code = compiler.compile_expression(tuple(shape))
    except compiler.ParseError as error:
        at = error.index - shape[: error.index].count("\n")
        raise _failure(source, expression_tokens, start, at=at) from None
    except RecursionError:
        raise source.failure(
            expression_tokens[0].start, "this value is too long or nested too deeply: split it into locals"
        ) from None
    last = expression_tokens[-1]
    return Expression(code, tuple(slots), source, expression_tokens[0].start, last.start + len(last.text))


def parse_text(source: Source) -> Expression:
    """Return the expression of a text that is a template as a whole."""
    value = parse_whole(source, _parse_inner)

    def run(slots: tuple[Any, ...], scope: Scope) -> Any:
        return compiler.render_template(slots[0], scope) if isinstance(slots[0], Template) else slots[0]

    return Expression(run, (value,), source, 0, len(source.text))


def _extract_slots(source: Source, expression_tokens: Sequence[Token]) -> tuple[list[str], list[Any]]:
    """Return the shape, and the values of the slots."""
    shape: list[str] = []
    slots: list[Any] = []
    previous = ""
    separates = [False]
    """For each open bracket: whether line breaks separate items, as in an object, but not in a `for` expression."""
    for token in expression_tokens:
        kind, part, _ = token
        if kind == "newline" and (previous == "{" or not separates[-1]):
            continue
        if kind in _WITH_VALUE and (previous == "." or part not in _WORDS):
            part, value = _read_slot(source, token)
            slots.append(value)
        elif kind == "splat":
            part = "".join(part.split())
        elif kind == "open":
            separates.append(part == "{")
        elif kind == "close":
            separates.pop()
        elif part == "for" and previous == "{":
            separates[-1] = False
        shape.append(part)
        previous = part
    return shape, slots


def _read_slot(source: Source, token: Token) -> tuple[str, Any]:
    """Return the kind of a token in a shape, and its value."""
    if token.kind in NAMES:
        return compiler.NAME, token.text
    if token.kind == "number":
        value = parse_number(token.text)
        unknown = Unknown("pcaform does not evaluate numbers with more than 15 digits")
        return compiler.INTEGER if token.text.isdigit() else compiler.FLOAT, unknown if value is None else value
    text = parse_template(source, token, _parse_inner)
    return compiler.STRING if isinstance(text, str) else compiler.TEMPLATE, text


def _parse_inner(source: Source, start: int, stop: int) -> Expression:
    return parse_expression(source, tokenize(source, start, stop)[:-1], start)


def _failure(source: Source, expression_tokens: Sequence[Token], start: int, *, at: int) -> Exception:
    """Return the exception for an unexpected token, by its number without line breaks."""
    found = [token for token in expression_tokens if token.kind != "newline"]
    if at < len(found):
        return source.failure(found[at].start, f"unexpected '{_shorten(found[at].text)}'")
    end = found[-1].start + len(found[-1].text) if found else start
    return source.failure(end, "this value is incomplete" if found else "a value is missing here")


def _shorten(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _MAX_SHOWN else f"{line[:_MAX_SHOWN]}..."
