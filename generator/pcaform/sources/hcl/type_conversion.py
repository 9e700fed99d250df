"""Converts a value to a variable's type as Terraform does: fills in optional attributes, converts numbers and strings.

Source: https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.sources.hcl.operators import is_number, parse_number, to_string
from pcaform.sources.hcl.type_unification import to_set, unify_items
from pcaform.sources.hcl.unknown import Unknown


@dataclass(frozen=True, slots=True)
class TypeConstraint:
    """A type constraint: its name, and the types inside it."""

    name: str
    arguments: tuple[Any, ...] = ()


ANY_TYPE = TypeConstraint("any")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
"""Strings that Terraform converts to a boolean, in `tobool` too; others are an error there."""


class TypeScope:
    """The scope in which a `type` argument is evaluated: names are types, calls build compound ones."""

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:
        """Return a primitive type."""
        return ANY_TYPE if steps else TypeConstraint(root)

    def call(self, function: str, arguments: list[Any]) -> Any:
        """Return a compound type."""
        return TypeConstraint(function, tuple(arguments))

    def with_names(self, names: Mapping[str, Any]) -> "TypeScope":  # noqa: ARG002 - part of the protocol Scope
        """Return this scope: a type has no local names."""
        return self


def convert(value: Any, type_constraint: Any) -> Any:
    """Return a value converted to a type; a value that does not fit is returned unchanged, Terraform rejects it."""
    if value is None or isinstance(value, Unknown) or not isinstance(type_constraint, TypeConstraint):
        return value
    if type_constraint.name in ("string", "number", "bool"):
        return _convert_primitive(value, type_constraint.name)
    inner = type_constraint.arguments[0] if type_constraint.arguments else ANY_TYPE
    if type_constraint.name == "object" and isinstance(value, Mapping) and isinstance(inner, Mapping):
        return {name: _convert_attribute(value, name, each) for name, each in inner.items()}
    if type_constraint.name == "map" and isinstance(value, Mapping):
        items = _convert_items(list(value.values()), inner)
        return items if isinstance(items, Unknown) else dict(zip(value, items, strict=True))
    if type_constraint.name in ("list", "set") and isinstance(value, list):
        items = _convert_items(value, inner)
        return to_set(items) if type_constraint.name == "set" and isinstance(items, list) else items
    return value


def _convert_items(values: list[Any], type_constraint: Any) -> list[Any] | Unknown:
    """Return the converted items of a list, set or map; for `any` Terraform finds one type for all."""
    items = [convert(each, type_constraint) for each in values]
    return unify_items(items) if type_constraint == ANY_TYPE else items


def _convert_attribute(value: Mapping[str, Any], name: str, type_constraint: Any) -> Any:
    if isinstance(type_constraint, TypeConstraint) and type_constraint.name == "optional":
        inner, default = (*type_constraint.arguments, None, None)[:2]
        attribute = value.get(name)
        return convert(default if attribute is None else attribute, inner)
    return convert(value.get(name), type_constraint)


def _convert_primitive(value: Any, name: str) -> Any:
    if name == "string":
        text = to_string(value)
        return value if isinstance(text, Unknown) else text
    if name == "bool":
        return _BOOLEANS.get(value, value) if isinstance(value, str) else value
    if is_number(value) or not isinstance(value, str):
        return value
    number = parse_number(value)
    return value if number is None else number
