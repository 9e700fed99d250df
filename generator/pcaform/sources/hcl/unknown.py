"""What a value is that only Terraform can know: a reason, which travels to whatever was made with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """No value, and why there is none."""

    reason: str
    is_error: bool = False
    """Whether Terraform could not tell it either: `try` goes on to its next argument then."""


def first_unknown(value: Any) -> Unknown | None:
    """Return the first thing in plain data that is not known."""
    if isinstance(value, Unknown):
        return value
    inner: Iterable[Any] = ()
    if isinstance(value, Mapping):
        inner = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    for each in inner:
        if isinstance(each, Unknown | Mapping | list | tuple) and (found := first_unknown(each)) is not None:
            return found
    return None
