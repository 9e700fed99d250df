"""Results of the guard: findings, notes, changes that cannot be decided, and waived findings."""

from dataclasses import dataclass

from pcaform.checks.guard.levels import Level


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One argument before and after, as text; secret and unknown values are only marked as such."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A change that would do harm: what it does at AWS, what forces it, and what to do instead.

    `differences` are the arguments behind it, `affected` are the objects that depend on it, one line each.
    """

    address: str
    rule: str
    level: Level
    actions: tuple[str, ...]
    cause: str
    paths: tuple[str, ...]
    differences: tuple[Difference, ...]
    message: str
    affected: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """A change that looks harmful, and why it is not."""

    address: str
    message: str


@dataclass(frozen=True, slots=True, order=True)
class Undecided:
    """A change that could not be decided, and why; the address is empty for the plan as a whole.

    `level` is the most severe finding that it may hide.
    """

    address: str
    message: str
    level: Level = Level.BREAKS_TRUST


@dataclass(frozen=True, slots=True, order=True)
class Waived:
    """A finding that a waiver of the spec accepts: the reason, and the last day."""

    finding: Finding
    why: str
    until: str


Outcome = Finding | Note | Undecided


@dataclass(frozen=True, slots=True)
class GuardResult:
    """All results, findings by level and then by address; the change is safe if there are no findings and no doubts."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    doubts: tuple[Undecided, ...] = ()
    waived: tuple[Waived, ...] = ()
