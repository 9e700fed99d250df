"""How fast requests leave: no faster than AWS publishes for each operation and region, whoever in the program asks.

Other programs of the account share the same quotas, so AWS may still refuse a request; botocore then waits and tries
again, and each try comes through here like the first.
"""

import math
import threading
import time
from collections.abc import Mapping

from pcaform.core.quotas import PUBLISHED


class Stopped(Exception):  # noqa: N818 - it is no error: somebody asked for an end
    """The run ends, so this request is not sent any more."""


class RateLimiter:
    """One queue for each operation and region, which all threads share; AWS publishes no burst, so there is none."""

    def __init__(self, rates: Mapping[str, float] = PUBLISHED) -> None:
        self._rates = rates
        self._next: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()
        self._end = threading.Event()

    def wait(self, operation: str, region: str) -> None:
        """Wait for the turn of one request; raises Stopped where the run ends meanwhile."""
        if self._end.wait(self._delay((operation, region), self.rate(operation))):
            raise Stopped

    def rate(self, operation: str) -> float:
        """Return how many requests a second leave for an operation; without end where AWS publishes nothing."""
        return self._rates.get(operation) or math.inf

    def stop(self) -> None:
        """End all waiting, now and later."""
        self._end.set()

    @property
    def is_stopped(self) -> bool:
        """Whether the run ends."""
        return self._end.is_set()

    def _delay(self, place: tuple[str, str], rate: float) -> float:
        now = time.monotonic()
        with self._lock:
            turn = max(now, self._next.get(place, now))
            self._next[place] = turn + 1 / rate
        return turn - now
