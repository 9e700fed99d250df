"""Terraform's functions whose result is certain without Terraform: a function of known values and nothing else.

Source: https://developer.hashicorp.com/terraform/language/functions
"""

import json
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from pcaform.core.unicode import nfc
from pcaform.sources.hcl.operators import as_text, is_number, is_same, number_of
from pcaform.sources.hcl.type_unification import each_once, of_one_kind, set_of, uniform
from pcaform.sources.hcl.unknown import Unknown, first_unknown

_ESCAPED = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


class JsonText(str):
    """JSON as Terraform writes it: keys sorted, no blanks, signs of HTML escaped."""

    __slots__ = ("written",)
    written: str
    """The same with its keys in the order in which somebody wrote them: what a policy in a spec keeps."""


def encode(value: Any) -> JsonText:
    """Return a value as JSON."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    made = JsonText(text.translate(_ESCAPED))
    made.written = json.dumps(value, ensure_ascii=False)
    return made


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
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError):
        return Unknown(f"{name}() cannot be evaluated with these arguments")


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)


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
            return reduce(of_one_kind, arguments, argument)
    return Unknown("coalesce() found nothing")


def _listed(values: Any) -> list[Any]:
    """Return a list as it is; raises TypeError for all else that Python can go through too, such as text."""
    if not isinstance(values, list):
        raise TypeError
    return values


def _texts(values: Any) -> list[str]:
    """Return a list of texts as it is; Terraform would convert others, by rules of their own."""
    if not all(isinstance(value, str) for value in _listed(values)):
        raise TypeError
    return list(values)


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError
    return value


def _merge(*objects: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for each in objects:
        merged |= _object({} if each is None else each)
    return merged


def _lookup(object_: Mapping[str, Any], key: str, *default: Any) -> Any:
    """Return a value, or the default, which a map of other values would make one of theirs; raises TypeError then."""
    if key in _object(object_):
        return object_[key]
    every = [default[0], *object_.values()]
    if uniform(every) != every:
        raise TypeError
    return default[0]


def _flatten(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for item in _listed(items):
        found += _flatten(item) if isinstance(item, list) else [item]
    return found


def _uniform(values: Any) -> list[Any]:
    """Return the items of a list, made to be of one kind; raises TypeError where it is unclear what they become."""
    items = uniform(_listed(values))
    if isinstance(items, Unknown):
        raise TypeError
    return items


def _to_map(value: Any) -> dict[str, Any]:
    return dict(zip(_object(value), _uniform(list(_object(value).values())), strict=True))


def _to_number(value: Any) -> Any:
    if is_number(value):
        return value
    number = number_of(value)
    if number is None:
        raise ValueError
    return number


def _to_bool(value: Any) -> bool:
    return value if isinstance(value, bool) else {"true": True, "1": True, "false": False, "0": False}[value]


def _text(value: Any) -> Any:
    return None if value is None else as_text(value)


def _concat(*lists: list[Any]) -> list[Any]:
    """Return the items of all lists; where each is of one kind, but not all are of the same, types would decide."""
    items = [item for each in lists for item in _listed(each)]
    if uniform(items) != items and all(uniform(each) == each for each in lists):
        raise TypeError
    return items


def _one(values: list[Any]) -> Any:
    if len(_listed(values)) > 1:
        raise ValueError
    return values[0] if values else None


def _element(values: list[Any], index: int) -> Any:
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        raise ValueError
    return _listed(values)[index % len(values)]


def _replace(text: str, old: str, new: str) -> str:
    if not old or (old.startswith("/") and old.endswith("/") and len(old) > 1):
        raise ValueError
    return text.replace(old, new)


def _split(sign: str, text: str) -> list[str]:
    return text.split(sign) if text else [text]


def _length(value: Any) -> int:
    """Return how many things there are; of what people see as one character only Terraform knows that it is one."""
    if isinstance(value, str) and not _ascii(value):
        raise ValueError
    return len(value) if "\r\n" not in value else _length(value.replace("\r\n", "\n"))


def _ascii(text: str) -> str:
    if not text.isascii():
        raise ValueError
    return text


def _numbers(*values: Any) -> tuple[Any, ...]:
    if not values or not all(map(is_number, values)):
        raise TypeError
    return values


def _contains(values: list[Any], wanted: Any) -> bool:
    is_in = any(is_same(value, wanted) for value in _listed(values))
    if is_in and isinstance(wanted, Mapping | list):
        raise TypeError
    return is_in


def _none(_: str) -> Any:
    raise ValueError


def _json(text: str) -> Any:
    return nfc(json.loads(text, parse_constant=_none, parse_float=_to_number))


_BLANKS = " \t\n\v\f\r"
_LAZY: Mapping[str, Callable[[list[Any]], Any]] = {"try": _try, "can": _can, "coalesce": _coalesce}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "jsonencode": encode,
    "jsondecode": _json,
    "merge": _merge,
    "lookup": _lookup,
    "flatten": _flatten,
    "concat": _concat,
    "toset": lambda values: set_of(_uniform(values)),
    "tolist": _uniform,
    "tomap": _to_map,
    "tostring": _text,
    "tonumber": _to_number,
    "tobool": _to_bool,
    "distinct": lambda values: each_once(_uniform(values)),
    "compact": lambda values: [value for value in _texts(values) if value],
    "sort": lambda values: sorted(_texts(values)),
    "reverse": lambda values: _listed(values)[::-1],
    "keys": lambda object_: sorted(_object(object_)),
    "values": lambda object_: [value for _, value in sorted(_object(object_).items())],
    "length": _length,
    "contains": _contains,
    "element": _element,
    "one": _one,
    "zipmap": lambda keys, values: dict(zip(_texts(keys), _listed(values), strict=True)),
    "join": lambda sign, *lists: sign.join(as_text(value) for each in lists for value in _listed(each)),
    "split": _split,
    "lower": lambda text: _ascii(text).lower(),
    "upper": lambda text: _ascii(text).upper(),
    "replace": _replace,
    "trimspace": lambda text: _ascii(text).strip(_BLANKS),
    "trimprefix": str.removeprefix,
    "trimsuffix": str.removesuffix,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "chomp": lambda text: text.rstrip("\r\n"),
    "max": lambda *values: max(_numbers(*values)),
    "min": lambda *values: min(_numbers(*values)),
}
