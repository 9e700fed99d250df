"""Data written as YAML in any layout: flow and block, quotes, comments, empty lines, line breaks, indentation."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from pcaform.core.problems import Invalid
from pcaform.spec.yaml_reader import parse
from pcaform.spec.yaml_writer import format_flow

Chunk = tuple[tuple[str, ...], str]


@dataclass
class Writer:
    """Writes one document; every comment in it has a number, and every key in block style is remembered as a chunk."""

    draw: st.DrawFn
    step: int
    dash: int
    comments: int = 0
    chunks: list[Chunk] = field(default_factory=list)

    def comment(self) -> str:
        self.comments += 1
        return f"# no. {self.comments} ä: {{'\"-"

    def chance(self, one_in: int) -> bool:
        return self.draw(st.integers(1, one_in)) == 1

    def scalar(self, value: Any, *, is_in_flow: bool) -> str:
        if isinstance(value, str) and self.chance(3):
            return "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in json.dumps(value, ensure_ascii=False))
        if isinstance(value, str) and value.isprintable() and self.chance(3):
            return "'" + value.replace("'", "''") + "'"
        has_lines = isinstance(value, str) and "\n" in value
        return format_flow([value])[1:-1] if is_in_flow or has_lines else format_flow(value)

    def flow(self, value: Any, indent: int) -> str:
        if isinstance(value, dict):
            parts = [
                f"{self.scalar(key, is_in_flow=True)}: {self.flow(each, indent + 2)}" for key, each in value.items()
            ]
            return self.brackets("{}", parts, indent)
        if isinstance(value, list):
            return self.brackets("[]", [self.flow(each, indent + 2) for each in value], indent)
        return self.scalar(value, is_in_flow=True)

    def brackets(self, marks: str, parts: list[str], indent: int) -> str:
        if not parts or not self.chance(3):
            pad = " " if parts and self.chance(4) else ""
            return f"{marks[0]}{pad}{', '.join(parts)}{pad}{marks[1]}"
        last = len(parts) - 1
        text, has_last_comma = marks[0], self.chance(2)
        for number, part in enumerate(parts):
            text += f"\n{' ' * indent}" if self.chance(2) or number == 0 else " "
            text += part + ("," if number < last or has_last_comma else "")
            text += f" {self.comment()}\n{' ' * indent}" if self.chance(4) else ""
        return text + f"\n{' ' * indent}" + marks[1]

    def literal(self, value: Any, indent: int) -> str | None:
        if not isinstance(value, str) or not value.endswith("\n") or not value.strip() or not self.chance(2):
            return None
        lines = value[:-1].split("\n")
        if not all(line.isprintable() and line == line.strip() and line for line in lines):
            return None
        note = f" {self.comment()}" if self.chance(4) else ""
        return f"|{note}" + "".join(f"\n{' ' * (indent + self.step)}{line}" for line in lines)

    def value(self, value: Any, indent: int, path: tuple[str, ...], *, dash: bool = False) -> str:
        """Return what follows a key and its colon, or a dash; without the last line break."""
        if isinstance(value, dict | list) and value and not self.chance(4):
            rest = f" {self.comment()}" if not (dash and isinstance(value, dict)) and self.chance(6) else ""
            if isinstance(value, list):
                inner = "".join(self.sequence(value, indent + (2 if dash else self.dash), path))
                return f"{rest}\n{inner.removesuffix(chr(10))}"
            if dash:
                inner = "".join(self.mapping(value, indent + 2, path, is_first_bare=True))
                return f" {inner.removesuffix(chr(10))}"
            inner = "".join(self.mapping(value, indent + self.step, path))
            return f"{rest}\n{inner.removesuffix(chr(10))}"
        if value is None and self.chance(2):
            return ""
        written = self.literal(value, indent)
        if written is None:
            written = self.flow(value, indent + 2)
            written += f"  {self.comment()}" if self.chance(4) else ""
        return f" {written}"

    def mapping(
        self, value: dict[str, Any], indent: int, path: tuple[str, ...], *, is_first_bare: bool = False
    ) -> Iterator[str]:
        for number, (key, each) in enumerate(value.items()):
            is_bare = is_first_bare and number == 0
            if not is_bare:
                yield from self.between(indent)
            head = self.scalar(key, is_in_flow=False)
            text = f"{head}:{self.value(each, indent, (*path, key))}\n"
            if not is_bare and "?" not in path:
                self.chunks.append(((*path, key), " " * indent + text))
            yield text if is_bare else " " * indent + text

    def sequence(self, value: list[Any], indent: int, path: tuple[str, ...]) -> Iterator[str]:
        for each in value:
            yield from self.between(indent)
            yield f"{' ' * indent}-{self.value(each, indent, (*path, '?'), dash=True)}\n"

    def between(self, indent: int) -> Iterator[str]:
        if self.chance(6):
            yield "\n"
        if self.chance(4):
            yield f"{' ' * indent}{self.comment()}\n"


@dataclass(frozen=True)
class Written:
    """A text, the number of its comments, and what each key in block style looks like."""

    text: str
    comments: int
    chunks: tuple[Chunk, ...]


@st.composite
def written(draw: st.DrawFn, data: dict[str, Any]) -> Written:
    """Draw a layout for data."""
    step = draw(st.sampled_from([1, 2, 4]))
    writer = Writer(draw, step, draw(st.sampled_from([0, step])))
    text = "".join(writer.mapping(data, 0, ()))
    assume(_reads_as(text, data))
    if _reads_as(text.removesuffix("\n"), data) and draw(st.booleans()):
        text = text.removesuffix("\n")
    line_break = draw(st.sampled_from(["\n", "\r\n"]))
    chunks = tuple((path, chunk.replace("\n", line_break)) for path, chunk in writer.chunks)
    return Written(text.replace("\n", line_break), writer.comments, chunks)


def _reads_as(text: str, data: dict[str, Any]) -> bool:
    try:
        return bool(parse(text.encode(), "x").data == data)
    except Invalid:
        return False
