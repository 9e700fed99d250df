"""Terraform's functions whose result is certain without Terraform: a function of known values and nothing else.

Source: https://developer.hashicorp.com/terraform/language/functions
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pcaform.sources.hcl.operators import as_text, is_number
from pcaform.sources.hcl.unknown import Unknown, first_unknown


def call(name: str, arguments: list[Any]) -> Any:
    """Return what a function makes of its arguments; Unknown where one is not known, or the function is not ours."""
    if name in _LAZY:
        return _LAZY[name](arguments)
    unknown = first_unknown(arguments)
    if unknown is not None:
        return unknown
    if name not in _FUNCTIONS:
        return Unknown(f"{name}() is not evaluated here")
    if not _is_plain(arguments):
        return Unknown(f"{name}() of a whole resource or module is not evaluated here")
    try:
        return _FUNCTIONS[name](*arguments)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError):
        return Unknown(f"{name}() cannot be evaluated with these arguments")


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)


def as_json(value: Any) -> str:
    """Return JSON that means what Terraform's does; keys stay in the order in which somebody wrote them."""
    return json.dumps(value, ensure_ascii=False)


def _try(arguments: list[Any]) -> Any:
    """Return the first argument that is no error; one that only Terraform knows may be none, so it stays unknown."""
    found = [argument for argument in arguments if not (isinstance(argument, Unknown) and argument.is_error)]
    return found[0] if found else Unknown("try() found nothing", is_error=True)


def _can(arguments: list[Any]) -> Any:
    (argument,) = arguments
    if isinstance(argument, Unknown):
        return False if argument.is_error else argument
    return True


def _coalesce(arguments: list[Any]) -> Any:
    for argument in arguments:
        if isinstance(argument, Unknown) or argument not in (None, ""):
            return argument
    return Unknown("coalesce() found nothing")


def _merge(*objects: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for each in objects:
        merged |= each or {}
    return merged


def _lookup(object_: Mapping[str, Any], key: str, *default: Any) -> Any:
    return object_[key] if key in object_ else default[0]


def _flatten(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        found += _flatten(item) if isinstance(item, list) else [item]
    return found


def _to_set(values: Any) -> list[Any]:
    """Return a set as a list, in the order in which Terraform goes through it; it holds texts in all that we read."""
    texts = [as_text(value) for value in values]
    return sorted(set(texts)) if all(isinstance(value, str) for value in values) else _distinct(values)


def _distinct(values: list[Any]) -> list[Any]:
    return [value for index, value in enumerate(values) if value not in values[:index]]


def _to_number(value: Any) -> Any:
    if is_number(value):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def _to_bool(value: Any) -> bool:
    return value if isinstance(value, bool) else {"true": True, "false": False}[value]


def _text(value: Any) -> Any:
    return None if value is None else as_text(value)


def _concat(*lists: list[Any]) -> list[Any]:
    return [item for each in lists for item in each]


def _one(values: list[Any]) -> Any:
    if len(values) > 1:
        raise ValueError
    return values[0] if values else None


def _element(values: list[Any], index: int) -> Any:
    return values[index % len(values)]


def _replace(text: str, old: str, new: str) -> str:
    if old.startswith("/") and old.endswith("/") and len(old) > 1:
        raise ValueError
    return text.replace(old, new)


def _json(text: str) -> Any:
    return json.loads(text)


_LAZY: Mapping[str, Callable[[list[Any]], Any]] = {"try": _try, "can": _can, "coalesce": _coalesce}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "jsonencode": as_json,
    "jsondecode": _json,
    "merge": _merge,
    "lookup": _lookup,
    "flatten": _flatten,
    "concat": _concat,
    "toset": _to_set,
    "tolist": list,
    "tomap": dict,
    "tostring": _text,
    "tonumber": _to_number,
    "tobool": _to_bool,
    "distinct": _distinct,
    "compact": lambda values: [value for value in values if value],
    "sort": sorted,
    "reverse": lambda values: values[::-1],
    "keys": sorted,
    "values": lambda object_: [value for _, value in sorted(object_.items())],
    "length": len,
    "contains": lambda values, value: value in values,
    "element": _element,
    "one": _one,
    "zipmap": lambda keys, values: dict(zip(keys, values, strict=True)),
    "join": lambda sign, *lists: sign.join(as_text(value) for value in _concat(*lists)),
    "split": lambda sign, text: text.split(sign),
    "lower": str.lower,
    "upper": str.upper,
    "replace": _replace,
    "trimspace": str.strip,
    "trimprefix": str.removeprefix,
    "trimsuffix": str.removesuffix,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "chomp": lambda text: text.rstrip("\r\n"),
    "max": max,
    "min": min,
}
