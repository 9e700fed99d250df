"""The telling of a demo: one line per step with its time, and an end as soon as something does not hold."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from pcaform.core import console
from pcaform.core.problems import Failure


class DoesNotHold(Failure):
    """A step of the demo did not show what it promises."""


def act(title: str) -> None:
    """Say that a new act begins."""
    console.print_status(f"\n{console.style(title, '1')}")


@contextmanager
def step(title: str) -> Iterator[list[str]]:
    """Time one step and say how it went; what the block appends to the list is told below it."""
    notes: list[str] = []
    start = time.perf_counter()
    try:
        yield notes
    except Exception:
        console.print_status(f"  {console.style('failed', '31')}  {title}")
        raise
    console.print_status(f"  {console.style('ok', '32')} {time.perf_counter() - start:6.2f} s  {title}")
    for note in notes:
        console.print_status(f"               {note}")


def left_out(title: str, why: str) -> None:
    """Say that a step was not done, and why."""
    console.print_status(f"  {console.style('left out', '33')}  {title}: {why}")


def holds(condition: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence: holds(a == b, "…")
    """Raise DoesNotHold with what was seen instead, unless the condition is true."""
    if not condition:
        raise DoesNotHold(otherwise)
