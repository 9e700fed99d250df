"""Generates the page of all messages: each sentence in the code of the program, with `{…}` for what it fills in."""

import ast
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "generator" / "pcaform"
WORDS = re.compile(r"[A-Za-z]{2,}")
SHORTEST = 3
"""Words of a sentence; fewer are labels and names."""
GRAMMAR = re.compile(
    r"\b(a|after|all|an|and|are|as|at|be|before|but|by|can|cannot|do|does|each|else|for|from|has|have|if|in|into|is|it|its|"
    r"leave|neither|no|nobody|nor|not|of|on|one|only|or|out|so|than|that|the|their|them|then|there|they|this|to|until|was|"
    r"were|what|which|who|whose|will|with|without)\b",
    re.IGNORECASE,
)
"""Words that sentences have, and lists of names and patterns have not."""

ROOMS = {
    "spec": "Reading a spec",
    "rules": "Rules",
    "render": "Rendering",
    "terraform": "Terraform",
    "sources": "Sources of imports",
    "importer": "Imports",
    "adopt": "Adopting",
    "checks": "Guard, access, audit and drift",
    "iam": "Policies",
    "core": "Everywhere",
    "cli": "Commands",
    "sandbox": "The sandbox",
}
"""Room -> heading of its messages, in the order of the page."""


def messages() -> Iterator[tuple[str, str]]:
    """Yield each message with the module that has it, such as 'rules/spec_rules/grants'."""
    for room in ROOMS:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            for text in dict.fromkeys(_sentences(ast.parse(path.read_text(encoding="utf-8")))):
                yield path.relative_to(PACKAGE).with_suffix("").as_posix(), text


def _sentences(tree: ast.Module) -> Iterator[str]:
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    texts = (node for node in ast.walk(tree) if isinstance(node, (ast.Constant, ast.JoinedStr)))
    for node in sorted(texts, key=lambda node: (node.lineno, node.col_offset)):
        if id(node) in documentation or (isinstance(node, ast.Constant) and id(node) in parts):
            continue
        text = " ".join(_text_of(node).split())
        if len(WORDS.findall(text)) >= SHORTEST and GRAMMAR.search(text) and "(?" not in text:
            yield text


def _text_of(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text_of(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        inside = node.value
        name = inside.attr if isinstance(inside, ast.Attribute) else inside.id if isinstance(inside, ast.Name) else "…"
        return f"{{{name.strip('_').lower()}}}"
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def message_sections(_: str) -> str:
    """Return a section for each room and in it the messages of each of its modules."""
    lines: list[str] = []
    for room, in_room in groupby(messages(), key=lambda each: each[0].partition("/")[0]):
        lines += [f"## {ROOMS[room]}", ""]
        for module, each in groupby(in_room, key=lambda each: each[0]):
            lines += [f"### {module.replace('_', ' ')}", "", *(f"- {_code(text)}" for _, text in each), ""]
    return "\n".join(lines)


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"
