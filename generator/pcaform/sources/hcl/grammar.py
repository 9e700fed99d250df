"""The one place that calls python-hcl2: the text of an expression -> its parse tree, or where it stops making sense.

Building the grammar's tables takes over a second, so python-hcl2 keeps them beside itself. Where nobody may write there
they go to the user's cache directory, else every run would build them again.
"""

import gc
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

_BEFORE = "x ="
_CACHE = "hcl2-grammar.bin"


class Unparsable(Exception):  # noqa: N818 - it is an answer, not a fault
    """The character at which a text stops being an expression."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(offset)


def tree(text: str) -> tuple[Any, int]:
    """Return the parse tree of an expression, and how far its positions are ahead of the text's own.

    Raises Unparsable.
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

    try:
        parsed = _parser().parse(f"{_BEFORE}{text}\n")
    except UnexpectedEOF:
        raise Unparsable(len(text)) from None
    except (UnexpectedToken, UnexpectedCharacters) as error:
        raise Unparsable((error.pos_in_stream or 0) - len(_BEFORE)) from None
    except UnexpectedInput:
        raise Unparsable(0) from None
    attribute, *more = [child for child in parsed.children[0].children if hasattr(child, "children")]
    for child in more:
        if child.data != "new_line_or_comment":
            raise Unparsable(child.meta.start_pos - len(_BEFORE))
    return attribute.children[-1], len(_BEFORE)


@contextmanager
def collecting_later() -> Iterator[None]:
    """Keep Python's garbage collector away while many small values are made: it would go through all of them again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
def _parser() -> Any:
    from hcl2 import parser

    if not _is_writable(Path(parser.PARSER_FILE)):
        parser.PARSER_FILE = cache_file()
    return parser.parser()


def cache_file() -> Path:
    """Return where the grammar's tables are kept for a user; a directory of this run where not even that can be."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pcaform"
    try:
        base.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="pcaform-")) / _CACHE
    return base / _CACHE


def _is_writable(path: Path) -> bool:
    return os.access(path if path.exists() else path.parent, os.R_OK | (0 if path.exists() else os.W_OK))
