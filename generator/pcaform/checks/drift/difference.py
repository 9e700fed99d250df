"""What drift says: differences between a spec and what AWS has, each with what becomes of it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What becomes of a difference, worst first; the order is that of reports."""

    RENEWAL = "breaks renewal"
    REPLACES = "would replace a CA"
    UNKNOWN = "unknown"
    INEXPRESSIBLE = "cannot be expressed"
    STAYS = "stays as it is"
    APPLIED = "applied by the next apply"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `place` is the spec's, such as `certificate_authorities.issuing.enabled`.

    `message` says what the spec has and what AWS has, `advice` what to do. What `is_urgent` hurts whoever trusts the
    CA: it comes first, whatever its kind.
    """

    kind: Kind
    place: str
    message: str
    advice: str
    arn: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Drift:
    """All differences in the order of their weight, and how much was compared."""

    stack: str
    account_id: str
    compared: int
    differences: tuple[Difference, ...]


def sort_differences(differences: list[Difference]) -> tuple[Difference, ...]:
    """Return differences, urgent ones first, then by kind; those of one kind in the order of the spec."""
    kinds = list(Kind)
    return tuple(sorted(differences, key=lambda each: (not each.is_urgent, kinds.index(each.kind))))
