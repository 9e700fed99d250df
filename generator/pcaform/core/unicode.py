"""Text as Terraform keeps it (form NFC), and text as it is shown: nothing in it commands a terminal or a CI log."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

COMMAND = re.compile(r"##(?=(?:vso)?\[)")
"""What starts a command anywhere in a line: `##[add-mask]` in a log of GitHub, `##vso[` in one of Azure Pipelines."""


def nfc(value: Any) -> Any:
    """Return plain data with all of its text in Unicode's form NFC, as in every value of Terraform.

    Source: https://github.com/zclconf/go-cty/blob/main/docs/types.md, "Primitive Types".
    """
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {nfc(key): nfc(inner) for key, inner in value.items()}
    return [nfc(inner) for inner in value] if isinstance(value, list) else value


def visible(text: str, *, keep: str = "") -> str:
    r"""Return text with everything invisible as an escape sequence such as `\x1b`, `\n` or `\u202e`, except `keep`.

    That is all that could command a terminal or a CI log, break a line, or change the order in which it is read.
    """
    if not text.isprintable():
        text = "".join(each if each.isprintable() or each in keep else _escape(each) for each in text)
    return COMMAND.sub(r"#\\x23", text)


def visible_line(text: str, *, keep: str = "") -> str:
    """Return text as one line that is no workflow command of GitHub, which starts with `::` after any spaces."""
    line = visible(text, keep=keep)
    start = len(line) - len(line.lstrip())
    return f"{line[:start]}\\x3a{line[start + 1 :]}" if line.startswith("::", start) else line


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def json_escape(text: str) -> str:
    r"""Return text as `\uXXXX`, which JSON, and for one such unit YAML, reads back; for others it is readable."""
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[index]:02x}{units[index + 1]:02x}" for index in range(0, len(units), 2))
