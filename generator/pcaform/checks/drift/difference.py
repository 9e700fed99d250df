"""What drift reports: differences between a spec and AWS, each with what becomes of it."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from pcaform.core.finding import Finding, Severity
from pcaform.core.formats.json_document import alias


class Kind(StrEnum):
    """What becomes of a difference, worst first; reports have this order."""

    RENEWAL = "breaks renewal"
    REPLACES = "would replace a CA"
    UNKNOWN = "unknown"
    INEXPRESSIBLE = "cannot be expressed"
    STAYS = "stays as it is"
    APPLIED = "applied by the next apply"


@dataclass(frozen=True, slots=True)
class Difference(Finding):
    """One difference. The rule is its kind, the subject its place in the spec.

    A place is such as `certificate_authorities.issuing.enabled`. `message` has the values in the spec and at AWS,
    `advice` what to do. With `is_urgent` it harms everyone who trusts the CA and is reported first, whatever its kind.
    """

    rule: Kind
    arn: str = ""
    is_urgent: bool = False

    kind = alias("rule", Kind)
    place = alias("subject", str)


@dataclass(frozen=True, slots=True)
class Drift:
    """All differences, sorted, and how many items were compared: what `drift --format json` prints."""

    format_version: Literal["1.1"] = field(default="1.1", kw_only=True)
    stack: str
    account_id: str
    compared: int
    differences: tuple[Difference, ...]


def sort_differences(differences: list[Difference]) -> tuple[Difference, ...]:
    """Return urgent differences first, the errors, then by kind; those of one kind in the order of the spec."""
    kinds = list(Kind)
    ordered = sorted(differences, key=lambda difference: (not difference.is_urgent, kinds.index(difference.kind)))
    return tuple(replace(each, severity=Severity.ERROR if each.is_urgent else Severity.WARNING) for each in ordered)
