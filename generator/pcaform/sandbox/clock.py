"""The sandbox's time: real time, moved forward on demand, so that certificates end and renew while someone watches.

Every module of Private CA, ACM and IAM asks here. moto's own timestamps (an IAM user's CreateDate) stay real.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_NOTHING = timedelta()


class Clock:
    """How far ahead of real time the sandbox is; one for a process, as moto's state is."""

    def __init__(self) -> None:
        self.ahead = _NOTHING
        self._standing: datetime | None = None

    def now(self) -> datetime:
        """Tell the sandbox's time, UTC."""
        return self._standing or datetime.now(UTC) + self.ahead

    def advance(self, by: timedelta) -> None:
        """Move forward; raises ValueError for a step back, which would un-issue certificates."""
        if by < _NOTHING:
            raise ValueError(f"the clock cannot go back: {by}")
        self.ahead += by

    def stand_at(self, moment: datetime) -> None:
        """Stop at a moment, so that all that happens then is dated alike; a moment that is past means now."""
        self._standing = max(moment, self.now())

    def resume(self) -> None:
        """Let time pass again from where the clock stands."""
        if self._standing is not None:
            self.ahead = self._standing - datetime.now(UTC)
            self._standing = None

    def reset(self) -> None:
        """Return to real time."""
        self.ahead, self._standing = _NOTHING, None


clock = Clock()


def now() -> datetime:
    """Tell the sandbox's time, UTC."""
    return clock.now()
