"""Reads Terraform's JSON syntax, `*.tf.json`, to the body that the same blocks have in `*.tf`.

Source: https://developer.hashicorp.com/terraform/language/syntax/json
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.hcl.blocks import Attribute, Block, Body
from pcaform.sources.hcl.expressions import Expression, parse_expression, parse_text
from pcaform.sources.hcl.lexer import Source, tokenize
from pcaform.terraform.arguments import ARGUMENTS

_LABELS = {
    "resource": 2,
    "data": 2,
    **dict.fromkeys(("module", "variable", "output", "provider", "backend", "dynamic"), 1),
}
_TOP = (
    "resource",
    "data",
    "module",
    "variable",
    "output",
    "provider",
    "locals",
    "terraform",
    "import",
    "moved",
    "removed",
)
_BLOCKS = {
    *("backend", "cloud", "dynamic", "content", "lifecycle", "timeouts", "assume_role", "default_tags", "ignore_tags"),
    *("workspaces", "action_trigger", "state_store", "encryption"),
    *("statement", "principals", "not_principals", "condition"),
    *(part for row in ARGUMENTS for part in row.name.split(".")[:-1]),
    *(row.name for row in ARGUMENTS if row.kind == "block"),
}
"""Names of blocks: without a schema, JSON does not tell them from arguments."""
_BARE = {
    *(("variable", "type"), ("import", "to"), ("moved", "to"), ("moved", "from"), ("removed", "from")),
    ("dynamic", "iterator"),
}
"""Arguments of blocks whose string is an expression as it stands."""


def parse_json(source: Source) -> Body:
    """Return the body of a file; raises Failure for all that is no JSON object."""
    document = read_object(source.text, source.path, "a configuration in JSON is one object")
    blocks = [block for name in document if name in _TOP for block in _blocks(source, name, document[name])]
    return Body({}, blocks)


def read_object(text: str | bytes, path: str, expected: str) -> dict[str, Any]:
    """Return the object that a file is; raises Failure for anything else."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise Failure(f"{path}: not a complete JSON document") from None
    if not isinstance(document, dict):
        raise Failure(f"{path}: {expected}")
    return document


def _blocks(source: Source, kind: str, content: Any, labels: tuple[str, ...] = ()) -> Iterator[Block]:
    for each in content if isinstance(content, list) else [content]:
        if not isinstance(each, dict):
            raise Failure(f"{source.path}: '{' '.join((kind, *labels))}' must be an object, or a list of objects")
        if len(labels) < _LABELS.get(kind, 0):
            for label, inner in each.items():
                yield from _blocks(source, kind, inner, (*labels, label))
        else:
            yield Block(kind, labels, _body(source, kind, each), source, 0, 0)


def _body(source: Source, kind: str, content: Mapping[str, Any]) -> Body:
    body = Body()
    for name, value in content.items():
        is_block = name in _BLOCKS and isinstance(value, dict | list)
        if is_block:
            body.blocks.extend(_blocks(source, name, value))
        elif name != "//":
            body.attributes[name] = Attribute(name, _expression(source, value, is_bare=(kind, name) in _BARE), 0)
    return body


def _expression(source: Source, value: Any, *, is_bare: bool = False) -> Expression:
    if isinstance(value, str):
        inner = Source(source.path, value)
        return parse_expression(inner, tokenize(inner)[:-1], 0) if is_bare else parse_text(inner)
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        items = {key: _expression(source, each) for key, each in pairs if key != "//"}

        def run(_slots: Any, scope: Any) -> Any:
            values = {key: each.code(each.slots, scope) for key, each in items.items()}
            return values if isinstance(value, dict) else list(values.values())

        return Expression(run, (), source, 0, 0)
    return Expression(lambda _slots, _scope: value, (), source, 0, 0)
