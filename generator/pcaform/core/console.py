"""Where talk goes: results on stdout, everything said about the work on stderr."""

import os
import sys


def print_result(text: str) -> None:
    """Print what the command was asked for."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def print_status(text: str) -> None:
    """Print a line about the work."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def has_colour() -> bool:
    """Tell whether results go to a terminal that may be given colour."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def style(text: str, code: str) -> str:
    """Return text in an ANSI style where stderr is a terminal and NO_COLOR is not set."""
    if os.environ.get("NO_COLOR") or not sys.stderr.isatty():
        return text
    return f"\x1b[{code}m{text}\x1b[0m"
