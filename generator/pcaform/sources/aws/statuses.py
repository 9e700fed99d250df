"""A CA's status at AWS -> what becomes of the CA: the one table that documents and decides it.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateCA.html (statuses), and what provider aws 5.100
reads from each: everything but DISABLED is `enabled = true` to it, and a DELETED CA is gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Treatment:
    """Whether a CA of a status is written, and what is said of it; `{until}`, `{ended}` and `{why}` are the CA's."""

    is_written: bool
    remark: str = ""


STATUSES: Mapping[str, Treatment] = {
    "ACTIVE": Treatment(is_written=True),
    "DISABLED": Treatment(is_written=True),
    "EXPIRED": Treatment(
        is_written=True,
        remark="its certificate ended at {ended}: it is written as it is, and issues nothing until it gets another",
    ),
    "CREATING": Treatment(is_written=False, remark="AWS is still creating it: import again when it is done"),
    "PENDING_CERTIFICATE": Treatment(
        is_written=False,
        remark="it waits for its certificate, and an 'arn' in a spec is an active CA: install the certificate first, "
        "or delete it and let a stack make it",
    ),
    "FAILED": Treatment(is_written=False, remark="AWS could not create it ({why}): delete it"),
    "DELETED": Treatment(is_written=False, remark="it is deleted and can be restored until {until}"),
}
"""Every status that AWS has, in the order of the documentation."""

_NEW = Treatment(is_written=False, remark="its status is not one that this release knows")


def treatment(status: str) -> Treatment:
    """Return what becomes of a CA of a status."""
    return STATUSES.get(status, _NEW)


def remark(authority: Mapping[str, Any]) -> str:
    """Return what is said of a CA because of its status, nothing where there is nothing to say."""
    said = treatment(authority["Status"]).remark
    return said.format(
        until=_day(authority.get("RestorableUntil")),
        ended=_day(authority.get("NotAfter")),
        why=authority.get("FailureReason") or "no reason given",
    )


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment is not None else "a day that AWS does not name"
