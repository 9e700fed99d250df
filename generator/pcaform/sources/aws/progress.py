"""A progress bar on a terminal; nothing of it is written to a file or a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ProgressCallback = Callable[[int, int], None]
"""Called with the number of responses so far and in total."""


def no_progress(done: int, total: int) -> None:
    """Report nothing."""


@contextmanager
def show_progress(description: str) -> Iterator[ProgressCallback]:
    """Yield the callback of a progress bar if stderr is a terminal, else one that does nothing."""
    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
