"""Terraform's operators and templates on known values. Whatever is not known makes the result unknown.

Source: https://developer.hashicorp.com/terraform/language/expressions/operators
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from pcaform.sources.hcl.unknown import Unknown, first_unknown

_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def binary(sign: str, left: Any, right: Any) -> Any:
    """Return what an operator makes of two values."""
    if sign in ("&&", "||"):
        return _logical(sign, left, right)
    unknown = first_unknown([left, right])
    if unknown is not None:
        return unknown
    if sign in ("==", "!="):
        is_same = (
            type(left) is type(right) and left == right
            if isinstance(left, bool) != isinstance(right, bool)
            else left == right
        )
        return is_same == (sign == "==")
    if sign in _ARITHMETIC and is_number(left) and is_number(right):
        return _ARITHMETIC[sign](left, right)
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


def as_text(value: Any) -> Any:
    """Return how a value shows in a template or as text; only texts, numbers and booleans do."""
    if isinstance(value, str | Unknown):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if is_number(value):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return Unknown("a list, an object or null is no text")
