"""A token bucket, by which AWS throttles requests beyond its quotas.

AWS describes its throttling as buckets of tokens that are refilled every second:
https://aws.amazon.com/blogs/security/how-to-monitor-and-query-iam-resources-at-scale-part-2/. It publishes no burst
for Private CA and ACM; here a bucket holds the tokens of one second.
"""

from __future__ import annotations


class TokenBucket:
    """The tokens of one operation in one account and region; `moment` is any clock's seconds."""

    def __init__(self, rate: float, *, moment: float) -> None:
        self._rate = rate
        self._size = max(rate, 1.0)
        self._tokens = self._size
        self._moment = moment

    def take(self, moment: float) -> bool:
        """Take a token for one request; False if none is left, which uses no token."""
        self._tokens = min(self._size, self._tokens + (moment - self._moment) * self._rate)
        self._moment = moment
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
