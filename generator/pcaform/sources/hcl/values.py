"""The unknown value, traversal by attributes, indexes and splats, and the scopes that resolve names.

An unknown value carries its reason to every value that is computed from it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be evaluated, and the reason."""

    reason: str
    is_error: bool = False
    """Whether it is an error in Terraform too: `try` goes on to its next argument then."""
    sample: Any = None
    """A value of its type, if that is known."""


def first_unknown(value: Any) -> Unknown | None:
    """Return the first unknown value in plain data."""
    if isinstance(value, Unknown):
        return value
    inner: Iterable[Any] = ()
    if isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    for item in inner:
        if isinstance(item, Unknown | dict | list | tuple) and (unknown := first_unknown(item)) is not None:
            return unknown
    return None


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
        if isinstance(value, dict):
            return value[step if isinstance(step, str) else str(step)]
        if isinstance(value, list) and str(step).isdecimal():
            return value[int(step)]
    except (KeyError, IndexError):
        pass
    return Unknown(f"it has no element '{step}'", is_error=True)


class Scope(Protocol):
    """Resolves the names of an expression."""

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:
        """Return the value of a path, such as `var.name` or `module.x.arn`."""

    def call(self, function: str, arguments: list[Any]) -> Any:
        """Return the result of one of Terraform's functions."""


@dataclass(frozen=True, slots=True)
class NestedScope:
    """A child scope with additional names: those of `for`, `each`, `count` and dynamic blocks."""

    outer: Scope
    names: Mapping[str, Any]

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:
        """Return the value of a path; the names of this scope come first."""
        return traverse(self.names[root], steps) if root in self.names else self.outer.resolve(root, steps)

    def call(self, function: str, arguments: list[Any]) -> Any:
        """Return the result of a function."""
        return self.outer.call(function, arguments)
