"""Decodes a Terraform file and converts character offsets to the lines and columns that messages show."""

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from pcaform.core.problems import Failure

_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Source:
    """One file: its path as shown in messages, and its text."""

    path: str
    text: str = field(repr=False)

    def location(self, offset: int) -> str:
        """Return `file:line` of the character at an offset."""
        return f"{self.path}:{self.line(offset)}"

    def line(self, offset: int) -> int:
        """Return the line of the character at an offset, counted from 1."""
        return bisect_right(self._line_starts, offset)

    def failure(self, offset: int, message: str) -> Failure:
        """Return the exception for an error at an offset: `file:line:col: message`."""
        line = self.line(offset)
        return Failure(f"{self.path}:{line}:{offset - self._line_starts[line - 1] + 1}: {message}")

    @cached_property
    def _line_starts(self) -> list[int]:
        line_starts = [0]
        for line in self.text.split("\n"):
            line_starts.append(line_starts[-1] + len(line) + 1)
        return line_starts[:-1]


def decode_source(content: bytes, path: str) -> Source:
    """Return a file's text without its byte order mark; raises Failure if the file is not UTF-8."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        raise Failure(
            f"{path}:{line}:{column}: invalid UTF-8 byte 0x{content[error.start]:02x}: save the file as UTF-8"
        ) from None
    return Source(path, text.removeprefix(_BYTE_ORDER_MARK))
