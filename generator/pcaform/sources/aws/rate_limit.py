"""Limits requests to the rates that AWS publishes for each operation and region, across all threads.

Other programs in the account share the same quotas, so AWS may still throttle a request; botocore then retries it, and
each retry is limited like the first request.
"""

import math
import threading
import time
from collections.abc import Mapping

from pcaform.core.quotas import PUBLISHED


class Stopped(Exception):  # noqa: N818 - it is not an error: the run was stopped
    """The run was stopped, so the request is not sent."""


class RateLimiter:
    """One queue for each operation and region, shared by all threads; without bursts, since AWS publishes none."""

    def __init__(self, rates: Mapping[str, float] = PUBLISHED) -> None:
        self._rates = rates
        self._next: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()
        self._end = threading.Event()

    def wait(self, operation: str, region: str) -> None:
        """Wait until a request may be sent; raises Stopped if the run is stopped meanwhile."""
        if self._end.wait(self._delay((operation, region), self.rate(operation))):
            raise Stopped

    def rate(self, operation: str) -> float:
        """Return the allowed requests per second of an operation; infinite if AWS publishes no rate."""
        return self._rates.get(operation) or math.inf

    def stop(self) -> None:
        """Stop all current and future waiting."""
        self._end.set()

    @property
    def is_stopped(self) -> bool:
        """Whether the run was stopped."""
        return self._end.is_set()

    def _delay(self, queue_key: tuple[str, str], rate: float) -> float:
        now = time.monotonic()
        with self._lock:
            turn = max(now, self._next.get(queue_key, now))
            self._next[queue_key] = turn + 1 / rate
        return turn - now
