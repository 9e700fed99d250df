"""What an audit says: findings, each with the day from which it hurts, and what ends when and costs how much."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pcaform.core.dates import day
from pcaform.sources.inventory import ImportNote


class Rule(StrEnum):
    """What can be wrong with the CAs of an account."""

    EXPIRED = "ca-expired"
    ENDING = "ca-ends-soon"
    DELETED = "ca-deleted"
    RENEWAL = "no-renewal"
    CERTIFICATE = "certificate-ends"
    POWER = "too-much-power"
    SHARE = "shared-too-widely"
    LIST_UNWRITTEN = "list-not-written"
    LIST_UNREADABLE = "list-unreadable"
    LIST_PUBLIC = "list-bucket-public"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `day` is when it hurts: over for what hurts already, None for what may at any time.

    `subject` is what people call it, `arn` what AWS calls it.
    """

    rule: Rule
    subject: str
    message: str
    advice: str
    day: datetime | None
    arn: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """When a CA or a certificate ends."""

    what: str
    name: str
    arn: str
    status: str
    day: datetime


@dataclass(frozen=True, slots=True)
class Cost:
    """What a CA costs in a month at list price, in US dollars; None where no price is known."""

    name: str
    arn: str
    status: str
    usage_mode: str
    monthly_usd: int | None


@dataclass(frozen=True, slots=True)
class Audit:
    """All that was found out about an account at a moment; `remarks` name what could not be read."""

    account_id: str
    regions: tuple[str, ...]
    moment: datetime
    authorities: int
    certificates: int
    findings: tuple[Finding, ...]
    ends: tuple[End, ...]
    costs: tuple[Cost, ...]
    notes: tuple[ImportNote, ...]

    @property
    def monthly_usd(self) -> int:
        """What all CAs with a known price cost in a month."""
        return sum(each.monthly_usd or 0 for each in self.costs)


def sort_findings(findings: list[Finding], now: datetime) -> tuple[Finding, ...]:
    """Return findings by the day from which they hurt, what hurts already first; what may on any day comes last.

    Those of one day stand in the order of their names, so that a second run says the same.
    """
    return tuple(
        sorted(
            findings, key=lambda each: (each.day is None, day(max(each.day or now, now)), each.subject, each.message)
        )
    )
