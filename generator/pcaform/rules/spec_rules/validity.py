"""Rules about validity."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pcaform.core import facts
from pcaform.rules.rule import error
from pcaform.spec.finding import Finding
from pcaform.spec.issuers import ManagedGrant
from pcaform.spec.stack import Spec
from pcaform.spec.validity import compute_end

_AUTHORITIES = "certificate_authorities"
_FROM_ISSUING = ("DAYS", "MONTHS", "YEARS")
"""Types that count from issuing: a child is issued after its parent, so with the same value it ends later."""


@error("validity-missing")
def validity_is_present(spec: Spec) -> Iterator[Finding]:
    """A CA that this stack activates says how long it is valid; one that is activated elsewhere does not."""
    for key, authority in spec.managed.items():
        if authority.validity is None and authority.activation is None:
            yield Finding((_AUTHORITIES, key), "the key 'validity' is missing")
        if authority.validity is not None and authority.activation is not None:
            message = "with 'activation' the certificate is not issued here: remove 'validity'"
            yield Finding((_AUTHORITIES, key, "validity"), message)


@error("validity-value")
def validity_fits_type(spec: Spec) -> Iterator[Finding]:
    """A validity's value fits its type, and lies in the future."""
    now = datetime.now(UTC)
    for key, authority in spec.managed.items():
        if authority.validity is None:
            continue
        loc = (_AUTHORITIES, key, "validity", "value")
        try:
            ends = compute_end(authority.validity, now)
        except ValueError as error:
            yield Finding(loc, f"'value' is {authority.validity.value!r}: {error}")
            continue
        if ends < now + timedelta(days=1):
            yield Finding(loc, f"the certificate would end at {ends:%Y-%m-%d}: AWS asks for at least one day from now")


@error("outlives-parent")
def ca_ends_before_parent(spec: Spec) -> Iterator[Finding]:
    """A CA does not outlive the CA that signs it; AWS refuses to issue then."""
    now = datetime.now(UTC)
    for key, authority in spec.managed.items():
        parent = spec.managed.get(authority.parent or "")
        if parent is None or authority.validity is None or parent.validity is None:
            continue
        try:
            own, above = compute_end(authority.validity, now), compute_end(parent.validity, now)
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


@error("shorter-than-managed")
def ca_outlives_managed_certificates(spec: Spec) -> Iterator[Finding]:
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
            is_short = validity is not None and compute_end(validity, now) < now + timedelta(
                days=facts.ACM_VALIDITY_DAYS
            )
        except ValueError:
            continue
        if is_short:
            message = f"ACM's certificates live {facts.ACM_VALIDITY_DAYS} days, longer than '{key}': ACM would refuse"
            yield Finding((_AUTHORITIES, key, "validity"), message)
