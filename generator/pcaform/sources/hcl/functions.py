"""Evaluates Terraform's functions whose result depends only on known arguments, and writes JSON as Terraform does.

Source: https://developer.hashicorp.com/terraform/language/functions
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.core.unicode import nfc
from pcaform.sources.hcl.arguments import check_ascii, check_list, check_map, check_numbers, check_strings, to_number
from pcaform.sources.hcl.operators import BOOLEANS, encode_json, is_equal, to_boolean, to_string
from pcaform.sources.hcl.text_functions import TEXT_FUNCTIONS
from pcaform.sources.hcl.type_conversion import Set, deduplicate, to_set, unify_choice, unify_items
from pcaform.sources.hcl.values import Unknown, first_unknown


def call_function(name: str, arguments: list[Any]) -> Any:
    """Return a function's result; Unknown if an argument is unknown or the function is not supported."""
    if name in _LAZY:
        return _LAZY[name](arguments)
    if name == "length" and not any(isinstance(each, Set) for each in arguments):  # known even if elements are not
        arguments = [[None] * len(each) if isinstance(each, dict | list) else each for each in arguments]
    unknown = first_unknown(arguments)
    if unknown is not None:
        return unknown
    if name not in _FUNCTIONS:
        return Unknown(f"pcaform does not evaluate {name}()")
    if not _is_plain(arguments):
        return Unknown(f"pcaform does not evaluate {name}() of a whole resource or module")
    try:
        return _FUNCTIONS[name](*arguments)
    except (*PARTIAL_DATA_ERRORS, ArithmeticError, RecursionError, StopIteration, re.error):
        return Unknown(f"{name}() cannot be evaluated with these arguments")


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)


def _try(arguments: list[Any]) -> Any:
    """Return the first argument that is not an error; one that only Terraform can evaluate stays unknown."""
    valid = [argument for argument in arguments if not (isinstance(argument, Unknown) and argument.is_error)]
    return valid[0] if valid else Unknown("all arguments of try() are errors", is_error=True)


def _can(arguments: list[Any]) -> Any:
    (argument,) = arguments
    if isinstance(argument, Unknown):
        return False if argument.is_error else argument
    return True


def _coalesce(arguments: list[Any]) -> Any:
    for argument in arguments:
        if isinstance(argument, Unknown) or argument not in (None, ""):
            return reduce(unify_choice, arguments, argument)
    return Unknown("all arguments of coalesce() are null or empty")


def _merge(objects: list[Any]) -> Any:
    """Return the union of objects, in which single values may be unknown."""
    merged: dict[str, Any] = {}
    for object_ in objects:
        if isinstance(object_, Unknown):
            return object_
        if not isinstance(object_, dict | None):
            return Unknown("merge() cannot be evaluated with these arguments")
        merged |= object_ or {}
    return merged


def _lookup(object_: Mapping[str, Any], key: str, *default: Any) -> Any:
    """Return a value or the default; raises TypeError if Terraform would convert the default to the map's type."""
    if key in check_map(object_):
        return object_[key]
    every = [default[0], *object_.values()]
    if unify_items(every) != every:
        raise TypeError
    return default[0]


def _flatten(values: list[Any]) -> list[Any]:
    items: list[Any] = []
    for item in check_list(values):
        items += _flatten(item) if isinstance(item, list) else [item]
    return items


def _unify(values: Any) -> list[Any]:
    """Return the items of a list, converted to one type; raises TypeError if the result is uncertain."""
    items = unify_items(check_list(values))
    if isinstance(items, Unknown):
        raise TypeError
    return items


def _to_map(value: Any) -> dict[str, Any]:
    return dict(zip(check_map(value), _unify(list(check_map(value).values())), strict=True))


def _concat(*lists: list[Any]) -> list[Any]:
    """Return the items of all lists; raises TypeError if the lists have different element types, which decide then."""
    items = [item for values in lists for item in check_list(values)]
    if unify_items(items) != items and all(unify_items(values) == values for values in lists):
        raise TypeError
    return items


def _one(values: list[Any]) -> Any:
    if len(check_list(values)) > 1:
        raise ValueError
    return values[0] if values else None


def _element(values: list[Any], index: int) -> Any:
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        raise ValueError
    return check_list(values)[index % len(values)]


def _length(value: Any) -> int:
    """Return the length; only of ASCII strings, since Terraform counts grapheme clusters."""
    return len(check_ascii(value).replace("\r\n", "\n") if isinstance(value, str) else value)


def _contains(values: list[Any], element: Any) -> bool:
    is_in = any(is_equal(value, element) for value in check_list(values))
    if is_in and isinstance(element, dict | list):
        raise TypeError
    return is_in


def _range(*limits: int) -> list[int]:
    start, stop, *step = limits if len(limits) > 1 else (0, *limits)
    numbers = range(start, stop, *(step or [1 if start <= stop else -1]))
    if len(numbers) > _MAX_RANGE:
        raise ValueError
    return list(numbers)


def _slice(values: list[Any], start: int, end: int) -> list[Any]:
    if not 0 <= start <= end <= len(check_list(values)):
        raise ValueError
    return values[start:end]


_MAX_RANGE = 1024
"""Terraform refuses longer ones."""
_LAZY: Mapping[str, Callable[[list[Any]], Any]] = {"try": _try, "can": _can, "merge": _merge, "coalesce": _coalesce}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "jsonencode": encode_json,
    # As a number, a constant such as NaN is an error.
    "jsondecode": lambda text: nfc(json.loads(text, parse_constant=to_number, parse_float=to_number)),
    "lookup": _lookup,
    "flatten": _flatten,
    "concat": _concat,
    "toset": lambda values: to_set(_unify(values)),
    "tolist": _unify,
    "tomap": _to_map,
    "tostring": lambda value: None if value is None else to_string(value),
    "tonumber": to_number,
    "tobool": lambda value: value if isinstance(value, bool) else BOOLEANS[value],
    "distinct": lambda values: deduplicate(_unify(values)),
    "compact": lambda values: [value for value in check_strings(values) if value],
    "sort": lambda values: sorted(check_strings(values)),
    "reverse": lambda values: check_list(values)[::-1],
    "keys": lambda object_: sorted(check_map(object_)),
    "values": lambda object_: [value for _, value in sorted(check_map(object_).items())],
    "length": _length,
    "contains": _contains,
    "element": _element,
    "one": _one,
    "zipmap": lambda keys, values: dict(zip(check_strings(keys), check_list(values), strict=True)),
    "slice": _slice,
    "index": lambda values, element: [is_equal(each, element) for each in check_list(values)].index(True),
    "range": _range,
    "alltrue": lambda values: all(to_boolean(value) is True for value in check_list(values)),
    "anytrue": lambda values: any(to_boolean(value) is True for value in check_list(values)),
    **TEXT_FUNCTIONS,
    **dict.fromkeys(("sensitive", "nonsensitive"), lambda value: value),
    "max": lambda *values: max(check_numbers(*values)),
    "min": lambda *values: min(check_numbers(*values)),
}
