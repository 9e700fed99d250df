"""Traverses a value by attributes, indexes and splats."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pcaform.sources.hcl.unknown import Unknown

SPLAT: Final = object()
"""The splat `[*]` or `.*`."""


def traverse(value: Any, steps: Sequence[Any]) -> Any:
    """Return the value at the end of a traversal; Unknown with the reason if there is none.

    An object with a method `get_attribute`, such as a resource, returns its attributes itself.
    """
    for number, step in enumerate(steps):
        if isinstance(value, Unknown):
            return value
        if step is SPLAT:
            return _apply_splat(value, steps[number + 1 :])
        if isinstance(step, Unknown):
            return step
        get_attribute: Callable[[Any], Any] | None = getattr(value, "get_attribute", None)
        value = get_attribute(step) if get_attribute else _get_element(value, step)
    return value


def _apply_splat(value: Any, rest: Sequence[Any]) -> Any:
    """Return the traversal of each element; a single value counts as a list of one, null as an empty list."""
    if isinstance(value, Unknown):
        return value
    if value is None:
        return []
    return [traverse(each, rest) for each in (value if isinstance(value, list) else [value])]


def _get_element(value: Any, step: Any) -> Any:
    try:
        if isinstance(value, Mapping):
            return value[step if isinstance(step, str) else str(step)]
        if isinstance(value, list) and str(step).isdecimal():
            return value[int(step)]
    except (KeyError, IndexError):
        pass
    return Unknown(f"it has no element '{step}'", is_error=True)
