"""A body in its scope -> plain data: arguments by name, nested blocks as lists, `dynamic` ones written out."""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.sources.hcl.blocks import Attribute, Block, Body
from pcaform.sources.hcl.compiler import Scope, pairs_of
from pcaform.sources.hcl.unknown import Unknown

_META = frozenset({"count", "for_each", "depends_on", "provider", "providers", "source", "version", "lifecycle"})


def value_of(attribute: Attribute, scope: Scope) -> Any:
    """Return an argument's value."""
    return attribute.value.code(attribute.value.slots, scope)


def contents(body: Body, scope: Scope, *, is_inner: bool = True) -> dict[str, Any]:
    """Return what a body says; of a resource's or a module's own body without what is Terraform's business alone."""
    skipped = frozenset() if is_inner else _META
    found = {name: value_of(attribute, scope) for name, attribute in body.attributes.items() if name not in skipped}
    for block in body.blocks:
        if block.type in skipped:
            continue
        if block.type == "dynamic":
            for name, inner in _dynamic(block, scope):
                _append(found, name, inner)
        else:
            _append(found, block.type, contents(block.body, scope))
    return found


def _append(found: dict[str, Any], name: str, inner: Any) -> None:
    before = found.setdefault(name, [])
    if isinstance(inner, Unknown):
        found[name] = inner
    elif isinstance(before, list):
        before.append(inner)


def _dynamic(block: Block, scope: Scope) -> Iterator[tuple[str, Any]]:
    """Yield name and content of each block that a `dynamic` one stands for."""
    name = block.labels[0] if block.labels else ""
    each = block.body.attributes.get("for_each")
    content = block.body.of_type("content")
    if each is None or not content:
        yield name, Unknown("a dynamic block without 'for_each' and 'content'")
        return
    values = value_of(each, scope)
    if not isinstance(values, list | Mapping):
        yield name, values if isinstance(values, Unknown) else Unknown("'for_each' wants a list or an object")
        return
    iterator = block.body.attributes.get("iterator")
    named = iterator.value.text if iterator else name
    for key, value in pairs_of(values):
        inner = scope.with_names({named: {"key": key, "value": value}})
        yield name, contents(content[0].body, inner)
