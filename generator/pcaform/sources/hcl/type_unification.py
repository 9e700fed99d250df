"""Unifies the types of several values as Terraform does in conditionals, lists and maps.

Numbers next to strings become strings, lists next to sets become sets. If the result is not certain, it is unknown.
Source: https://developer.hashicorp.com/terraform/language/expressions/type-constraints#conversion-of-complex-types
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pcaform.sources.hcl.operators import is_equal, is_number, to_string
from pcaform.sources.hcl.unknown import Unknown

_UNCERTAIN_TYPE = Unknown("values of different types are combined here")


class Set(list[Any]):
    """A set: its distinct values in Terraform's iteration order."""


def unify_choice(value: Any, other: Any) -> Any:
    """Return the chosen branch of a conditional, converted to the common type; Unknown if that is uncertain."""
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
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        if value.keys() == other.keys():
            return all(_is_same_type(each, other[key]) for key, each in value.items())
        return _are_same_type([*value.values(), *other.values()])
    if isinstance(value, list) and isinstance(other, list):
        if isinstance(value, Set) != isinstance(other, Set):
            return False
        if len(value) == len(other):
            return all(map(_is_same_type, value, other))
        return _are_same_type([*value, *other])
    if isinstance(value, Mapping | list | Unknown) or isinstance(other, Mapping | list | Unknown):
        return False
    return _types_in([value]) == _types_in([other])


def _are_same_type(values: Sequence[Any]) -> bool:
    return all(_is_same_type(values[0], each) for each in values[1:])


def _shape(value: Any) -> type:
    return dict if isinstance(value, Mapping) else list if isinstance(value, list) else str


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _types_in(values: Iterable[Any]) -> set[type]:
    """Return the types found anywhere in values: str, float (any number), bool, Set and Unknown."""
    types: set[type] = set()
    for value in values:
        if isinstance(value, Mapping):
            types |= _types_in(value.values())
        elif isinstance(value, list):
            types |= _types_in(value) | ({Set} if isinstance(value, Set) else set())
        elif isinstance(value, Unknown):
            types.add(Unknown)
        elif _is_scalar(value):
            types.add(float if is_number(value) else str if isinstance(value, str) else bool)
    return types
