"""Evaluates Terraform's functions whose result depends only on known arguments, and writes JSON as Terraform does.

Source: https://developer.hashicorp.com/terraform/language/functions
"""

import json
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from pcaform.core.unicode import nfc
from pcaform.sources.hcl.operators import is_equal, is_number, parse_number, to_string
from pcaform.sources.hcl.type_conversion import BOOLEANS, deduplicate, to_set, unify_choice, unify_items
from pcaform.sources.hcl.values import Unknown, first_unknown

_ESCAPED = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


class JsonText(str):
    """JSON as Terraform writes it: keys sorted, no spaces, HTML characters escaped."""

    __slots__ = ("as_written",)
    as_written: str
    """The same with its keys in the order of the configuration: a policy in a spec keeps that order."""


def encode_json(value: Any) -> JsonText:
    """Return a value as JSON text."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    encoded = JsonText(text.translate(_ESCAPED))
    encoded.as_written = json.dumps(value, ensure_ascii=False)
    return encoded


def call_function(name: str, arguments: list[Any]) -> Any:
    """Return a function's result; Unknown if an argument is unknown or the function is not supported."""
    if name in _LAZY:
        return _LAZY[name](arguments)
    unknown = first_unknown(arguments)
    if unknown is not None:
        return unknown
    if name not in _FUNCTIONS:
        return Unknown(f"pcaform does not evaluate {name}()")
    if not _is_plain(arguments):
        return Unknown(f"pcaform does not evaluate {name}() of a whole resource or module")
    try:
        return _FUNCTIONS[name](*arguments)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError):
        return Unknown(f"{name}() cannot be evaluated with these arguments")


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
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


def _check_list(values: Any) -> list[Any]:
    """Return a list unchanged; raises TypeError for other iterable values, such as strings."""
    if not isinstance(values, list):
        raise TypeError
    return values


def _check_strings(values: Any) -> list[str]:
    """Return a list of strings unchanged; raises TypeError for other elements, which Terraform would convert."""
    if not all(isinstance(value, str) for value in _check_list(values)):
        raise TypeError
    return list(values)


def _check_map(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError
    return value


def _merge(*objects: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for object_ in objects:
        merged |= _check_map({} if object_ is None else object_)
    return merged


def _lookup(object_: Mapping[str, Any], key: str, *default: Any) -> Any:
    """Return a value or the default; raises TypeError if Terraform would convert the default to the map's type."""
    if key in _check_map(object_):
        return object_[key]
    every = [default[0], *object_.values()]
    if unify_items(every) != every:
        raise TypeError
    return default[0]


def _flatten(values: list[Any]) -> list[Any]:
    items: list[Any] = []
    for item in _check_list(values):
        items += _flatten(item) if isinstance(item, list) else [item]
    return items


def _unify(values: Any) -> list[Any]:
    """Return the items of a list, converted to one type; raises TypeError if the result is uncertain."""
    items = unify_items(_check_list(values))
    if isinstance(items, Unknown):
        raise TypeError
    return items


def _to_map(value: Any) -> dict[str, Any]:
    return dict(zip(_check_map(value), _unify(list(_check_map(value).values())), strict=True))


def _to_number(value: Any) -> Any:
    if is_number(value):
        return value
    number = parse_number(value)
    if number is None:
        raise ValueError
    return number


def _concat(*lists: list[Any]) -> list[Any]:
    """Return the items of all lists; raises TypeError if the lists have different element types, which decide then."""
    items = [item for values in lists for item in _check_list(values)]
    if unify_items(items) != items and all(unify_items(values) == values for values in lists):
        raise TypeError
    return items


def _one(values: list[Any]) -> Any:
    if len(_check_list(values)) > 1:
        raise ValueError
    return values[0] if values else None


def _element(values: list[Any], index: int) -> Any:
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        raise ValueError
    return _check_list(values)[index % len(values)]


def _replace(text: str, old: str, new: str) -> str:
    if not old or (old.startswith("/") and old.endswith("/") and len(old) > 1):
        raise ValueError
    return text.replace(old, new)


def _length(value: Any) -> int:
    """Return the length; only of ASCII strings, since Terraform counts grapheme clusters."""
    if isinstance(value, str) and not _check_ascii(value):
        raise ValueError
    return len(value) if "\r\n" not in value else _length(value.replace("\r\n", "\n"))


def _check_ascii(text: str) -> str:
    if not text.isascii():
        raise ValueError
    return text


def _check_numbers(*values: Any) -> tuple[Any, ...]:
    if not values or not all(map(is_number, values)):
        raise TypeError
    return values


def _contains(values: list[Any], element: Any) -> bool:
    is_in = any(is_equal(value, element) for value in _check_list(values))
    if is_in and isinstance(element, Mapping | list):
        raise TypeError
    return is_in


_WHITESPACE = " \t\n\v\f\r"
_LAZY: Mapping[str, Callable[[list[Any]], Any]] = {"try": _try, "can": _can, "coalesce": _coalesce}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "jsonencode": encode_json,
    # As a number, a constant such as NaN is an error.
    "jsondecode": lambda text: nfc(json.loads(text, parse_constant=_to_number, parse_float=_to_number)),
    "merge": _merge,
    "lookup": _lookup,
    "flatten": _flatten,
    "concat": _concat,
    "toset": lambda values: to_set(_unify(values)),
    "tolist": _unify,
    "tomap": _to_map,
    "tostring": lambda value: None if value is None else to_string(value),
    "tonumber": _to_number,
    "tobool": lambda value: value if isinstance(value, bool) else BOOLEANS[value],
    "distinct": lambda values: deduplicate(_unify(values)),
    "compact": lambda values: [value for value in _check_strings(values) if value],
    "sort": lambda values: sorted(_check_strings(values)),
    "reverse": lambda values: _check_list(values)[::-1],
    "keys": lambda object_: sorted(_check_map(object_)),
    "values": lambda object_: [value for _, value in sorted(_check_map(object_).items())],
    "length": _length,
    "contains": _contains,
    "element": _element,
    "one": _one,
    "zipmap": lambda keys, values: dict(zip(_check_strings(keys), _check_list(values), strict=True)),
    "join": lambda sign, *lists: sign.join(to_string(value) for values in lists for value in _check_list(values)),
    "split": lambda sign, text: text.split(sign) if text else [text],
    "lower": lambda text: _check_ascii(text).lower(),
    "upper": lambda text: _check_ascii(text).upper(),
    "replace": _replace,
    "trimspace": lambda text: _check_ascii(text).strip(_WHITESPACE),
    "trimprefix": str.removeprefix,
    "trimsuffix": str.removesuffix,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "chomp": lambda text: text.rstrip("\r\n"),
    "max": lambda *values: max(_check_numbers(*values)),
    "min": lambda *values: min(_check_numbers(*values)),
}
