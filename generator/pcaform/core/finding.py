"""The finding that every check reports: what is wrong, with what, where, and what to do."""

from dataclasses import dataclass, field
from enum import StrEnum

from pcaform.core.unicode import visible


class Severity(StrEnum):
    """An error stops the command, a warning is printed and counted."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Location:
    """A position in a file: `line` and `column` count from 1 as in editors; 0 means the whole file.

    `source` is the text of the line, which is printed below the message with a caret.
    """

    path: str
    line: int = 0
    column: int = 0
    source: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        """Return the form `file:line:col` that editors read."""
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. A check that knows more about its findings has a subclass with further fields.

    `rule` is the id that documentation and `ignore` use, `subject` what the finding is about (the address of a
    resource, the name of a CA, a place in a spec; empty if the location says it), `advice` what to do.
    """

    rule: str
    subject: str
    message: str
    advice: str = ""
    severity: Severity = field(default=Severity.ERROR, kw_only=True)
    location: Location | None = field(default=None, kw_only=True)

    @property
    def statement(self) -> str:
        """The message as a sentence of its own."""
        return self.message

    @property
    def advice_line(self) -> str:
        """The advice as a sentence of its own; empty if there is none."""
        return self.advice

    @property
    def summary(self) -> str:
        """All of it in one line, without the location."""
        text = f"{self.subject}: {self.statement}" if self.subject else self.statement
        return f"{text}; {self.advice_line}" if self.advice else text

    def __str__(self) -> str:
        """Return the one-line form `file:line:col: message [rule]`."""
        location = f"{self.location}: " if self.location else ""
        severity = "" if self.severity is Severity.ERROR else f"{self.severity}: "
        return visible(f"{location}{severity}{self.summary} [{self.rule}]")

    def __lt__(self, other: "Finding") -> bool:
        """Sort by position, then by subject and message."""
        return self._sort_key() < other._sort_key()

    def _sort_key(self) -> tuple[object, ...]:
        location = self.location or Location("")
        position = (location.path, location.line, location.column)
        return (*position, self.subject, self.message, self.rule, self.severity)
