"""Why certificates that ACM manages will not renew: what of a CA stands in the way, and what of a certificate.

Sources, below https://docs.aws.amazon.com/acm/latest/userguide/: renew-private-cert.html (60 days before the end, what
was exported or is in use), acm-certificate-characteristics.html (13 months), and the FailureReason values of
https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pcaform.core import facts
from pcaform.core.dates import day
from pcaform.sources.account_snapshot import PERMISSIONS, Authority, Certificate

_LEAD = timedelta(days=facts.ACM_RENEWS_DAYS)
_LIFE = timedelta(days=facts.ACM_VALIDITY_DAYS)
_ISSUED = "ISSUED"


def obstacles(authority: Authority, certificates: Sequence[Certificate], *, now: datetime) -> Iterator[str]:
    """Yield why a CA will not renew some certificates of its own; without any, what would be in the way of all."""
    if authority.status != "ACTIVE":
        yield f"it is {authority.status}"
    if not authority.is_foreign and PERMISSIONS not in authority.unread:
        yield from grant(authority)
    ends = [each.ends for each in certificates if each.ends is not None]
    if authority.status == "ACTIVE" and authority.ends is not None and ends:
        attempt = max(now, min(ends) - _LEAD)
        if authority.ends < attempt + _LIFE:
            yield (
                f"it ends at {day(authority.ends)}, and ACM renews for {facts.ACM_VALIDITY_DAYS} days, "
                f"from {day(attempt)} on: no certificate outlives its CA"
            )


def grant(authority: Authority) -> Iterator[str]:
    """Yield what is missing of ACM's permission."""
    missing = [name for name in facts.ALL_PERMISSION_ACTIONS if name not in authority.actions]
    if len(missing) == len(facts.ALL_PERMISSION_ACTIONS):
        yield "it permits ACM nothing"
    elif missing:
        yield f"it permits ACM {' and '.join(authority.actions)}, and not {' and '.join(missing)}"


def living(certificates: Sequence[Certificate]) -> list[Certificate]:
    """Return the certificates that can be renewed at all."""
    return [each for each in certificates if each.status == _ISSUED]


def stranded(certificate: Certificate, *, now: datetime, expiring: timedelta) -> Iterator[str]:
    """Yield why one certificate ends although its CA could renew it; none where all is as it should be."""
    if certificate.status == "EXPIRED" and certificate.users:
        yield f"it ended at {day(certificate.ends)} and is in use by {certificate.users}"
    if certificate.status != _ISSUED or certificate.ends is None:
        return
    if certificate.reason:
        yield f"ACM could not renew it ({certificate.reason}), and it ends at {day(certificate.ends)}"
    elif not certificate.is_eligible and certificate.ends - now <= expiring:
        yield f"it ends at {day(certificate.ends)}, and ACM does not renew what is neither in use nor exported"
