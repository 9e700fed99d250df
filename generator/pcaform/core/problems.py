"""The one problem type and its one line format: what every stage reports and every printer prints."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

_WINDOW = 120

INCOMPLETE = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""What reading a resource raises where a source holds only a part of it, or where somebody edited the state."""


class Severity(StrEnum):
    """How much a problem weighs: an error stops, a warning is printed and counted."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding at one place, so that a person can go there and mend it.

    `line` and `column` count from 1 as editors do; 0 means the file as a whole. `source` is the text of the
    line, printed under the message with a caret. `rule` is the id that documentation and `ignore` use.
    """

    path: str
    line: int
    column: int
    message: str
    rule: str
    severity: Severity = Severity.ERROR
    source: str = ""

    def __str__(self) -> str:
        """Return the one-line form `file:line:col: message [rule]`."""
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        word = "" if self.severity is Severity.ERROR else f"{self.severity}: "
        return f"{place}: {word}{self.message} [{self.rule}]"

    def with_source(self) -> str:
        """Return the one-line form, then the source line with a caret below the column."""
        if not self.source or not self.line:
            return str(self)
        start = max(0, self.column - 1 - _WINDOW // 2) if len(self.source) > _WINDOW else 0
        text = self.source[start : start + _WINDOW].replace("\t", " ")
        visible = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
        return f"{self}\n  {visible.rstrip()}\n  {' ' * (self.column - 1 - start)}^"


class Failure(Exception):  # noqa: N818 - it names what happened to the user, who reads no class names
    """An expected end: something the user, a file, a child process or the network did. Exit code 1."""


class Invalid(Failure):
    """A spec that holds problems; all of them at once, sorted by place."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def one(cls, problem: Problem) -> Self:
        """Return the failure that carries just this problem."""
        return cls([problem])
