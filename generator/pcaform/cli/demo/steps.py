"""The steps of the demo: one line for each with its time, and the program's own commands in them.

It stops at the first step that fails.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pcaform.core import console
from pcaform.core.problems import Failure


class StepFailed(Failure):
    """A step of the demo did not show what it should."""


def begin_act(title: str) -> None:
    """Print the title of an act."""
    console.print_styled(f"\n{console.style(title, '1')}")


@contextmanager
def step(title: str) -> Iterator[list[str]]:
    """Time one step and print how it ended; below it the lines that the block appends to the list."""
    notes: list[str] = []
    start = time.perf_counter()
    try:
        yield notes
    except Exception:
        console.print_styled(f"  {console.style('failed', '31')}  {title}")
        raise
    console.print_styled(f"  {console.style('ok', '32')} {time.perf_counter() - start:6.2f} s  {title}")
    for note in notes:
        console.print_status(f"               {note}")


def print_skipped(title: str, why: str) -> None:
    """Print that a step was not done, and why."""
    console.print_styled(f"  {console.style('left out', '33')}  {title}: {why}")


def require(condition: bool, message: str) -> None:  # noqa: FBT001 - an assertion: require(a == b, "…")
    """Raise StepFailed with what was seen instead unless the condition is true."""
    if not condition:
        raise StepFailed(message)


def run_pcaform(*arguments: str, environment: Mapping[str, str], directory: Path, code: int = 0) -> str:
    """Run a command of pcaform in a child process and return its output; raises StepFailed for another exit code."""
    command = [sys.executable, "-m", "pcaform", *arguments]
    done = subprocess.run(
        command, cwd=directory, env=dict(environment), capture_output=True, text=True, encoding="utf-8", check=False
    )
    require(done.returncode == code, f"exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout
