"""Checks of arguments of functions: TypeError or ValueError for what Terraform would convert or refuse."""

from collections.abc import Mapping
from typing import Any

from pcaform.sources.hcl.operators import is_number, parse_number


def check_list(values: Any) -> list[Any]:
    """Return a list unchanged; raises TypeError for other iterable values, such as strings."""
    if not isinstance(values, list):
        raise TypeError
    return values


def check_strings(values: Any) -> list[str]:
    """Return a list of strings unchanged; raises TypeError for other elements, which Terraform would convert."""
    if not all(isinstance(value, str) for value in check_list(values)):
        raise TypeError
    return list(values)


def check_map(value: Any) -> Mapping[str, Any]:
    """Return a map or object unchanged."""
    if not isinstance(value, dict):
        raise TypeError
    return value


def to_number(value: Any) -> Any:
    """Return a number, also from a string."""
    if is_number(value):
        return value
    number = parse_number(value)
    if number is None:
        raise ValueError
    return number


def check_ascii(text: str) -> str:
    """Return a text unchanged in which all characters are ASCII, for which no question of Unicode arises."""
    if not text.isascii():
        raise ValueError
    return text


def check_text(text: Any) -> str:
    """Return a string unchanged."""
    if not isinstance(text, str):
        raise TypeError
    return text


def check_numbers(*values: Any) -> tuple[Any, ...]:
    """Return numbers unchanged, at least one."""
    if not values or not all(map(is_number, values)):
        raise TypeError
    return values
