"""A file's bytes -> its text, and the places in it that messages name."""

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from pcaform.core.problems import Failure

_MARK = "\ufeff"


@dataclass(frozen=True)
class Source:
    """One file: its path as messages show it, and its text."""

    path: str
    text: str = field(repr=False)

    def place(self, offset: int) -> str:
        """Return `file:line` of a character."""
        return f"{self.path}:{self.line(offset)}"

    def line(self, offset: int) -> int:
        """Return the line of a character, counted from 1."""
        return bisect_right(self._starts, offset)

    def failure(self, offset: int, message: str) -> Failure:
        """Return what to raise for a mistake at a character: `file:line:col: message`."""
        line = self.line(offset)
        return Failure(f"{self.path}:{line}:{offset - self._starts[line - 1] + 1}: {message}")

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        return starts[:-1]


def source(content: bytes, path: str) -> Source:
    """Return a file's text without its byte order mark; raises Failure where the file is no UTF-8."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        raise Failure(
            f"{path}:{line}:{column}: this byte (0x{content[error.start]:02x}) is no UTF-8: Terraform files are UTF-8"
        ) from None
    return Source(path, text.removeprefix(_MARK))
