"""What drift reports: differences between a spec and AWS, each with what becomes of it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What becomes of a difference, worst first; reports have this order."""

    RENEWAL = "breaks renewal"
    REPLACES = "would replace a CA"
    UNKNOWN = "unknown"
    INEXPRESSIBLE = "cannot be expressed"
    STAYS = "stays as it is"
    APPLIED = "applied by the next apply"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `place` is its location in the spec, such as `certificate_authorities.issuing.enabled`.

    `message` has the values in the spec and at AWS, `advice` what to do. With `is_urgent` it harms everyone who trusts
    the CA and is reported first, whatever its kind.
    """

    kind: Kind
    place: str
    message: str
    advice: str
    arn: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Drift:
    """All differences, sorted, and how many items were compared."""

    stack: str
    account_id: str
    compared: int
    differences: tuple[Difference, ...]


def sort_differences(differences: list[Difference]) -> tuple[Difference, ...]:
    """Return urgent differences first, then by kind; those of one kind in the order of the spec."""
    kinds = list(Kind)
    return tuple(sorted(differences, key=lambda difference: (not difference.is_urgent, kinds.index(difference.kind))))
