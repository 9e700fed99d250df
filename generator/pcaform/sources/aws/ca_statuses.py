"""Whether a CA of each status is written to a spec, and with which note; the documentation shows this table.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateCA.html (statuses), and how provider aws 5.100
reads them: every status but DISABLED is `enabled = true`, and a DELETED CA does not exist.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pcaform.sources.inventory import ImportNote, NoteKind


@dataclass(frozen=True, slots=True)
class StatusHandling:
    """Whether a CA is written, and the note about it, which may contain `{until}`, `{ended}` and `{why}`.

    `kind` is that of the note: `listed` if there is nothing to do, `left out` if there is.
    """

    is_written: bool
    note: str = ""
    kind: NoteKind = "left out"


STATUSES: Mapping[str, StatusHandling] = {
    "ACTIVE": StatusHandling(is_written=True),
    "DISABLED": StatusHandling(is_written=True),
    "EXPIRED": StatusHandling(
        is_written=True,
        note="its certificate expired on {ended}: it is written unchanged, but cannot issue until it has a new one",
        kind="listed",
    ),
    "CREATING": StatusHandling(is_written=False, note="AWS is still creating it: import again when it is ready"),
    "PENDING_CERTIFICATE": StatusHandling(
        is_written=False,
        note="it has no certificate yet, and an 'arn' in a spec needs an active CA: install the certificate first, "
        "or delete the CA and let a stack create it",
    ),
    "FAILED": StatusHandling(is_written=False, note="AWS could not create it ({why}): delete it"),
    "DELETED": StatusHandling(is_written=False, note="it is deleted and can be restored until {until}", kind="listed"),
}
"""All statuses of AWS, in the order of the documentation."""

_NEW = StatusHandling(is_written=False, note="this release does not know its status: update pcaform")


def status_handling(status: str) -> StatusHandling:
    """Return how CAs of a status are handled."""
    return STATUSES.get(status, _NEW)


def status_notes(ca: Mapping[str, Any]) -> Iterator[ImportNote]:
    """Yield the note on a CA's status, if there is one."""
    handling = status_handling(ca["Status"])
    message = handling.note.format(
        until=_format_day(ca.get("RestorableUntil")),
        ended=_format_day(ca.get("NotAfter")),
        why=ca.get("FailureReason") or "no reason given",
    )
    if message:
        yield ImportNote(handling.kind, ca["Arn"], message)


def _format_day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment is not None else "an unknown day"
