"""The problem type that every stage reports, its one-line format, and the two kinds of failures."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

_WINDOW = 120

PARTIAL_DATA_ERRORS = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""The exceptions of reading a resource of which a source has only a part, or whose state was edited."""


class Severity(StrEnum):
    """An error stops the command, a warning is printed and counted."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding at one position of a file.

    `line` and `column` count from 1 as in editors; 0 means the whole file. `source` is the text of the line, which is
    printed below the message with a caret. `rule` is the id that documentation and `ignore` use.
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
        location = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        severity = "" if self.severity is Severity.ERROR else f"{self.severity}: "
        return f"{location}: {severity}{self.message} [{self.rule}]"

    def with_source(self) -> str:
        """Return the one-line form, then the source line with a caret below the column."""
        if not self.source or not self.line:
            return str(self)
        start = max(0, self.column - 1 - _WINDOW // 2) if len(self.source) > _WINDOW else 0
        text = self.source[start : start + _WINDOW].replace("\t", " ")
        visible = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
        return f"{self}\n  {visible.rstrip()}\n  {' ' * (self.column - 1 - start)}^"


class Failure(Exception):  # noqa: N818 - an expected failure, not a programming error
    """An expected failure, caused by the user, a file, a child process or the network. Exit code 1."""


class Invalid(Failure):
    """A spec with problems; all of them together, sorted by position."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def one(cls, problem: Problem) -> Self:
        """Return the failure with this one problem."""
        return cls([problem])
