"""How a CA stands at AWS, against a spec that takes it for a living one: status, end, permission, who signed it."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from pcaform.checks.audit.renewal_blockers import missing_permission
from pcaform.checks.drift.difference import Difference, Kind
from pcaform.core.dates import day, days_until
from pcaform.core.x509 import is_signed_by, parse_or_none, path_length
from pcaform.sources.account_snapshot import CERTIFICATE, PERMISSIONS, CaStatus
from pcaform.spec.cas import CertificateAuthority, Reference

_NOT_THERE = "the next apply makes a CA of this name, with a key that nobody trusts yet"
_REISSUED = "no apply changes an installed certificate: renew the CA with 'generation', or write what AWS has"


def compare_status(key: str, wanted: CertificateAuthority | Reference, found: CaStatus) -> Iterator[Difference]:
    """Yield what is wrong with a CA's status."""
    place = f"certificate_authorities.{key}"
    is_enabled = not isinstance(wanted, CertificateAuthority) or wanted.enabled
    is_pending = isinstance(wanted, CertificateAuthority) and wanted.activation == "pending"
    if found.status == "DELETED":
        until = day(found.restorable_until)
        advice = f"restore it: aws acm-pca restore-certificate-authority, then enable it. Without that {_NOT_THERE}"
        yield _urgent(Kind.REPLACES, place, f"it is DELETED and can be restored until {until}", advice, found)
    elif found.status == "FAILED":
        advice = f"delete it: {_NOT_THERE}"
        yield _urgent(
            Kind.REPLACES, place, f"AWS could not create it ({found.failure or 'no reason given'})", advice, found
        )
    elif found.status == "EXPIRED":
        yield _urgent(
            Kind.RENEWAL, place, f"it is EXPIRED: its certificate ended at {day(found.ends)}", _renewed(wanted), found
        )
    elif found.status == "DISABLED" and is_enabled:
        advice = "apply the stack, which enables it again, or write 'enabled: false': until then it issues nothing"
        yield _urgent(Kind.RENEWAL, f"{place}.enabled", "'true' in the spec, it is DISABLED at AWS", advice, found)
    elif found.status == "ACTIVE" and not is_enabled:
        advice = "apply the stack, which disables it, or write 'enabled: true'"
        yield Difference(
            Kind.APPLIED, f"{place}.enabled", "'false' in the spec, it is ACTIVE at AWS", advice, found.arn
        )
    elif found.status in ("PENDING_CERTIFICATE", "CREATING") and not is_pending:
        yield Difference(
            Kind.APPLIED, place, f"it is {found.status}: it issues nothing yet", "apply the stack to its end", found.arn
        )


def check_end(
    key: str, wanted: CertificateAuthority | Reference, found: CaStatus, *, now: datetime, expiring: timedelta
) -> Iterator[Difference]:
    """Yield that a CA is near its end."""
    if found.status in ("ACTIVE", "DISABLED") and found.ends is not None and found.ends - now <= expiring:
        kind = Kind.RENEWAL if wanted.permissions else Kind.STAYS
        message = f"its certificate ends at {day(found.ends)}, in {days_until(found.ends, now)} days"
        yield _urgent(kind, f"certificate_authorities.{key}", message, _renewed(wanted), found)


def _renewed(wanted: CertificateAuthority | Reference) -> str:
    if isinstance(wanted, CertificateAuthority) and wanted.activation is None:
        return f"renew it: 'generation: {wanted.generation + 1}'"
    return "have it signed again, and import the certificate: no apply does that"


def compare_permission(key: str, wanted: CertificateAuthority | Reference, found: CaStatus) -> Iterator[Difference]:
    """Yield what is missing of ACM's permission, or is there and in no spec."""
    if PERMISSIONS in found.unread:
        return
    place = f"certificate_authorities.{key}.permissions"
    missing = [name for each in wanted.permissions for name in each.actions if name not in found.actions]
    if missing:
        for said in missing_permission(found):
            advice = "apply the stack: until then ACM renews nothing from this CA"
            yield _urgent(Kind.RENEWAL, place, said, advice, found)
    elif found.actions and not wanted.permissions:
        message = f"nothing in the spec, at AWS ACM may {', '.join(found.actions)}"
        advice = "write it into the spec and take it over with 'pcaform adopt', or take it away at AWS: no apply does"
        yield Difference(Kind.STAYS, place, message, advice, found.arn)
    elif extra := [name for name in found.actions if not any(name in each.actions for each in wanted.permissions)]:
        message = f"at AWS ACM may also {', '.join(extra)}"
        yield Difference(Kind.APPLIED, place, message, "write all three into the spec: renewals need them", found.arn)


def compare_signature(
    key: str, wanted: CertificateAuthority, found: CaStatus, *, one: Mapping[str, CaStatus]
) -> Iterator[Difference]:
    """Yield that a CA's certificate is not the one that the spec describes: another signer, another path length."""
    own = [] if CERTIFICATE in found.unread else list(parse_or_none(found.certificate))[:1]
    place = f"certificate_authorities.{key}"
    for certificate in own:
        length = path_length(certificate)
        if wanted.type == "SUBORDINATE" and length != wanted.path_length:
            message = f"'{wanted.path_length}' in the spec, '{'none' if length is None else length}' in its certificate"
            yield Difference(Kind.STAYS, f"{place}.path_length", message, _REISSUED, found.arn)
        above = one.get(wanted.parent or "")
        signers = list(parse_or_none(above.certificate))[:1] if above and CERTIFICATE not in above.unread else []
        if above and signers and not is_signed_by(certificate, signers[0]):
            message = f"'{wanted.parent}' in the spec, and not '{above.name}' signed its certificate"
            yield Difference(Kind.STAYS, f"{place}.parent", message, _REISSUED, found.arn)


def _urgent(kind: Kind, place: str, message: str, advice: str, found: CaStatus) -> Difference:
    return Difference(kind, place, message, advice, found.arn, is_urgent=True)
