"""What the guard says: findings that refuse a plan, notes that do not, and doubts that leave it unjudged."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A change that would break trust: what it does at AWS, what forces it, and what to do instead."""

    address: str
    rule: str
    actions: tuple[str, ...]
    cause: str
    paths: tuple[str, ...]
    message: str
    advice: str


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """A change that looks worse than it is, and why it is harmless."""

    address: str
    message: str


@dataclass(frozen=True, slots=True, order=True)
class Doubt:
    """What could not be judged, and why; the address is empty where it is the plan as a whole."""

    address: str
    message: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that there is to say about a plan, sorted by address; it is safe where there is no finding and no doubt."""

    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    doubts: tuple[Doubt, ...]
