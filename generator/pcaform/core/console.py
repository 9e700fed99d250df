"""Output of commands: results go to stdout, status messages to stderr."""

import os
import sys


def print_result(text: str) -> None:
    """Print the result of a command to stdout."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def print_status(text: str) -> None:
    """Print a status line to stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def has_colour() -> bool:
    """Tell whether stdout is a terminal and NO_COLOR is not set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def style(text: str, code: str) -> str:
    """Return text in an ANSI style if stderr is a terminal and NO_COLOR is not set."""
    if os.environ.get("NO_COLOR") or not sys.stderr.isatty():
        return text
    return f"\x1b[{code}m{text}\x1b[0m"
