"""Parses one expression with the grammar of python-hcl2; nothing else calls that library.

Building the parse tables of its whole grammar takes over a second. Blocks, templates and most line breaks never reach
it (see `expressions`), so the grammar is reduced to the rest: that takes 0.1 s, and nothing is cached on disk.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

_RULE = re.compile(r"^(?=[?!]?[a-z])", re.MULTILINE)
"""Start of a rule: rules have lower-case names, terminals upper-case ones."""
_LINE_BREAK = "new_line_or_comment"
_RULES_WITH_BREAKS = ("object", _LINE_BREAK)
"""Rules in which line breaks stay: in an object they separate its items."""
_REMOVED_RULES = ("heredoc_template", "heredoc_template_trim", "template_string")
"""Rules for templates and heredocs: only plain strings are left when the parser gets an expression."""


class ParseError(Exception):
    """A text is not an expression; `offset` is its first unexpected character."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(offset)


def parse(text: str) -> Any:
    """Return the parse tree of an expression; raises ParseError.

    Its strings must be plain, and line breaks may occur only between the items of an object.
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

    try:
        return _parser().parse(text)
    except (UnexpectedToken, UnexpectedCharacters) as error:
        is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        raise ParseError(len(text) if is_end else error.pos_in_stream or 0) from None
    except UnexpectedInput:
        raise ParseError(len(text)) from None


@cache
def _parser() -> Any:
    from hcl2 import parser
    from hcl2.postlexer import PostLexer
    from lark import Lark

    grammar = Path(parser.__file__).with_name("hcl2.lark").read_text(encoding="utf-8")
    return Lark(
        _reduce_grammar(grammar), parser="lalr", start="expression", propagate_positions=True, postlex=PostLexer()
    )


def _reduce_grammar(grammar: str) -> str:
    """Return python-hcl2's grammar without the rules that are not needed; rules that a new version renames stay."""
    return "".join(map(_reduce_rule, _RULE.split(grammar)))


def _reduce_rule(rule: str) -> str:
    name = rule.partition(":")[0].strip(" ?!")
    if name in _REMOVED_RULES:
        return ""
    if name == "string_part":
        return "string_part: STRING_CHARS\n"
    if name == "expr_term":
        return "\n".join(line for line in rule.split("\n") if line.strip(" |") not in _REMOVED_RULES)
    return rule if name in _RULES_WITH_BREAKS else rule.replace(f"{_LINE_BREAK}?", "")
