"""Converts values to a type as Terraform does: to a variable's type, or to the common type of several values.

Optional attributes are filled in; numbers next to strings become strings, lists next to sets become sets. If the result
is not certain, it is unknown. Source: https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pcaform.sources.hcl.operators import is_equal, is_number, parse_number, to_boolean, to_string
from pcaform.sources.hcl.values import Unknown

_PRIMITIVES: Mapping[str, Callable[[Any], Any]] = {
    "string": to_string,
    "bool": to_boolean,
    "number": lambda value: parse_number(value) if isinstance(value, str) else value,
}
_UNCERTAIN_TYPE = Unknown("values of different types are combined here")


class Set(list[Any]):
    """A set: its distinct values in Terraform's iteration order."""


def unify_choice(value: Any, other: Any) -> Any:
    """Return the chosen branch of a conditional, converted to the common type; Unknown if that is uncertain."""
    if isinstance(other, Unknown) and other.sample is not None:
        other = other.sample
    if value is None or other is None or isinstance(value, Unknown):
        return value
    if not isinstance(other, Unknown) and _shape(value) is not _shape(other):
        return _UNCERTAIN_TYPE  # an error in Terraform, so that `try` goes on to its next argument
    own_types, other_types = _types_in([value]), _types_in([other])
    if isinstance(value, str) or value in ([], {}) or (own_types <= {str} and not other_types & {Set, Unknown}):
        return value
    if (len(own_types) == 1 and other_types <= own_types) or _is_same_type(value, other):
        return value
    if isinstance(other, Unknown):
        return Unknown(f"the other branch is unknown: {other.reason}")
    return to_string(value) if _is_scalar(value) and isinstance(other, str) else _UNCERTAIN_TYPE


def sample_of_choice(value: Any, other: Any) -> Any:
    """Return a scalar of the type of a conditional whose condition is unknown; None if the type is not known."""
    samples = [each.sample if isinstance(each, Unknown) else each for each in (value, other)]
    is_known = all(map(_is_scalar, samples)) and len(_types_in(samples)) == 1
    return samples[0] if is_known else None


def unify_items(values: Sequence[Any]) -> list[Any] | Unknown:
    """Return values as the items of one list, set or map; Unknown if the result is uncertain."""
    types = _types_in(values)
    first, *rest = [value for value in values if value is not None] or [None]
    if types <= {str, Unknown} or len(types) == 1 or all(_is_same_type(first, each) for each in rest):
        return list(values)
    if str in types and all(each is None or _is_scalar(each) for each in values):
        return [None if each is None else to_string(each) for each in values]
    return _UNCERTAIN_TYPE


def to_set(values: Sequence[Any]) -> Set:
    """Return values of one type as a set."""
    if all(isinstance(each, str) for each in values):
        return Set(sorted(set(values)))
    unique = deduplicate(values)
    is_ordered = all(map(_is_scalar, unique)) and len(_types_in(unique)) == 1
    return Set(sorted(unique) if is_ordered else unique)


def deduplicate(values: Sequence[Any]) -> list[Any]:
    """Return values of one type without duplicates, in their order."""
    unique: list[Any] = []
    for value in values:
        if not any(is_equal(value, each) for each in unique):
            unique.append(value)
    return unique


def _is_same_type(value: Any, other: Any) -> bool:
    """Tell whether two values have the same type, so that unifying them converts nothing in either."""
    if isinstance(value, dict) and isinstance(other, dict):
        if value.keys() == other.keys():
            return all(_is_same_type(each, other[key]) for key, each in value.items())
        return _are_same_type([*value.values(), *other.values()])
    if isinstance(value, list) and isinstance(other, list):
        if isinstance(value, Set) != isinstance(other, Set):
            return False
        if len(value) == len(other):
            return all(map(_is_same_type, value, other))
        return _are_same_type([*value, *other])
    if isinstance(value, dict | list | Unknown) or isinstance(other, dict | list | Unknown):
        return False
    return _types_in([value]) == _types_in([other])


def _are_same_type(values: Sequence[Any]) -> bool:
    return all(_is_same_type(values[0], each) for each in values[1:])


def _shape(value: Any) -> type:
    return dict if isinstance(value, dict) else list if isinstance(value, list) else str


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _types_in(values: Iterable[Any]) -> set[type]:
    """Return the types found anywhere in values: str, float (any number), bool, Set and Unknown."""
    types: set[type] = set()
    for value in values:
        if isinstance(value, dict):
            types |= _types_in(value.values())
        elif isinstance(value, list):
            types |= _types_in(value) | ({Set} if isinstance(value, Set) else set())
        elif isinstance(value, Unknown):
            types.add(Unknown)
        elif _is_scalar(value):
            types.add(float if is_number(value) else str if isinstance(value, str) else bool)
    return types


@dataclass(frozen=True, slots=True)
class TypeConstraint:
    """A type constraint: its name, and the types inside it."""

    name: str
    arguments: tuple[Any, ...] = ()


ANY_TYPE = TypeConstraint("any")


class TypeScope:
    """The scope in which a `type` argument is evaluated: names are types, calls build compound ones."""

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:
        """Return a primitive type."""
        return ANY_TYPE if steps else TypeConstraint(root)

    def call(self, function: str, arguments: list[Any]) -> Any:
        """Return a compound type."""
        return TypeConstraint(function, tuple(arguments))


def convert(value: Any, type_constraint: Any) -> Any:
    """Return a value converted to a type; a value that does not fit is returned unchanged, Terraform rejects it."""
    if value is None or isinstance(value, Unknown) or not isinstance(type_constraint, TypeConstraint):
        return value
    if type_constraint.name in _PRIMITIVES:
        converted = _PRIMITIVES[type_constraint.name](value)
        return value if converted is None or isinstance(converted, Unknown) else converted
    inner = type_constraint.arguments[0] if type_constraint.arguments else ANY_TYPE
    if type_constraint.name == "object" and isinstance(value, dict) and isinstance(inner, dict):
        return {name: _convert_attribute(value, name, each) for name, each in inner.items()}
    if type_constraint.name == "map" and isinstance(value, dict):
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
