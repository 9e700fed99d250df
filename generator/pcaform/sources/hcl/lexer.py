"""Text -> tokens, in linear time: what is a comment, a string, a heredoc or a bracket, and where each one stands.

Syntax: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md, "Lexical Elements".
"""

import re
from typing import NamedTuple

from pcaform.sources.hcl.source_text import Source

_TOKEN = re.compile(
    r"""[ \t\r]*(?:
        (?P<newline>\n)
      | (?P<word>[A-Za-z_]++(?![\w-]))
      | (?P<name>[^\W\d][\w-]*+)
      | (?P<string>"(?:[^"\\$%\n]++|\\[^\n]|\$\$\{|%%\{|\$(?!\{)|%(?!\{))*+")
      | (?P<equals>=(?![=>]))
      | (?P<open>[\[{(])
      | (?P<close>[\]})])
      | (?P<number>[0-9]++(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)
      | (?P<comment>\#[^\n]*+|//[^\n]*+|(?s:/\*.*?\*/))
      | (?P<heredoc><<-?(?P<marker>[^\W\d][\w-]*+)[ \t]*\r?\n)
      | (?P<other>/\*|==|!=|<=|>=|=>|&&|\|\||\.\.\.|::|[-+*/%<>!?:.,~])
      | (?P<quote>")
      | (?P<end>\Z)
      | (?P<foreign>.)
    )""",
    re.VERBOSE,
)
_IN_QUOTES = re.compile(r'(?:[^"\\$%\n]++|\\[^\n]|\$\$\{|%%\{|\$(?!\{)|%(?!\{))*+')
_IN_HEREDOC = re.compile(r"(?:[^$%]++|\$\$\{|%%\{|\$(?!\{)|%(?!\{))*+")
_DEEPEST = 100
"""How deep brackets, blocks and templates may lie in each other; no configuration that people write comes near."""

TEMPLATE = "template"
_CLOSES = {"{": "}", "[": "]", "(": ")"}


class Token(NamedTuple):
    """One token: its kind, its text, and where it starts."""

    kind: str
    text: str
    start: int


def tokens(source: Source, start: int = 0, stop: int | None = None) -> list[Token]:
    """Return the tokens of a text without its comments; raises Failure for what no token can be, or is never closed.

    A string that holds an interpolation is one token of kind `template`, a heredoc one that ends after its marker.
    The last token is of kind `end`.
    """
    found: list[Token] = []
    opened: list[Token] = []
    text, position = source.text, start
    end = len(text) if stop is None else stop
    while True:
        position = _plain(source, found, opened, position, end)
        last = found[-1]
        if last.kind == "end":
            _refuse_open(source, opened)
            return found
        found.pop()
        stop_at = _quoted(source, last.start) if last.kind == "quote" else _heredoc(source, last)
        kind = TEMPLATE if last.kind == "quote" else "heredoc"
        found.append(Token(kind, text[last.start : stop_at], last.start))
        position = stop_at


def _plain(source: Source, found: list[Token], opened: list[Token], start: int, end: int) -> int:
    """Append tokens up to and with the next that needs more than a pattern; return where that one starts."""
    for match in _TOKEN.finditer(source.text, start, end):
        kind = match.lastgroup or ""
        if kind == "marker":
            kind = "heredoc"
        if kind == "comment":
            continue
        token = Token(kind, match[kind], match.start(kind))
        if kind in _STOPS:
            found.append(token)
            return token.start
        if kind == "open":
            opened.append(token)
            if len(opened) > _DEEPEST:
                raise source.failure(token.start, f"nested more than {_DEEPEST} levels deep: this is not read")
        elif kind == "close":
            _close(source, opened, token)
        elif kind == "foreign" or token.text == "/*":
            raise source.failure(token.start, _foreign(token.text))
        found.append(token)
    found.append(Token("end", "", end))
    return end


_STOPS = frozenset({"quote", "heredoc", "end"})


def _foreign(text: str) -> str:
    if text == "/*":
        return "this comment is never closed: '*/' is missing"
    shown = text if text.isprintable() else f"U+{ord(text):04X}"
    return f"'{shown}' has no meaning in Terraform's language" + (': text stands in "double quotes"' * (text == "'"))


def _close(source: Source, opened: list[Token], token: Token) -> None:
    if not opened:
        raise source.failure(token.start, f"'{token.text}' closes nothing")
    last = opened.pop()
    if _CLOSES[last.text] != token.text:
        raise source.failure(
            token.start, f"'{token.text}' cannot close the '{last.text}' of line {source.line(last.start)}"
        )


def _refuse_open(source: Source, opened: list[Token]) -> None:
    if opened:
        raise source.failure(opened[-1].start, f"'{opened[-1].text}' is never closed")


def _quoted(source: Source, start: int, depth: int = 0) -> int:
    """Return where a quoted template ends that starts at a quote."""
    position = start + 1
    while True:
        position = _end_of(_IN_QUOTES, source.text, position)
        if source.text.startswith('"', position):
            return position + 1
        if not source.text.startswith(("${", "%{"), position):
            raise source.failure(start, "this text is never closed: '\"' is missing before the end of its line")
        position = inner_end(source, position, depth + 1)


def inner_end(source: Source, start: int, depth: int = 0) -> int:
    """Return where an interpolation or a directive ends that starts with `${` or `%{`."""
    if depth > _DEEPEST:
        raise source.failure(start, f"nested more than {_DEEPEST} levels deep: this is not read")
    level, position = 1, start + 2
    while level:
        match = _TOKEN.match(source.text, position)
        kind = match.lastgroup if match else "end"
        if match is None or kind == "end":
            raise source.failure(start, f"'{source.text[start : start + 2]}' is never closed")
        position = match.end()
        if kind == "quote":
            position = _quoted(source, match.start("quote"), depth)
        elif kind in ("open", "close"):
            level += 1 if kind == "open" else -1
    return position


def _heredoc(source: Source, token: Token) -> int:
    """Return where a heredoc ends: after its marker, which stands alone on its line."""
    marker = token.text.strip().removeprefix("<<").removeprefix("-")
    ending = re.compile(rf"^[ \t]*{re.escape(marker)}(?=\r?$)", re.MULTILINE)
    found = ending.search(source.text, token.start + len(token.text))
    if found is None:
        raise source.failure(token.start, f"this heredoc is never closed: no line holds just '{marker}'")
    return found.end()


def _end_of(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def literal_end(text: str, position: int, *, is_heredoc: bool, end: int) -> int:
    """Return where the literal text of a template ends that starts here: at an interpolation, or at `end`."""
    match = (_IN_HEREDOC if is_heredoc else _IN_QUOTES).match(text, position, end)
    return match.end() if match else position
