"""A test's time limit ends the test and all processes below it; so none hangs, and none leaves Terraform behind.

pytest-timeout has the limit (pyproject.toml) and fails the test; this says what else ends then. A test that ends for
neither, as one inside a C library might, ends with its worker, and pytest-xdist goes on with another one.
"""

import faulthandler
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import pytest_timeout

_AGAIN = 30.0
"""After how many seconds a test is failed once more that waits for something while it fails."""
_PATIENCE = 3
"""After how many of its limits a worker ends itself."""


def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool:
    """Fail the test at its limit, once all processes below this one are dead."""

    def over(_: int, __: FrameType | None) -> None:
        if not pytest_timeout.is_debugging():
            end_children()
            pytest_timeout.timeout_sigalrm(item, settings)

    signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, settings.timeout, _AGAIN)
    faulthandler.dump_traceback_later(settings.timeout * _PATIENCE, exit=True)
    return True


def pytest_timeout_cancel_timer() -> bool:
    """Let a test that is done be."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    faulthandler.cancel_dump_traceback_later()
    return True


def end_children() -> None:
    """Stop every process below this one, so that none starts another or gets away from its parent, and kill them."""
    found: set[int] = set()
    while new := set(_below(os.getpid())) - found:
        _send(new, signal.SIGSTOP)
        found |= new
    _send(found, signal.SIGKILL)


def _send(processes: set[int], sent: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process, sent)
        except ProcessLookupError:
            continue


def _below(process: int) -> Iterator[int]:
    """Yield the children of a process, theirs, and so on; where there is no /proc there are none to be seen."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")
        except OSError:
            continue
        children.setdefault(int(rest.split()[1]), []).append(int(stat.parent.name))
    waiting = [process]
    while waiting:
        found = children.get(waiting.pop(), [])
        yield from found
        waiting.extend(found)
