"""Evaluates a body to plain data: arguments by name, nested blocks as lists, `dynamic` blocks expanded."""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.sources.hcl.blocks import Attribute, Block, Body
from pcaform.sources.hcl.compiler import Scope, iterate_pairs
from pcaform.sources.hcl.unknown import Unknown

_META_ARGUMENTS = frozenset(
    {"count", "for_each", "depends_on", "provider", "providers", "source", "version", "lifecycle"}
)


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
    if not isinstance(values, list | Mapping):
        yield name, values if isinstance(values, Unknown) else Unknown("'for_each' must be a list or a map")
        return
    iterator = block.body.attributes.get("iterator")
    iterator_name = iterator.value.text if iterator else name
    for key, value in iterate_pairs(values):
        inner = scope.with_names({iterator_name: {"key": key, "value": value}})
        yield name, evaluate_body(content[0].body, inner)
