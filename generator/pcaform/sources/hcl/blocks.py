"""Tokens -> the arguments and blocks of a file, with the place of each; nothing that stands twice is lost."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pcaform.sources.hcl.expressions import Expression, expression
from pcaform.sources.hcl.lexer import Token, tokens
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
    def place(self) -> str:
        """Where it stands: `file:line`."""
        return self.value.source.place(self.start)


@dataclass(frozen=True, slots=True)
class Body:
    """What stands between braces, or in a whole file."""

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
    def place(self) -> str:
        """Where it stands: `file:line`."""
        return self.source.place(self.start)


def body(source: Source) -> Body:
    """Return what a file holds; raises Failure, located, for what is no Terraform and for an argument given twice."""
    return _Reader(source, tokens(source)).body("end")


@dataclass(slots=True)
class _Reader:
    source: Source
    tokens: list[Token]
    position: int = 0

    def body(self, ending: str) -> Body:
        """Read up to the token that ends a body: a brace, or the end of the file."""
        found = Body()
        while True:
            token = self._next()
            if token.kind == "newline":
                continue
            if token.kind == ending:
                return found
            if token.kind not in _NAMES:
                raise self._failure(token, "an argument or a block begins with its name")
            if self.tokens[self.position].kind == "equals":
                self._add(found, token)
            else:
                found.blocks.append(self._block(token))
                self._end_of_line(ending)

    def _add(self, found: Body, name: Token) -> None:
        before = found.attributes.get(name.text)
        if before is not None:
            line = self.source.line(before.start)
            raise self.source.failure(
                name.start, f"'{name.text}' is given twice, first in line {line}: only one of them can be meant"
            )
        equals = self._next()
        value = expression(self.source, list(self._value()), equals.start + 1)
        found.attributes[name.text] = Attribute(name.text, value, name.start)
        ending = self.tokens[self.position]
        if ending.kind == "newline":
            self.position += 1

    def _value(self) -> Iterator[Token]:
        """Yield the tokens of a value: up to the end of its line, or the brace that closes a block of one line."""
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
            raise self._failure(token, "a block ends its line")

    def _next(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def _failure(self, token: Token, wanted: str) -> Exception:
        if token.kind == "end":
            return self.source.failure(token.start, f"the file ends here: {wanted}")
        shown = "the end of the line" if token.kind == "newline" else f"'{token.text.strip()}'"
        return self.source.failure(token.start, f"{shown} cannot stand here: {wanted}")


def _no_template(source: Source, start: int, _stop: int) -> str:
    raise source.failure(start, "a label is plain text")
