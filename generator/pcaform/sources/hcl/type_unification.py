"""Several values of one kind, as Terraform makes them in conditionals, lists and maps: where that would change a value.

Numbers beside text become text, lists beside sets become sets. What a value becomes is either certain or not known.
Source: https://developer.hashicorp.com/terraform/language/expressions/type-constraints#conversion-of-complex-types
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pcaform.sources.hcl.operators import as_text, is_number, is_same
from pcaform.sources.hcl.unknown import Unknown

_DIFFERENT = Unknown("values of different kinds are made one here")


class Set(list[Any]):
    """What a set is: its values, each once, in the order in which Terraform goes through them."""


def of_one_kind(value: Any, other: Any) -> Any:
    """Return the chosen one of two values as it is when both are of one kind; Unknown where that is unclear."""
    if value is None or other is None or isinstance(value, Unknown):
        return value
    if not isinstance(other, Unknown) and _form(value) is not _form(other):
        return _DIFFERENT  # Terraform refuses it, and so goes on to the next thing that `try` names
    mine, others = _kinds([value]), _kinds([other])
    if isinstance(value, str) or value in ([], {}) or (mine <= {str} and not others & {Set, Unknown}):
        return value
    if (len(mine) == 1 and others <= mine) or _is_alike(value, other):
        return value
    if isinstance(other, Unknown):
        return Unknown(f"the other choice is not known, {other.reason}")
    return as_text(value) if _is_scalar(value) and isinstance(other, str) else _DIFFERENT


def uniform(values: Sequence[Any]) -> list[Any] | Unknown:
    """Return values as the items of one list, set or map; Unknown where what they become is unclear."""
    kinds = _kinds(values)
    first, *rest = [value for value in values if value is not None] or [None]
    if kinds <= {str, Unknown} or len(kinds) == 1 or all(_is_alike(first, each) for each in rest):
        return list(values)
    if str in kinds and all(each is None or _is_scalar(each) for each in values):
        return [None if each is None else as_text(each) for each in values]
    return _DIFFERENT


def set_of(values: Sequence[Any]) -> Set:
    """Return values of one kind as a set."""
    if all(isinstance(each, str) for each in values):
        return Set(sorted(set(values)))
    kept = each_once(values)
    is_ordered = all(map(_is_scalar, kept)) and len(_kinds(kept)) == 1
    return Set(sorted(kept) if is_ordered else kept)


def each_once(values: Sequence[Any]) -> list[Any]:
    """Return values of one kind without those that were there before."""
    kept: list[Any] = []
    for value in values:
        if not any(is_same(value, each) for each in kept):
            kept.append(value)
    return kept


def _is_alike(value: Any, other: Any) -> bool:
    """Tell whether two values are of one kind as they are: nothing in either changes beside the other."""
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        if value.keys() == other.keys():
            return all(_is_alike(each, other[key]) for key, each in value.items())
        return _are_alike([*value.values(), *other.values()])
    if isinstance(value, list) and isinstance(other, list):
        if isinstance(value, Set) != isinstance(other, Set):
            return False
        if len(value) == len(other):
            return all(map(_is_alike, value, other))
        return _are_alike([*value, *other])
    if isinstance(value, Mapping | list | Unknown) or isinstance(other, Mapping | list | Unknown):
        return False
    return _kinds([value]) == _kinds([other])


def _are_alike(values: Sequence[Any]) -> bool:
    return all(_is_alike(values[0], each) for each in values[1:])


def _form(value: Any) -> type:
    return dict if isinstance(value, Mapping) else list if isinstance(value, list) else str


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _kinds(values: Iterable[Any]) -> set[type]:
    """Return what there is in values: kinds of texts, numbers and booleans, and whether sets or what is not known."""
    found: set[type] = set()
    for value in values:
        if isinstance(value, Mapping):
            found |= _kinds(value.values())
        elif isinstance(value, list):
            found |= _kinds(value) | ({Set} if isinstance(value, Set) else set())
        elif isinstance(value, Unknown):
            found.add(Unknown)
        elif _is_scalar(value):
            found.add(float if is_number(value) else str if isinstance(value, str) else bool)
    return found
