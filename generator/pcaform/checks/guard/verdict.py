"""What the guard says: findings that refuse a plan, notes that do not, and doubts that leave it unjudged."""

from dataclasses import dataclass

from pcaform.checks.guard.levels import Level


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One argument as it is and as it will be, as text for people; what is secret or unknown is only named so."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A change that would do harm: what it does at AWS, what forces it, and what to do instead.

    `differences` are the arguments behind it, `affected` is what hangs on it and suffers, one line each.
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
    """A change that looks worse than it is, and why it is harmless."""

    address: str
    message: str


@dataclass(frozen=True, slots=True, order=True)
class Undecided:
    """What could not be judged, and why; the address is empty where it is the plan as a whole.

    `level` is the heaviest finding that it may hide.
    """

    address: str
    message: str
    level: Level = Level.BREAKS_TRUST


@dataclass(frozen=True, slots=True, order=True)
class Waived:
    """A finding that the spec accepts, why, and until which day."""

    finding: Finding
    why: str
    until: str


Outcome = Finding | Note | Undecided


@dataclass(frozen=True, slots=True)
class GuardResult:
    """All that there is to say, findings by level and then by address; safe where there is no finding and no doubt."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    doubts: tuple[Undecided, ...] = ()
    waived: tuple[Waived, ...] = ()
