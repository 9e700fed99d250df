"""Parses tokens to the body of a file, and evaluates a body to plain data.

A body has arguments and blocks with their locations; duplicates are errors. Evaluated, nested blocks become lists, and
`dynamic` blocks are expanded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.hcl.compiler import iterate_pairs
from pcaform.sources.hcl.expressions import Expression, parse_expression
from pcaform.sources.hcl.lexer import NAMES, Source, Token, tokenize
from pcaform.sources.hcl.templates import parse_template
from pcaform.sources.hcl.values import NestedScope, Scope, Unknown

_META_ARGUMENTS = frozenset(
    {"count", "for_each", "depends_on", "provider", "providers", "source", "version", "lifecycle"}
)


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
    stop: int

    @property
    def location(self) -> str:
        """Its position as `file:line`."""
        return self.source.location(self.start)

    @property
    def address(self) -> str:
        """Its address in its module, such as `aws_x.y`, `data.aws_x.y` and `module.y`."""
        return ".".join(self.labels if self.type == "resource" else (self.type, *self.labels))

    def argument(self, name: str, scope: Scope) -> Any:
        """Return the value of an argument, None if it is not set."""
        attribute = self.body.attributes.get(name)
        return None if attribute is None else evaluate(attribute, scope)

    def failure(self, message: str) -> Failure:
        """Return the exception for an error in it: `file:line:col: message`."""
        return self.source.failure(self.start, message)


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
            if token.kind not in NAMES:
                raise self._failure(token, "an argument or a block starts with its name")
            if self.tokens[self.position].kind == "equals":
                self._add(parsed, token)
            else:
                parsed.blocks.append(self._block(token))
                after = self.tokens[self.position]
                if after.kind not in ("newline", "end", ending):
                    raise self._failure(after, "start a new line after a block")

    def _add(self, parsed: Body, name: Token) -> None:
        before = parsed.attributes.get(name.text)
        if before is not None:
            problem = f"'{name.text}' is set twice, first in line {self.source.line(before.start)}"
            raise self.source.failure(name.start, f"{problem}: remove one of the two")
        equals = self._next()
        value = parse_expression(self.source, self._value(), equals.start + 1)
        parsed.attributes[name.text] = Attribute(name.text, value, name.start)
        self.position += self.tokens[self.position].kind == "newline"

    def _value(self) -> list[Token]:
        """Return the tokens of a value: up to the end of the line, or to the brace that closes a one-line block."""
        level, start = 0, self.position
        while True:
            kind = self.tokens[self.position].kind
            if level == 0 and kind in ("newline", "close", "end"):
                return self.tokens[start : self.position]
            level += 1 if kind == "open" else -1 if kind == "close" else 0
            self.position += 1

    def _block(self, name: Token) -> Block:
        labels: list[str] = []
        while True:
            token = self._next()
            if token.text == "{":
                inner = self.body("close")
                stop = self.tokens[self.position - 1].start + 1
                return Block(name.text, tuple(labels), inner, self.source, name.start, stop)
            if token.kind in NAMES:
                labels.append(token.text)
            elif token.kind == "string" and isinstance(text := parse_template(self.source, token, _no_template), str):
                labels.append(text)
            else:
                raise self._failure(token, f"'{name.text}' needs '=' and a value, or labels and '{{'")

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


def evaluate(attribute: Attribute, scope: Scope) -> Any:
    """Return an argument's value."""
    return attribute.value.code(attribute.value.slots, scope)


def evaluate_body(body: Body, scope: Scope, *, is_inner: bool = True) -> dict[str, Any]:
    """Return a body's values by name; the top-level body of a resource or module call without its meta-arguments."""
    skipped = frozenset() if is_inner else _META_ARGUMENTS
    values = {name: evaluate(attribute, scope) for name, attribute in body.attributes.items() if name not in skipped}
    for block in body.blocks:
        if block.type in skipped:
            continue
        if block.type == "dynamic":
            for name, inner in _expand_dynamic(block, scope):
                _append_block(values, name, inner)
        else:
            _append_block(values, block.type, evaluate_body(block.body, scope))
    return values


def _append_block(values: dict[str, Any], name: str, inner: Any) -> None:
    before = values.setdefault(name, [])
    if isinstance(inner, Unknown):
        values[name] = inner
    elif isinstance(before, list):
        before.append(inner)


def _expand_dynamic(block: Block, scope: Scope) -> Iterator[tuple[str, Any]]:
    """Yield name and content of each block that a `dynamic` block generates."""
    name = block.labels[0] if block.labels else ""
    for_each = block.body.attributes.get("for_each")
    content = block.body.of_type("content")
    if for_each is None or not content:
        yield name, Unknown("a dynamic block needs 'for_each' and 'content'")
        return
    values = evaluate(for_each, scope)
    if not isinstance(values, list | dict):
        yield name, values if isinstance(values, Unknown) else Unknown("'for_each' must be a list or a map")
        return
    iterator = block.body.attributes.get("iterator")
    iterator_name = iterator.value.text if iterator else name
    for key, value in iterate_pairs(values):
        inner = NestedScope(scope, {iterator_name: {"key": key, "value": value}})
        yield name, evaluate_body(content[0].body, inner)
