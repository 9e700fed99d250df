"""Rules about time: how long CAs are valid. One `now` per rule, so that two ends can be compared."""

import calendar
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pcaform.core import facts
from pcaform.spec.cas import Validity
from pcaform.spec.finding import Finding
from pcaform.spec.issuers import ManagedGrant
from pcaform.spec.stack import Spec

_AUTHORITIES = "certificate_authorities"
_FROM_ISSUING = ("DAYS", "MONTHS", "YEARS")
"""Types that count from issuing: a child is issued after its parent, so with the same value it ends later."""
_MONTHS = 12


def end(validity: Validity, start: datetime) -> datetime:
    """Return when a certificate ends that is issued at `start`.

    Raises ValueError with the reason in our words where the value does not fit its type.
    """
    if validity.type == "END_DATE":
        return _time(validity.value)
    if not isinstance(validity.value, int):
        raise ValueError(f"a number is wanted for {validity.type}")  # noqa: TRY004 - the caller reads values
    try:
        if validity.type == "ABSOLUTE":
            return datetime.fromtimestamp(validity.value, UTC)
        if validity.type == "DAYS":
            return start + timedelta(days=validity.value)
        return _months_later(start, validity.value * (_MONTHS if validity.type == "YEARS" else 1))
    except (ValueError, OverflowError, OSError):
        raise ValueError("it ends after the year 9999, which no certificate can say") from None


def validity_is_given(spec: Spec) -> Iterator[Finding]:
    """A CA that this stack activates says how long it is valid; one that is activated elsewhere does not."""
    for key, authority in spec.managed.items():
        if authority.validity is None and authority.activation is None:
            yield Finding((_AUTHORITIES, key), "the key 'validity' is missing")
        if authority.validity is not None and authority.activation is not None:
            message = "with 'activation' the certificate is not issued here: remove 'validity'"
            yield Finding((_AUTHORITIES, key, "validity"), message)


def validity_fits_type(spec: Spec) -> Iterator[Finding]:
    """A validity's value fits its type, and lies in the future."""
    now = datetime.now(UTC)
    for key, authority in spec.managed.items():
        if authority.validity is None:
            continue
        loc = (_AUTHORITIES, key, "validity", "value")
        try:
            ends = end(authority.validity, now)
        except ValueError as error:
            yield Finding(loc, f"'value' is {authority.validity.value!r}: {error}")
            continue
        if ends < now + timedelta(days=1):
            yield Finding(loc, f"the certificate would end at {ends:%Y-%m-%d}: AWS asks for at least one day from now")


def child_ends_before_parent(spec: Spec) -> Iterator[Finding]:
    """A CA does not outlive the CA that signs it; AWS refuses to issue then."""
    now = datetime.now(UTC)
    for key, authority in spec.managed.items():
        parent = spec.managed.get(authority.parent or "")
        if parent is None or authority.validity is None or parent.validity is None:
            continue
        try:
            own, above = end(authority.validity, now), end(parent.validity, now)
        except ValueError:
            continue
        is_later = own == above and authority.validity.type in _FROM_ISSUING
        if own > above or is_later:
            why = "it is issued later and valid as long" if is_later else f"{own:%Y-%m-%d} against {above:%Y-%m-%d}"
            message = (
                f"'{key}' would outlive its parent '{authority.parent}', {why}: shorten it, or choose a parent that "
                "lives longer"
            )
            yield Finding((_AUTHORITIES, key, "validity"), message)


def managed_certificates_fit(spec: Spec) -> Iterator[Finding]:
    """ACM issues for 13 months, so a CA for managed certificates lives longer than that."""
    now = datetime.now(UTC)
    granted = {
        key
        for issuer in spec.issuers.values()
        for grant in issuer.grants
        if isinstance(grant, ManagedGrant)
        for key in grant.certificate_authorities
    } | {certificate.certificate_authority for certificate in spec.certificates.values()}
    for key in sorted(granted & set(spec.managed)):
        validity = spec.managed[key].validity
        try:
            is_short = validity is not None and end(validity, now) < now + timedelta(days=facts.ACM_VALIDITY_DAYS)
        except ValueError:
            continue
        if is_short:
            message = f"ACM's certificates live {facts.ACM_VALIDITY_DAYS} days, longer than '{key}': ACM would refuse"
            yield Finding((_AUTHORITIES, key, "validity"), message)


def _time(value: int | str) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("a time in RFC 3339 is wanted for END_DATE, such as 2035-01-01T00:00:00Z") from None
    if found.tzinfo is None:
        raise ValueError("the time needs a zone, such as the Z in 2035-01-01T00:00:00Z")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError("in UTC it lies outside the years 1 to 9999") from None


def _months_later(start: datetime, months: int) -> datetime:
    """Return the same day some months later, the month's last day where it has no such day."""
    years, month = divmod(start.month - 1 + months, _MONTHS)
    year, month = start.year + years, month + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))
