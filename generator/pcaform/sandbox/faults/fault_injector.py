"""Which trouble strikes which call: dice that are thrown, buckets that run empty, and a count of all that happened."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from random import Random
from typing import Any

from pcaform.core.quotas import PUBLISHED
from pcaform.sandbox.faults.fault_config import FaultConfig, strength_at, write_fault_config
from pcaform.sandbox.faults.token_bucket import Bucket
from pcaform.sandbox.http.request import Call


class FaultInjector:
    """One setting of troubles at work; `counts` tells how often each kind has struck since it was set.

    Each kind has a die of its own for each operation, thrown once a call: the n-th call of an operation always meets
    the same fate, however calls of other operations come in between.
    """

    def __init__(self, faults: FaultConfig) -> None:
        self.faults = faults
        self.counts: Counter[str] = Counter()
        self._dice: dict[tuple[str, str], Random] = {}
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self._lock = threading.Lock()

    @property
    def is_calm(self) -> bool:
        """Tell whether nothing can strike."""
        return self.faults == FaultConfig(seed=self.faults.seed)

    def delay(self, call: Call) -> float:
        """Throw how long a call takes longer, in seconds."""
        mean = strength_at(self.faults.latency, call.operation)
        if not mean:
            return 0.0
        with self._lock:
            self.counts["latency"] += 1
            return self._die("latency", call).expovariate(1 / mean)

    def strike(self, call: Call) -> str | None:
        """Decide which kind of trouble ends a call, None for none: the network first, then the service's doors."""
        with self._lock:
            hits = [kind for kind in ("resets", "failures", "expiry") if self._is_hit(kind, call)]
            if self._is_denied(call):
                hits.append("denials")
            if not hits and self._is_throttled(call):
                hits.append("throttling")
            self.counts.update(hits[:1])
            return hits[0] if hits else None

    def choose(self, kind: str, call: Call, *, among: int) -> int:
        """Throw one of several forms of a trouble, 0 being the first."""
        with self._lock:
            return self._die(f"{kind} form", call).randrange(among)

    def _is_hit(self, kind: str, call: Call) -> bool:
        chances: Mapping[str, float] = getattr(self.faults, kind)
        chance = strength_at(chances, call.operation)
        return chance is not None and self._die(kind, call).random() < chance

    def _is_throttled(self, call: Call) -> bool:
        setting = strength_at(self.faults.throttling, call.operation)
        rate = PUBLISHED.get(call.operation) if setting is True else setting
        if not rate:
            return False
        moment = time.monotonic()
        key = (call.account_id, call.region, call.operation)
        bucket = self._buckets.setdefault(key, Bucket(rate, moment=moment))
        return not bucket.take(moment)

    def _is_denied(self, call: Call) -> bool:
        resource = strength_at(self.faults.denials, call.operation)
        return resource is not None and fnmatchcase(call.resource, resource)

    def _die(self, kind: str, call: Call) -> Random:
        return self._dice.setdefault((kind, call.operation), Random(f"{self.faults.seed} {kind} {call.operation}"))  # noqa: S311 - no secret


class FaultToggle:
    """Where the troubles of one server are changed while it runs."""

    def __init__(self) -> None:
        self.strikes = FaultInjector(FaultConfig())

    def set(self, faults: FaultConfig) -> None:
        """Put other troubles in force; all counts, dice and buckets start anew."""
        self.strikes = FaultInjector(faults)

    @contextmanager
    def changed(self, changes: Mapping[str, Any]) -> Iterator[Counter[str]]:
        """Add troubles for one block and yield their counts; afterwards go on where it was interrupted."""
        before = self.strikes
        self.strikes = FaultInjector(FaultConfig(**{**write_fault_config(before.faults), **changes}))
        try:
            yield self.strikes.counts
        finally:
            self.strikes = before
