"""Output of commands: results go to stdout, status messages to stderr; neither can command a terminal or a CI log."""

import codecs
import os
import re
import shutil
import sys
from contextlib import suppress
from io import TextIOWrapper
from types import SimpleNamespace
from typing import TextIO

from pcaform.core.problems import Failure
from pcaform.core.unicode import json_escape, visible, visible_line

_COLOUR = re.compile(r"(\x1b\[\d*m)")
_MIN_COLUMNS = 20
_FIRST_COLUMN = re.compile(r" {0,4}\S[^:]{0,23}? {2,}(?=\S)")
"""What is left of the text of a row: a word such as a date, and two spaces."""
_ESCAPE_UNENCODABLE = "pcaform.unicode"
_state = SimpleNamespace(verbosity=0)


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
    """Print status lines to stderr; what is in a line stays in it. Nobody can be told where stderr is full.

    A terminal wraps them at words, unless they are indented: that is how others are quoted.
    """
    with suppress(Failure):
        if lines:
            shown = (line if line.startswith(" ") else wrap_line(line, sys.stderr) for line in map(visible_line, lines))
            _print(sys.stderr, "\n".join(shown), "standard error")


def print_progress(*lines: str) -> None:
    """Print status lines that only tell what went well; not with --quiet."""
    if _state.verbosity >= 0:
        print_status(*lines)


def print_detail(*lines: str) -> None:
    """Print status lines for --verbose: what ran, and what was written."""
    if _state.verbosity > 0:
        print_status(*lines)


def has_progress() -> bool:
    """Tell whether progress is shown: on a terminal that can move its cursor, and nothing else is written there."""
    return has_cursor(sys.stderr) and _state.verbosity == 0


def set_verbosity(verbosity: int) -> None:
    """Set how much this process says: -1 with --quiet, 1 with --verbose, else 0."""
    _state.verbosity = verbosity


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


def wrap_line(line: str, stream: TextIO | None) -> str:
    """Return an escaped line for a terminal: wrapped at words, below the text of a row, else indented."""
    columns = width(stream)
    if not len(line) > columns > _MIN_COLUMNS:
        return line
    from textwrap import wrap

    column = _FIRST_COLUMN.match(line)
    indent = " " * (column.end() if column else len(line) - len(line.lstrip()) + 4)
    return "\n".join(wrap(line, columns, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False))


def width(stream: TextIO | None) -> int:
    """Return the columns of a terminal, 0 for everything else."""
    return shutil.get_terminal_size().columns if stream is not None and stream.isatty() else 0


def has_colour(stream: TextIO | None = None) -> bool:
    """Tell whether a stream, or stdout, is a terminal with colours, and NO_COLOR is not set."""
    return has_cursor(stream or sys.stdout) and not os.environ.get("NO_COLOR")


def has_cursor(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal that understands escape sequences."""
    return width(stream) > 0 and os.environ.get("TERM") != "dumb"


def style(text: str, code: str) -> str:
    """Return text in an ANSI style if stderr is a terminal that has colours."""
    return f"\x1b[{code}m{text}\x1b[0m" if sys.stderr is not None and has_colour(sys.stderr) else text
