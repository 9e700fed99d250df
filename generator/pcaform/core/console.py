"""Output of commands: results go to stdout, status messages to stderr; neither can command a terminal or a CI log."""

import codecs
import os
import re
import shutil
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import TextIO

from pcaform.core.problems import Failure
from pcaform.core.unicode import json_escape, visible, visible_line

_COLOUR = re.compile(r"(\x1b\[\d*m)")
_ESCAPE_UNENCODABLE = "pcaform.unicode"


def print_result(text: str, *, is_coloured: bool = False, has_commands: bool = False) -> None:
    """Print the result of a command to stdout; raises Failure where it cannot be written.

    Only `is_coloured` text has colours, and only text that `has_commands` has workflow commands of GitHub.
    """
    clean = _visible_coloured if is_coloured else visible if has_commands else visible_line
    lines = text.removesuffix("\n").split("\n")
    _print(sys.stdout, "\n".join(clean(line, keep="\t") for line in lines), "standard output")


def _visible_coloured(line: str, *, keep: str) -> str:
    parts = [part if _COLOUR.fullmatch(part) else visible(part, keep=keep) for part in _COLOUR.split(line)]
    plain = _COLOUR.sub("", line).lstrip()
    return "".join(parts).replace("::", "\\x3a:", 1) if plain.startswith("::") else "".join(parts)


def print_document(text: str) -> None:
    """Print a file's content to stdout: in UTF-8, whatever the encoding of stdout, since it may become a file."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    print_result(text)


def print_status(*lines: str) -> None:
    """Print status lines to stderr; what is in a line stays in it. Nobody can be told where stderr is full."""
    with suppress(Failure):
        if lines:
            _print(sys.stderr, "\n".join(map(visible_line, lines)), "standard error")


def print_styled(line: str) -> None:
    """Print a status line of pcaform's own words, in which `style` may occur."""
    with suppress(Failure):
        _print(sys.stderr, line, "standard error")


def escape_unencodable() -> None:
    """Make what the encoding of stdout or stderr lacks an escape sequence instead of an error."""

    def escape(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        return json_escape(error.object[error.start : error.end]), error.end

    codecs.register_error(_ESCAPE_UNENCODABLE, escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_ESCAPE_UNENCODABLE)


def discard_output() -> None:
    """Send what is still buffered to nowhere: Python would write it when it ends, and fail."""
    for stream in (sys.stdout, sys.stderr):
        _discard(stream)


def _discard(stream: TextIO | None) -> None:
    with suppress(OSError, ValueError):
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _print(stream: TextIO | None, text: str, name: str) -> None:
    if stream is None:
        raise Failure(f"{name} is closed: nothing can be written there")
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _discard(stream)
        raise Failure(f"{name} cannot be written: {error.strerror}") from None


def width(stream: TextIO | None) -> int:
    """Return the columns of a terminal, 0 for everything else."""
    return shutil.get_terminal_size().columns if stream is not None and stream.isatty() else 0


def has_colour(stream: TextIO | None = None) -> bool:
    """Tell whether a stream, or stdout, is a terminal and NO_COLOR is not set."""
    return width(stream or sys.stdout) > 0 and not os.environ.get("NO_COLOR")


def style(text: str, code: str) -> str:
    """Return text in an ANSI style if stderr is a terminal and NO_COLOR is not set."""
    return f"\x1b[{code}m{text}\x1b[0m" if sys.stderr is not None and has_colour(sys.stderr) else text
