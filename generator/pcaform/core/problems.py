"""The two kinds of expected failures: one with a message, and a spec that has problems."""

from collections.abc import Iterable

from pcaform.core.finding import Finding
from pcaform.core.unicode import visible_line

PARTIAL_DATA_ERRORS = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""The exceptions of reading a resource of which a source has only a part, or whose state was edited."""


class Failure(Exception):  # noqa: N818 - an expected failure, not a programming error
    """An expected failure, caused by the user, a file, a child process or the network. Exit code 1.

    Each part is one line of the message, or the failure whose lines come there. What is in a line stays in it.
    """

    def __init__(self, *parts: "str | Failure") -> None:
        self.lines: tuple[str, ...] = tuple(
            line for part in parts for line in (part.lines if isinstance(part, Failure) else [visible_line(part)])
        )
        super().__init__("\n".join(self.lines))


class Invalid(Failure):
    """A spec with problems; all of them together, sorted by position, and then advice that is about all."""

    def __init__(self, problems: Iterable[Finding], *, advice: Iterable[str] = ()) -> None:
        self.problems = sorted(problems)
        self.advice = tuple(advice)
        super().__init__(*map(str, self.problems), *self.advice)
