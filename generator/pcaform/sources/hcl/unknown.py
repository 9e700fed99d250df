"""The unknown value: carries its reason to every value that is computed from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be evaluated, and the reason."""

    reason: str
    is_error: bool = False
    """Whether it is an error in Terraform too: `try` goes on to its next argument then."""


def first_unknown(value: Any) -> Unknown | None:
    """Return the first unknown value in plain data."""
    if isinstance(value, Unknown):
        return value
    inner: Iterable[Any] = ()
    if isinstance(value, Mapping):
        inner = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    for item in inner:
        if isinstance(item, Unknown | Mapping | list | tuple) and (unknown := first_unknown(item)) is not None:
            return unknown
    return None
