"""The sandbox's clock: real time, moved forward on demand, so that certificates expire and renew within a test.

All modules for Private CA, ACM and IAM take the time from here. moto's own timestamps (an IAM user's CreateDate) stay
real.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_ZERO = timedelta()


class Clock:
    """How far ahead of real time the sandbox is; one for the process, like moto's state."""

    def __init__(self) -> None:
        self.offset = _ZERO
        self._frozen_at: datetime | None = None

    def now(self) -> datetime:
        """Return the sandbox's time, UTC."""
        return self._frozen_at or datetime.now(UTC) + self.offset

    def advance(self, by: timedelta) -> None:
        """Move forward; raises ValueError for a step back, which would un-issue certificates."""
        if by < _ZERO:
            raise ValueError(f"the clock cannot go back: {by}")
        self.offset += by

    def freeze(self, moment: datetime) -> None:
        """Stop at a moment, so that everything that happens then has the same date; a past moment means now."""
        self._frozen_at = max(moment, self.now())

    def resume(self) -> None:
        """Let time pass again from the moment where the clock was stopped."""
        if self._frozen_at is not None:
            self.offset = self._frozen_at - datetime.now(UTC)
            self._frozen_at = None

    def reset(self) -> None:
        """Return to real time."""
        self.offset, self._frozen_at = _ZERO, None


clock = Clock()


def now() -> datetime:
    """Return the sandbox's time, UTC."""
    return clock.now()
