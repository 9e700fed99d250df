"""Decides which fault to inject into a call, from seeded random numbers and token buckets, and counts the faults."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from random import Random
from typing import Any

from pcaform.core.facts import REQUEST_RATES
from pcaform.sandbox.faults.fault_config import FaultConfig, find_setting, write_fault_config
from pcaform.sandbox.faults.token_bucket import TokenBucket
from pcaform.sandbox.http.request import Call


class FaultInjector:
    """One fault configuration in force; `counts` is how often each kind was injected since it was set.

    Each kind has its own random sequence for each operation and draws once for each call: the n-th call of an operation
    always gets the same result, whichever calls of other operations come in between.
    """

    def __init__(self, faults: FaultConfig) -> None:
        self.faults = faults
        self.counts: Counter[str] = Counter()
        self._random_by_kind: dict[tuple[str, str], Random] = {}
        self._buckets: dict[tuple[str, str, str], TokenBucket] = {}
        self._lock = threading.Lock()

    @property
    def is_idle(self) -> bool:
        """Tell whether no fault is configured."""
        return self.faults == FaultConfig(seed=self.faults.seed)

    def draw_delay(self, call: Call) -> float:
        """Draw the added latency of a call, in seconds."""
        mean = find_setting(self.faults.latency, call)
        if not mean:
            return 0.0
        with self._lock:
            self.counts["latency"] += 1
            return self._get_random("latency", call).expovariate(1 / mean)

    def choose_fault(self, call: Call) -> str | None:
        """Choose the kind of fault that ends a call, None for none: network faults first, then refusals."""
        with self._lock:
            kinds = [kind for kind in ("resets", "failures", "expiry") if self._is_drawn(kind, call)]
            if self._is_denied(call):
                kinds.append("denials")
            if not kinds and self._is_throttled(call):
                kinds.append("throttling")
            self.counts.update(kinds[:1])
            return kinds[0] if kinds else None

    def choose_variant(self, kind: str, call: Call, *, among: int) -> int:
        """Draw one of several variants of a fault, counted from 0."""
        with self._lock:
            return self._get_random(f"{kind} form", call).randrange(among)

    def _is_drawn(self, kind: str, call: Call) -> bool:
        chances: Mapping[str, float] = getattr(self.faults, kind)
        chance = find_setting(chances, call)
        return chance is not None and self._get_random(kind, call).random() < chance

    def _is_throttled(self, call: Call) -> bool:
        setting = find_setting(self.faults.throttling, call)
        rate = REQUEST_RATES.get(call.operation) if setting is True else setting
        if not rate:
            return False
        moment = time.monotonic()
        bucket_key = (call.account_id, call.region, call.operation)
        bucket = self._buckets.setdefault(bucket_key, TokenBucket(rate, moment=moment))
        return not bucket.take(moment)

    def _is_denied(self, call: Call) -> bool:
        resource = find_setting(self.faults.denials, call)
        return resource is not None and fnmatchcase(call.resource, resource)

    def _get_random(self, kind: str, call: Call) -> Random:
        seed = f"{self.faults.seed} {kind} {call.operation}"
        return self._random_by_kind.setdefault((kind, call.operation), Random(seed))  # noqa: S311 - not a secret


class FaultToggle:
    """Changes the faults of one server while it runs."""

    def __init__(self) -> None:
        self.injector = FaultInjector(FaultConfig())

    def set(self, faults: FaultConfig) -> None:
        """Replace the configuration; counts, random sequences and buckets start anew."""
        self.injector = FaultInjector(faults)

    @contextmanager
    def override(self, changes: Mapping[str, Any]) -> Iterator[Counter[str]]:
        """Add faults for one block and yield their counts; afterwards continue with the previous injector."""
        before = self.injector
        self.injector = FaultInjector(FaultConfig(**{**write_fault_config(before.faults), **changes}))
        try:
            yield self.injector.counts
        finally:
            self.injector = before
