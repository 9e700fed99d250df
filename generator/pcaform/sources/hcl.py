"""Terraform files as far as they are literal -> module calls and provider blocks; python-hcl2 parses.

What is not literal (a variable, an arithmetic, a template) is kept as text that says so, and never guessed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.hcl import Call, Reference
from pcaform.problems import Failure

_PIECES = re.compile(
    r'\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\([nrt"\\])|(\$\$\{|%%\{)|(\$\{|%\{)|([^\\$%]+|.)', re.DOTALL
)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t"}
_PATH = re.compile(r"[a-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+")
_JSONENCODE = re.compile(r"jsonencode\((?P<argument>.*)\)", re.DOTALL)
_EXPRESSION = re.compile(r"\$\{(?P<inner>.*)\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Unread:
    """An expression that would have to be evaluated, as it stands."""

    expression: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """The module calls of a directory by name, and its provider blocks, with their arguments."""

    modules: Mapping[str, Mapping[str, Any]]
    providers: tuple[Mapping[str, Any], ...]


def read(files: Mapping[str, bytes]) -> Configuration:
    """Read Terraform files, path to content; raises Failure, which names the file, for one that is no HCL."""
    modules: dict[str, Mapping[str, Any]] = {}
    providers: list[Mapping[str, Any]] = []
    for path, content in files.items():
        parsed = _parsed(content.decode("utf-8-sig", "replace"), path)
        modules |= _blocks(parsed.get("module", []))
        providers += _blocks(parsed.get("provider", []), only="aws").values()
    return Configuration(modules, tuple(providers))


def _parsed(text: str, path: str) -> dict[str, Any]:
    import hcl2
    from lark.exceptions import LarkError

    try:
        found: dict[str, Any] = hcl2.loads(text)
    except LarkError as error:
        raise Failure(f"{path}: this is no Terraform: {str(error).splitlines()[0]}") from None
    return found


def _blocks(blocks: list[Mapping[str, Any]], only: str | None = None) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for number, block in enumerate(blocks):
        for label, arguments in block.items():
            name = _value(label)
            if only is None or name == only:
                key = name if only is None else f"{name}{number}"
                found[key] = {each: _value(value) for each, value in arguments.items() if each != "__is_block__"}
    return found


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_value(key): _value(inner) for key, inner in value.items() if key != "__is_block__"}
    if isinstance(value, list):
        return [_value(inner) for inner in value]
    if not isinstance(value, str):
        return value
    if value.startswith('"'):
        return _text(value[1:-1])
    expression = _EXPRESSION.fullmatch(value)
    return value if expression is None else _expression(expression["inner"])


def _expression(inner: str) -> Any:
    if _PATH.fullmatch(inner):
        return Reference(inner)
    called = _JSONENCODE.fullmatch(inner)
    if called:
        return Call("jsonencode", _value(_parsed(f"x = {called['argument']}\n", "jsonencode")["x"]))
    return Unread(inner)


def _text(literal: str) -> Any:
    """Return what a quoted literal means; one with an interpolation in it is left unread."""
    parts = list(_parts(literal))
    return Unread(f'"{literal}"') if None in parts else "".join(part for part in parts if part is not None)


def _parts(literal: str) -> Iterator[str | None]:
    """Yield the text of a literal piece by piece, None for the start of an interpolation."""
    for short, long, sign, doubled, interpolation, plain in _PIECES.findall(literal):
        if interpolation:
            yield None
        elif short or long:
            yield chr(int(short or long, 16))
        else:
            yield _SIGNS.get(sign, sign) or doubled[1:] or plain
