"""Parses tokens to the body of a file: its arguments and blocks with their locations; duplicates are errors."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pcaform.sources.hcl.expressions import Expression, parse_expression
from pcaform.sources.hcl.lexer import Token, tokenize
from pcaform.sources.hcl.source_text import Source
from pcaform.sources.hcl.templates import parse_template

_NAMES = frozenset({"word", "name"})


@dataclass(frozen=True, slots=True)
class Attribute:
    """One argument, `name = value`."""

    name: str
    value: Expression
    start: int

    @property
    def location(self) -> str:
        """Its position as `file:line`."""
        return self.value.source.location(self.start)


@dataclass(frozen=True, slots=True)
class Body:
    """The arguments and blocks between braces, or of a whole file."""

    attributes: dict[str, Attribute] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)

    def of_type(self, kind: str) -> list["Block"]:
        """Return the blocks of one type."""
        return [block for block in self.blocks if block.type == kind]


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its type, its labels and its body."""

    type: str
    labels: tuple[str, ...]
    body: Body
    source: Source
    start: int

    @property
    def location(self) -> str:
        """Its position as `file:line`."""
        return self.source.location(self.start)


def parse_body(source: Source) -> Body:
    """Return the body of a file; raises Failure with the position for syntax errors and duplicate arguments."""
    return _BodyParser(source, tokenize(source)).body("end")


@dataclass(slots=True)
class _BodyParser:
    source: Source
    tokens: list[Token]
    position: int = 0

    def body(self, ending: str) -> Body:
        """Parse up to the token that ends the body: a closing brace, or the end of the file."""
        parsed = Body()
        while True:
            token = self._next()
            if token.kind == "newline":
                continue
            if token.kind == ending:
                return parsed
            if token.kind not in _NAMES:
                raise self._failure(token, "an argument or a block starts with its name")
            if self.tokens[self.position].kind == "equals":
                self._add(parsed, token)
            else:
                parsed.blocks.append(self._block(token))
                self._end_of_line(ending)

    def _add(self, parsed: Body, name: Token) -> None:
        before = parsed.attributes.get(name.text)
        if before is not None:
            line = self.source.line(before.start)
            raise self.source.failure(
                name.start, f"'{name.text}' is set twice, first in line {line}: remove one of the two"
            )
        equals = self._next()
        value = parse_expression(self.source, list(self._value()), equals.start + 1)
        parsed.attributes[name.text] = Attribute(name.text, value, name.start)
        ending = self.tokens[self.position]
        if ending.kind == "newline":
            self.position += 1

    def _value(self) -> Iterator[Token]:
        """Yield the tokens of a value: up to the end of the line, or to the brace that closes a one-line block."""
        level = 0
        while True:
            token = self.tokens[self.position]
            if level == 0 and token.kind in ("newline", "close", "end"):
                return
            if token.kind in ("open", "close"):
                level += 1 if token.kind == "open" else -1
            self.position += 1
            yield token

    def _block(self, name: Token) -> Block:
        labels: list[str] = []
        while True:
            token = self._next()
            if token.text == "{":
                inner = self.body("close")
                return Block(name.text, tuple(labels), inner, self.source, name.start)
            if token.kind in _NAMES:
                labels.append(token.text)
            elif token.kind == "string" and isinstance(text := parse_template(self.source, token, _no_template), str):
                labels.append(text)
            else:
                raise self._failure(token, f"'{name.text}' needs '=' and a value, or labels and '{{'")

    def _end_of_line(self, ending: str) -> None:
        token = self.tokens[self.position]
        if token.kind not in ("newline", "end", ending):
            raise self._failure(token, "start a new line after a block")

    def _next(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def _failure(self, token: Token, expected: str) -> Exception:
        if token.kind == "end":
            return self.source.failure(token.start, f"unexpected end of the file: {expected}")
        unexpected = "end of the line" if token.kind == "newline" else f"'{token.text.strip()}'"
        return self.source.failure(token.start, f"unexpected {unexpected}: {expected}")


def _no_template(source: Source, start: int, _stop: int) -> str:
    raise source.failure(start, "a label must be a plain string")
