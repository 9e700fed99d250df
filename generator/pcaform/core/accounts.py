"""How the reading of each of many accounts ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_RANK = ("failed", "partial", "read")


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """How the reading of an account ended: all, part or nothing of it was read, with the reason in words."""

    account_id: str
    name: str
    status: Literal["read", "partial", "failed"]
    reason: str = ""

    @property
    def label(self) -> str:
        """The account as messages name it."""
        return f"account {self.account_id}{f' ({self.name})' if self.name else ''}"


def sort_statuses(statuses: Iterable[AccountStatus]) -> tuple[AccountStatus, ...]:
    """Return how the reading of accounts ended, the worst first."""
    return tuple(sorted(statuses, key=lambda each: (_RANK.index(each.status), each.account_id)))
