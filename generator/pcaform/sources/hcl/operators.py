"""Evaluates Terraform's operators and converts values to strings; an unknown operand makes the result unknown.

Source: https://developer.hashicorp.com/terraform/language/expressions/operators
"""

import decimal
import json
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from pcaform.sources.hcl.values import Unknown, first_unknown

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_MAX_LENGTH = 1000
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_DIVISIONS: Mapping[str, Callable[[int, int], int]] = {"/": operator.floordiv, "%": operator.mod}
"""Of whole numbers, `/` only if nothing remains: the exact digits of other results only Terraform knows."""
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
"""Strings that Terraform converts to a boolean; others are an error there."""
_UNCERTAIN_EQUALITY = Unknown("whether two lists or objects are equal depends on their types too")
"""In Terraform `tolist([1]) == [1]` is false; lists with different values are never equal."""
_EXACT_DIGITS = 15
"""Number of digits that a Python float represents exactly."""
_ESCAPED = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})
_TOO_LONG = Unknown(f"pcaform does not evaluate numbers with more than {_EXACT_DIGITS} digits")


def apply_binary(sign: str, left: Any, right: Any) -> Any:
    """Return the result of a binary operator."""
    if sign in ("&&", "||"):
        return _apply_logical(sign, left, right)
    unknown = first_unknown([left, right])
    if unknown is not None:
        return unknown
    if sign in ("==", "!="):
        if isinstance(left, dict | list) and is_equal(left, right):
            return _UNCERTAIN_EQUALITY
        return is_equal(left, right) == (sign == "==")
    if sign in _ARITHMETIC and is_number(left) and is_number(right):
        result = _ARITHMETIC[sign](_to_decimal(left), _to_decimal(right))
        return result if isinstance(result, bool) else _to_python_number(result)
    if sign in _DIVISIONS and _is_natural(left) and _is_natural(right) and right and (sign == "%" or not left % right):
        return _DIVISIONS[sign](left, right)
    return Unknown(f"pcaform does not evaluate '{sign}' with these operands")


def _apply_logical(sign: str, left: Any, right: Any) -> Any:
    decides = sign == "||"
    left, right = to_boolean(left), to_boolean(right)
    if left is decides or right is decides:
        return decides
    for value in (left, right):
        if not isinstance(value, bool):
            return value if isinstance(value, Unknown) else Unknown(f"'{sign}' needs true or false")
    return not decides


def apply_unary(sign: str, value: Any) -> Any:
    """Return the result of `!` or `-`."""
    if sign == "!" and isinstance(to_boolean(value), bool):
        return not to_boolean(value)
    if sign == "-" and is_number(value):
        return -value
    return value if isinstance(value, Unknown) else Unknown(f"pcaform does not evaluate '{sign}' with these operands")


def to_boolean(value: Any) -> Any:
    """Return a boolean, also from a string that Terraform converts to one; another value unchanged."""
    return BOOLEANS.get(value, value) if isinstance(value, str) else value


def is_number(value: Any) -> bool:
    """Tell whether a value is a number; Python counts true as one, Terraform does not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _to_decimal(number: Any) -> Any:
    return decimal.Decimal(repr(number)) if isinstance(number, float) else number


def _to_python_number(number: Any) -> Any:
    """Return a number as int or float; Unknown if that would round it."""
    result = parse_number(f"{number:f}") if isinstance(number, decimal.Decimal) else number
    return _TOO_LONG if result is None else result


def _is_natural(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_equal(left: Any, right: Any) -> bool:
    """Tell whether two values are equal in Terraform, where true is not 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(is_equal(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(is_equal, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def parse_number(text: str) -> int | float | None:
    """Return a string as Terraform's number; None if it is not one, or has more digits than Python represents."""
    if not _NUMBER.fullmatch(text):
        return None
    if text.lstrip("-").isdigit():
        return int(text) if len(text) < _MAX_LENGTH else None
    value = float(text)
    if len(text) > _EXACT_DIGITS or not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def to_string(value: Any) -> Any:
    """Return a value as a string, as templates do; Unknown for anything but strings, numbers and booleans."""
    if isinstance(value, str | Unknown):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if is_number(value):
        text = repr(value)
        is_exact = isinstance(value, int) or ("e" not in text and len(text) <= _EXACT_DIGITS)
        too_long = Unknown(f"pcaform does not evaluate fractions with more than {_EXACT_DIGITS} digits")
        return text if is_exact else too_long
    return Unknown("a list, an object or null is not a string")


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
