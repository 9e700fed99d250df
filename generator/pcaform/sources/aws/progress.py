"""How far a run is, on a terminal only: rich draws it, and nothing of it reaches a file or a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ProgressCallback = Callable[[int, int], None]
"""From how many answers there are, and how many there will be, to nothing."""


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


@contextmanager
def show_progress(what: str) -> Iterator[ProgressCallback]:
    """Yield what tells how far something is: a bar where stderr is a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
