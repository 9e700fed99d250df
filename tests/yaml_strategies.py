"""What Hypothesis draws in all tests: texts, values and damaged files."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

AWKWARD = [
    *("${", "%{", "$${", "%%{", "$$${", "$$$${", "$", "%", "{", "}", "${x}", "%{ if true }", "${jsonencode({})}"),
    *('"', '\\"', "\\", "\\\\", "'", "\\n", "\\u0041", "\n", "\r\n", "\r", "\t", "\0", "\b", "\f", "\x1b[31m", "\x7f"),
    *("<<EOF\nx\nEOF\n", "<<-EOT", "EOF", "/*", "*/", "//", "#", "{{ x }}", "{% raw %}", "{#", "~}", "${~", "%{~"),
    *("\u202ekcatta", "\u2066x\u2069", "\u200b", "\u200d", "\ufeff", "\u2028", "\u2029", "\x85", "\xad", "\xa0"),
    *(
        "é",
        "e\u0301",
        "ß",
        "İ",
        "日本語",
        "\U0001f600",
        "\U0001f469\u200d\U0001f469",
        "\U0001f1e9\U0001f1ea",
        "❤\ufe0f",
    ),
    *("\ue000", "\U000f0000", "\U0010ffff", "\ufffd", "\ufffe", "क्षि", "각", "กำ", "ﾊﾞ", "\U0001f44d\U0001f3fd"),
    *(
        "null",
        "true",
        "no",
        "~",
        "<<",
        "=",
        "0123",
        "1.5",
        "1e3",
        "0x10",
        "2035-01-01",
        "- a",
        "a: b",
        "? a",
        "!x",
        "@x",
    ),
    *("for", "in", "if", "", " ", " x ", "x ", "---", "...", "a #b", "[", "]", ",", "&a", "*a", "|", ">", "`", "%x"),
]
"""Pieces of text that mean something to YAML, HCL, Jinja2, a terminal or a reader."""
_CHARACTERS = st.characters(exclude_categories=["Cs"])


def drawn(strategy: st.SearchStrategy[Any], number: int) -> list[Any]:
    """Draw a number of examples at once, since starting Terraform for each would take minutes."""
    found: list[Any] = []

    @settings(max_examples=number, database=None)
    @given(strategy)
    def draw(example: Any) -> None:
        found.append(example)

    draw()
    return found


@cache
def texts(*, min_size: int = 0, max_size: int = 60) -> st.SearchStrategy[str]:
    """Draw text of any kind: plain, from any script, and made of awkward pieces."""
    plain = st.text(st.sampled_from("abcXYZ019 -_."), min_size=min_size, max_size=max_size)
    anything = st.text(_CHARACTERS, min_size=min_size, max_size=max_size)
    awkward = st.lists(st.sampled_from(AWKWARD), max_size=6).map("".join).map(lambda text: text[:max_size])
    return plain | anything | awkward.filter(lambda text: len(text) >= min_size)


@cache
def values(*, normal: bool = False) -> st.SearchStrategy[Any]:
    """Draw nested plain data, as a policy or a backend holds it; `normal` keeps its text in Unicode's form NFC."""
    text = texts().map(lambda text: unicodedata.normalize("NFC", text)) if normal else texts()
    leaves = text | st.booleans() | st.none() | st.integers(-(10**18) + 1, 10**18 - 1)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
        max_leaves=12,
    )


def damaged(seed: bytes) -> st.SearchStrategy[bytes]:
    """Draw a file with a few places overwritten by bytes, words of its own and marks of YAML."""
    marks = [b"\0", b"\t", b"\n", b"\r", b"  ", b": ", b"- ", b"{", b"}", b"[", b"]", b'"', b"'", b"&a ", b"*a", b"!x "]
    words = [b"<<: ", b"#", b"|", b"null", b"true", b"0", b"-1", b"\xff", "\u2028".encode(), b"", *seed.split()]
    pieces = st.sampled_from(marks + words) | st.binary(max_size=3)
    edit = st.tuples(st.integers(0, len(seed)), st.integers(0, 40), pieces)
    return st.lists(edit, min_size=1, max_size=4).map(lambda edits: _edited(seed, edits))


def _edited(content: bytes, edits: Sequence[tuple[int, int, bytes]]) -> bytes:
    for start, length, piece in edits:
        content = content[:start] + piece + content[start + length :]
    return content
