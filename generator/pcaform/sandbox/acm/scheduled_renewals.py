"""Moves the clock forward and runs ACM's renewals that become due meanwhile, each at its own time.

Simplified: nothing is renewed while only real time passes; a certificate of 395 days outlives any sandbox.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from moto.acm.models import acm_backends

from pcaform.sandbox.acm.backend import CertificateBackend
from pcaform.sandbox.acm.certificate import PrivateCertificate
from pcaform.sandbox.clock import clock

_LOCK = threading.Lock()


class _Due(NamedTuple):
    moment: datetime
    backend: CertificateBackend
    certificate: PrivateCertificate


def advance_clock(by: timedelta) -> None:
    """Move the clock forward and renew, in order, each certificate that is due before the new time.

    Each attempt is dated at its own due time. Raises ValueError for a step back, OverflowError for a time outside the
    calendar.
    """
    if by < timedelta():
        raise ValueError(f"the clock cannot go back: {by}")
    with _LOCK:
        end = clock.now() + by
        try:
            while due := _find_first_due(end):
                clock.freeze(due.moment)
                due.backend.attempt_renewal(due.certificate)
            clock.freeze(end)
        finally:
            clock.resume()


def _find_first_due(end: datetime) -> _Due | None:
    """Find the next renewal up to `end`, in any account and region."""
    return min((due for due in _list_due() if due.moment <= end), key=lambda due: due.moment, default=None)


def _list_due() -> Iterator[_Due]:
    for regions in list(acm_backends.values()):
        for backend in list(regions.values()):
            for certificate in backend.list_private_certificates():
                moment = certificate.next_renewal
                if moment is not None:
                    yield _Due(moment, backend, certificate)
