"""A variable's type -> what Terraform makes of a value for it: optional attributes filled in, numbers as text and back.

Source: https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.sources.hcl.operators import as_text, is_number, number_of
from pcaform.sources.hcl.type_unification import set_of, uniform
from pcaform.sources.hcl.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Kind:
    """One type: its name, and the types inside it."""

    name: str
    arguments: tuple[Any, ...] = ()


ANY = Kind("any")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
"""What Terraform converts; `tobool("1")` does too, where other texts are an error."""


class Types:
    """The scope in which a `type` argument is read: words are types, calls build larger ones."""

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:
        """Return a simple type."""
        return ANY if steps else Kind(root)

    def call(self, function: str, arguments: list[Any]) -> Any:
        """Return a type made of others."""
        return Kind(function, tuple(arguments))

    def with_names(self, names: Mapping[str, Any]) -> "Types":  # noqa: ARG002 - a scope has it
        """Return this scope: types have no names of their own."""
        return self


def convert(value: Any, kind: Any) -> Any:
    """Return a value as a variable of this type holds it; what does not fit is left as it is, Terraform refuses it."""
    if value is None or isinstance(value, Unknown) or not isinstance(kind, Kind):
        return value
    if kind.name in ("string", "number", "bool"):
        return _scalar(value, kind.name)
    inner = kind.arguments[0] if kind.arguments else ANY
    if kind.name == "object" and isinstance(value, Mapping) and isinstance(inner, Mapping):
        return {name: _member(value, name, each) for name, each in inner.items()}
    if kind.name == "map" and isinstance(value, Mapping):
        items = _items(list(value.values()), inner)
        return items if isinstance(items, Unknown) else dict(zip(value, items, strict=True))
    if kind.name in ("list", "set") and isinstance(value, list):
        items = _items(value, inner)
        return set_of(items) if kind.name == "set" and isinstance(items, list) else items
    return value


def _items(values: list[Any], kind: Any) -> list[Any] | Unknown:
    """Return the items of a list, a set or a map; where their type is left open, Terraform finds one for all."""
    items = [convert(each, kind) for each in values]
    return uniform(items) if kind == ANY else items


def _member(value: Mapping[str, Any], name: str, kind: Any) -> Any:
    if isinstance(kind, Kind) and kind.name == "optional":
        inner, default = (*kind.arguments, None, None)[:2]
        given = value.get(name)
        return convert(default if given is None else given, inner)
    return convert(value.get(name), kind)


def _scalar(value: Any, name: str) -> Any:
    if name == "string":
        text = as_text(value)
        return value if isinstance(text, Unknown) else text
    if name == "bool":
        return _BOOLEANS.get(value, value) if isinstance(value, str) else value
    if is_number(value) or not isinstance(value, str):
        return value
    number = number_of(value)
    return value if number is None else number
