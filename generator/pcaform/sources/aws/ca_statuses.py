"""A CA's status at AWS -> what becomes of the CA: the one table that documents and decides it.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateCA.html (statuses), and what provider aws 5.100
reads from each: everything but DISABLED is `enabled = true` to it, and a DELETED CA is gone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pcaform.sources.inventory import ImportNote, RemarkKind


@dataclass(frozen=True, slots=True)
class StatusHandling:
    """Whether a CA of a status is written, and what is said of it; `{until}`, `{ended}` and `{why}` are the CA's.

    `kind` is that of the remark: what is only listed is as it should be, and what is left out waits for somebody.
    """

    is_written: bool
    note: str = ""
    kind: RemarkKind = "left out"


STATUSES: Mapping[str, StatusHandling] = {
    "ACTIVE": StatusHandling(is_written=True),
    "DISABLED": StatusHandling(is_written=True),
    "EXPIRED": StatusHandling(
        is_written=True,
        note="its certificate ended at {ended}: it is written as it is, and issues nothing until it gets another",
        kind="listed",
    ),
    "CREATING": StatusHandling(is_written=False, note="AWS is still creating it: import again when it is done"),
    "PENDING_CERTIFICATE": StatusHandling(
        is_written=False,
        note="it waits for its certificate, and an 'arn' in a spec is an active CA: install the certificate first, "
        "or delete it and let a stack make it",
    ),
    "FAILED": StatusHandling(is_written=False, note="AWS could not create it ({why}): delete it"),
    "DELETED": StatusHandling(is_written=False, note="it is deleted and can be restored until {until}", kind="listed"),
}
"""Every status that AWS has, in the order of the documentation."""

_NEW = StatusHandling(is_written=False, note="its status is not one that this release knows")


def status_handling(status: str) -> StatusHandling:
    """Return what becomes of a CA of a status."""
    return STATUSES.get(status, _NEW)


def status_notes(authority: Mapping[str, Any]) -> Iterator[ImportNote]:
    """Yield what is said of a CA because of its status."""
    found = status_handling(authority["Status"])
    said = found.note.format(
        until=_day(authority.get("RestorableUntil")),
        ended=_day(authority.get("NotAfter")),
        why=authority.get("FailureReason") or "no reason given",
    )
    if said:
        yield ImportNote(found.kind, authority["Arn"], said)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment is not None else "a day that AWS does not name"
