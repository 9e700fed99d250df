"""Results of the guard: findings by level, notes, changes that cannot be decided, and waived findings."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pcaform.core.finding import Finding, Severity
from pcaform.core.formats.report import alias

UNDECIDED = "cannot-judge"
"""The rule id of changes that cannot be decided."""


class Level(StrEnum):
    """How much a change harms those who rely on the CAs, most severe first: the values of `--fail-on`."""

    BREAKS_TRUST = "breaks-trust"
    """Certificates lose their issuer, their renewal or their revocation, or anyone may use a CA."""
    WIDENS_ACCESS = "widens-access"
    """A principal may do more than before."""
    NOTICE = "notice"
    """Nothing breaks, but the change should be noticed."""

    def reaches(self, other: "Level") -> bool:
        """Tell whether this level is as severe as another, or more."""
        return rank(self) <= rank(other)

    @property
    def severity(self) -> Severity:
        """An error where trust breaks, else a warning."""
        return Severity.ERROR if self is Level.BREAKS_TRUST else Severity.WARNING


def rank(level: Level) -> int:
    """Return the position of a level, 0 for the most severe."""
    return list(Level).index(level)


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One argument before and after, as text; secret and unknown values are only marked as such."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Outcome(Finding):
    """What the guard says about the change at an address, the `subject`; it is empty for the plan as a whole."""

    address = alias("subject", str)


@dataclass(frozen=True, slots=True)
class GuardFinding(Outcome):
    """A change that would do harm: what it does at AWS, what forces it, and what to do instead.

    `differences` are the arguments behind it, `affected` are the objects that depend on it, one line each.
    """

    level: Level = Level.BREAKS_TRUST
    actions: tuple[str, ...] = ()
    cause: str = ""
    paths: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    affected: tuple[str, ...] = ()

    @property
    def change(self) -> str:
        """What Terraform does and why, as the start of a sentence; empty if it does nothing."""
        words = {"delete": "destroyed", "create": "created", "update": "changed"}
        action = "replaced" if {"delete", "create"} <= set(self.actions) else words.get("".join(self.actions))
        because = f" because {self.cause}" if self.cause else ""
        return f"{action}{because}: " if action else ""

    @property
    def statement(self) -> str:
        """What Terraform does and why, and what that means at AWS."""
        return self.change + self.message

    @property
    def advice_line(self) -> str:
        """What to do instead."""
        return f"instead: {self.advice}"


@dataclass(frozen=True, slots=True)
class Note(Outcome):
    """A change that looks harmful, and why it is not."""


@dataclass(frozen=True, slots=True)
class Undecided(Outcome):
    """A change that could not be decided, and why. `level` is the most severe finding that it may hide."""

    level: Level = Level.BREAKS_TRUST

    @property
    def statement(self) -> str:
        """The reason, as that of an undecided change."""
        return f"cannot be judged: {self.message}"


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding or a doubt that a waiver accepts: the reason, and the last day."""

    finding: GuardFinding | Undecided
    why: str
    until: str


def note(address: str, message: str) -> Note:
    """Return a note about the change at an address."""
    return Note("note", address, message, severity=Severity.WARNING)


def undecided(address: str, message: str, level: Level = Level.BREAKS_TRUST) -> Undecided:
    """Return that the change at an address cannot be decided."""
    return Undecided(UNDECIDED, address, message, severity=level.severity, level=level)


@dataclass(frozen=True, slots=True)
class GuardResult:
    """All results, findings by level and then by address, as `guard --format json` prints them.

    The change is safe if there are no findings and no doubts. `exit_code` is what the command ends with.
    """

    format_version: Literal["1.3"] = field(default="1.3", kw_only=True)
    exit_code: int = field(default=0, kw_only=True)
    findings: tuple[GuardFinding, ...] = ()
    notes: tuple[Note, ...] = ()
    doubts: tuple[Undecided, ...] = ()
    waived: tuple[Waived, ...] = ()

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """All but what is waived."""
        return (*self.findings, *self.notes, *self.doubts)

    def code_at(self, level: Level) -> int:
        """Return the exit code where a level fails: 1 for what could not be judged, 2 for findings."""
        if any(each.level.reaches(level) for each in self.doubts):
            return 1
        return 2 if any(each.level.reaches(level) for each in self.findings) else 0
