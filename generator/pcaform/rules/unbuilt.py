"""What version 1 of the spec describes and this release does not render yet: known, judged, and answered honestly."""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.document import Loc

RULE = "not-built"
_ANY = "*"
_SECTIONS = ("waivers",)
_SHAPES: tuple[tuple[str, ...], ...] = tuple((name,) for name in _SECTIONS)


def unbuilt(data: Any) -> Iterator[tuple[Loc, str]]:
    """Yield each key of a spec's data that this release only reads, with the message for it."""
    for shape in _SHAPES:
        for loc in _found(data, shape):
            yield loc, f"'{loc[-1]}' is not built yet in this release: remove it"


def _found(data: Any, shape: tuple[str, ...]) -> Iterator[Loc]:
    if not isinstance(data, Mapping):
        return
    first, *rest = shape
    for key in data if first == _ANY else [first]:
        if key in data and not rest:
            yield (key,)
        elif key in data:
            yield from ((key, *below) for below in _found(data[key], tuple(rest)))
