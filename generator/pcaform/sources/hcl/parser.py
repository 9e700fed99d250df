"""The one place that calls python-hcl2: the text of an expression -> its parse tree, or where it stops making sense.

Building the tables of its whole grammar takes over a second. Files and blocks, templates and most line breaks never
reach it (see `expressions`), so only the rest is built: that takes a tenth of a second, and nothing is kept on disk.
"""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

_RULE = re.compile(r"^(?=[?!]?[a-z])", re.MULTILINE)
"""Where a rule begins: terminals have capital letters."""
_BREAK = "new_line_or_comment"
_WITH_BREAKS = ("object", _BREAK)
"""The rules that keep their line breaks: in an object they part its items."""
_TAKEN_OUT = ("heredoc_template", "heredoc_template_trim", "template_string")
"""What only a text can be: every text is plain by the time that it gets here."""


class Unparsable(Exception):  # noqa: N818 - it is an answer, not a fault
    """The character at which a text stops being an expression."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(offset)


def tree(text: str) -> Any:
    """Return the parse tree of an expression; raises Unparsable.

    Texts in it are plain, and lines break only between the items of an object.
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

    try:
        return _parser().parse(text)
    except (UnexpectedToken, UnexpectedCharacters) as error:
        is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        raise Unparsable(len(text) if is_end else error.pos_in_stream or 0) from None
    except UnexpectedInput:
        raise Unparsable(len(text)) from None


@contextmanager
def gc_paused() -> Iterator[None]:
    """Keep Python's garbage collector away while many small values are made, and from them afterwards.

    It would go through all of them again and again; they live about as long as the command does.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.enable()


@cache
def _parser() -> Any:
    from hcl2 import parser
    from hcl2.postlexer import PostLexer
    from lark import Lark

    whole = Path(parser.__file__).with_name("hcl2.lark").read_text(encoding="utf-8")
    return Lark(_lean(whole), parser="lalr", start="expression", propagate_positions=True, postlex=PostLexer())


def _lean(grammar: str) -> str:
    """Return python-hcl2's grammar without what is never asked of it; what it words otherwise one day just stays."""
    return "".join(map(_lean_rule, _RULE.split(grammar)))


def _lean_rule(rule: str) -> str:
    name = rule.partition(":")[0].strip(" ?!")
    if name in _TAKEN_OUT:
        return ""
    if name == "string_part":
        return "string_part: STRING_CHARS\n"
    if name == "expr_term":
        return "\n".join(line for line in rule.split("\n") if line.strip(" |") not in _TAKEN_OUT)
    return rule if name in _WITH_BREAKS else rule.replace(f"{_BREAK}?", "")
