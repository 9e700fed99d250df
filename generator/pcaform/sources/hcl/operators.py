"""Terraform's operators and templates on known values. Whatever is not known makes the result unknown.

Source: https://developer.hashicorp.com/terraform/language/expressions/operators
"""

import decimal
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from pcaform.sources.hcl.unknown import Unknown, first_unknown

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_LONGEST = 1000
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
"""Of whole numbers, where nothing is left or asked for: of others only Terraform knows every digit."""
_ALIKE = Unknown("whether two lists or objects are equal depends on their types too")
"""To Terraform `tolist([1]) == [1]` is false; what differs in its values is never equal."""
_DIGITS = 15
"""How many digits of a fraction Python holds exactly."""


def binary(sign: str, left: Any, right: Any) -> Any:
    """Return what an operator makes of two values."""
    if sign in ("&&", "||"):
        return _logical(sign, left, right)
    unknown = first_unknown([left, right])
    if unknown is not None:
        return unknown
    if sign in ("==", "!="):
        if isinstance(left, Mapping | list) and is_same(left, right):
            return _ALIKE
        return is_same(left, right) == (sign == "==")
    if sign in _ARITHMETIC and is_number(left) and is_number(right):
        found = _ARITHMETIC[sign](_exact(left), _exact(right))
        return found if isinstance(found, bool) else _shortest(found)
    if sign in _DIVISIONS and _is_natural(left) and _is_natural(right) and right and (sign == "%" or not left % right):
        return _DIVISIONS[sign](left, right)
    return Unknown(f"'{sign}' is not evaluated here")


def _logical(sign: str, left: Any, right: Any) -> Any:
    decides = sign == "||"
    if left is decides or right is decides:
        return decides
    for value in (left, right):
        if not isinstance(value, bool):
            return value if isinstance(value, Unknown) else Unknown(f"'{sign}' wants true or false")
    return not decides


def unary(sign: str, value: Any) -> Any:
    """Return what `!` or `-` makes of a value."""
    if sign == "!" and isinstance(value, bool):
        return not value
    if sign == "-" and is_number(value):
        return -value
    return value if isinstance(value, Unknown) else Unknown(f"'{sign}' is not evaluated here")


def is_number(value: Any) -> bool:
    """Tell whether a value is a number: to Python true is one, to Terraform it is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _exact(number: Any) -> Any:
    return decimal.Decimal(repr(number)) if isinstance(number, float) else number


def _shortest(number: Any) -> Any:
    """Return a number as Python's own; Unknown where that would round it."""
    found = number_of(f"{number:f}") if isinstance(number, decimal.Decimal) else number
    return Unknown("a number of so many digits is not evaluated here") if found is None else found


def _is_natural(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_same(left: Any, right: Any) -> bool:
    """Tell whether two values are equal to Terraform, to which true is not 1."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(is_same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(is_same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def number_of(text: str) -> int | float | None:
    """Return the number that a text is to Terraform; None for what is none, or has more digits than Python holds."""
    if not _NUMBER.fullmatch(text):
        return None
    if text.lstrip("-").isdigit():
        return int(text) if len(text) < _LONGEST else None
    value = float(text)
    if len(text) > _DIGITS or not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def as_text(value: Any) -> Any:
    """Return how a value shows in a template or as text; only texts, numbers and booleans do."""
    if isinstance(value, str | Unknown):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if is_number(value):
        shown = repr(value)
        is_exact = isinstance(value, int) or ("e" not in shown and len(shown) <= _DIGITS)
        return shown if is_exact else Unknown("a fraction of so many digits is not evaluated here")
    return Unknown("a list, an object or null is no text")
