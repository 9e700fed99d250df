"""Time that passes on demand: the clock moves, and what ACM would have renewed on the way is renewed at its moment.

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

_MOVING = threading.Lock()


class _Due(NamedTuple):
    moment: datetime
    backend: CertificateBackend
    certificate: PrivateCertificate


def advance(by: timedelta) -> None:
    """Move the clock forward and renew, in order, each certificate that is due before the new time.

    Whatever an attempt does is dated at its own moment. Raises ValueError for a step back and OverflowError for a
    time that no calendar has.
    """
    if by < timedelta():
        raise ValueError(f"the clock cannot go back: {by}")
    with _MOVING:
        end = clock.now() + by
        try:
            while due := _first_due(end):
                clock.stand_at(due.moment)
                due.backend.attempt_renewal(due.certificate)
            clock.stand_at(end)
        finally:
            clock.resume()


def _first_due(end: datetime) -> _Due | None:
    """Find what ACM tries next, up to `end`, in any account and region."""
    return min((due for due in _all_due() if due.moment <= end), key=lambda due: due.moment, default=None)


def _all_due() -> Iterator[_Due]:
    for regions in list(acm_backends.values()):
        for backend in list(regions.values()):
            for certificate in backend.private_certificates():
                moment = certificate.next_renewal
                if moment is not None:
                    yield _Due(moment, backend, certificate)
