"""Rules about validity."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pcaform.core import facts
from pcaform.rules.rule import error
from pcaform.spec.issuers import ManagedGrant
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.spec.validity import compute_end

_AUTHORITIES = "certificate_authorities"
_RELATIVE_TYPES = ("DAYS", "MONTHS", "YEARS")
"""Types that count from issuing: a child is issued after its parent, so with the same value it ends later."""
_ISSUE = "https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html"
_VALIDITY = "https://docs.aws.amazon.com/privateca/latest/APIReference/API_Validity.html"
_ACM = "https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html"


@error("validity-missing")
def validity_is_present(spec: Spec) -> Iterator[Violation]:
    """A CA has a `validity` if this stack issues its certificate, and otherwise not."""
    for key, ca in spec.managed.items():
        if ca.validity is None and ca.activation is None:
            yield Violation((_AUTHORITIES, key), "the key 'validity' is missing")
        if ca.validity is not None and ca.activation is not None:
            message = "with 'activation' this stack issues no certificate: remove 'validity'"
            yield Violation((_AUTHORITIES, key, "validity"), message)


@error("validity-value", source=_VALIDITY)
def validity_fits_type(spec: Spec) -> Iterator[Violation]:
    """The value of a validity fits its type, and is in the future."""
    now = datetime.now(UTC)
    for key, ca in spec.managed.items():
        if ca.validity is None:
            continue
        loc = (_AUTHORITIES, key, "validity", "value")
        try:
            end = compute_end(ca.validity, now)
        except ValueError as invalid:
            yield Violation(loc, f"'value' is {ca.validity.value!r}: {invalid}")
            continue
        if end < now + timedelta(days=1):
            yield Violation(loc, f"the certificate would end on {end:%Y-%m-%d}: AWS requires at least one day from now")


@error("outlives-parent", source=_ISSUE)
def ca_ends_before_parent(spec: Spec) -> Iterator[Violation]:
    """A CA ends no later than its parent; otherwise AWS refuses to issue its certificate."""
    now = datetime.now(UTC)
    for key, ca in spec.managed.items():
        parent = spec.managed.get(ca.parent or "")
        if parent is None or ca.validity is None or parent.validity is None:
            continue
        try:
            end, parent_end = compute_end(ca.validity, now), compute_end(parent.validity, now)
        except ValueError:
            continue
        is_issued_later = end == parent_end and ca.validity.type in _RELATIVE_TYPES
        if end > parent_end or is_issued_later:
            days = f"{end:%Y-%m-%d} against {parent_end:%Y-%m-%d}"
            reason = "it is valid as long, but issued later" if is_issued_later else days
            message = (
                f"'{key}' would outlive its parent '{ca.parent}', {reason}: shorten its validity, or choose a parent "
                "that ends later"
            )
            yield Violation((_AUTHORITIES, key, "validity"), message)


@error("shorter-than-managed", source=_ACM)
def ca_outlives_managed_certificates(spec: Spec) -> Iterator[Violation]:
    """A CA of managed certificates is valid for more than the 13 months for which ACM issues them."""
    now, days = datetime.now(UTC), facts.ACM_VALIDITY_DAYS
    for key in sorted(_list_managed_cas(spec) & set(spec.managed)):
        validity = spec.managed[key].validity
        try:
            is_short = validity is not None and compute_end(validity, now) < now + timedelta(days=days)
        except ValueError:
            continue
        if is_short:
            message = f"ACM's certificates are valid for {days} days, longer than '{key}': ACM would refuse to issue"
            yield Violation((_AUTHORITIES, key, "validity"), message)


def _list_managed_cas(spec: Spec) -> set[str]:
    """Return the CAs of managed grants and of private certificates."""
    grants = [grant for issuer in spec.issuers.values() for grant in issuer.grants if isinstance(grant, ManagedGrant)]
    certificates = spec.certificates.values()
    return {key for grant in grants for key in grant.certificate_authorities} | {
        certificate.certificate_authority for certificate in certificates
    }
