"""One step into a value: an attribute, an index, or all elements at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pcaform.sources.hcl.unknown import Unknown

SPLAT: Final = object()
"""The step `[*]` or `.*`."""


def step_into(value: Any, steps: Sequence[Any]) -> Any:
    """Return what lies below a value; Unknown, with the reason, where nothing does.

    A value with a method `step` answers for itself: a resource, for one, which knows attributes that no file shows.
    """
    for number, step in enumerate(steps):
        if isinstance(value, Unknown):
            return value
        if step is SPLAT:
            return _every(value, steps[number + 1 :])
        if isinstance(step, Unknown):
            return step
        answers: Callable[[Any], Any] | None = getattr(value, "step", None)
        value = answers(step) if answers else _below(value, step)
    return value


def _every(value: Any, rest: Sequence[Any]) -> Any:
    """Return a step into each element; a single value is a list of one, null a list of none."""
    if isinstance(value, Unknown):
        return value
    if value is None:
        return []
    return [step_into(each, rest) for each in (value if isinstance(value, list) else [value])]


def _below(value: Any, step: Any) -> Any:
    try:
        if isinstance(value, Mapping):
            return value[step if isinstance(step, str) else str(step)]
        if isinstance(value, list) and str(step).isdecimal():
            return value[int(step)]
    except (KeyError, IndexError):
        pass
    return Unknown(f"there is no '{step}' in it", is_error=True)
