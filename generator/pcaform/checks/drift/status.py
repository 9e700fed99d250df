"""Compares the status of a CA with AWS: status, expiry, ACM's permission, and the signature of its certificate."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from pcaform.checks.audit.renewal_blockers import missing_permission
from pcaform.checks.drift.difference import Difference, Kind
from pcaform.core.formats.text import day, days_until
from pcaform.core.x509 import is_signed_by, parse_or_none, path_length
from pcaform.sources.account_snapshot import CERTIFICATE, PERMISSIONS, CaStatus
from pcaform.spec.cas import CertificateAuthority, Reference

_NEW_CA = "the next apply creates a CA of this name, with a key that no one trusts yet"
_REISSUE = (
    "no apply changes an installed certificate: renew the CA with 'generation', or write what AWS has into the spec"
)


def compare_status(key: str, ca: CertificateAuthority | Reference, live: CaStatus) -> Iterator[Difference]:
    """Yield what is wrong with a CA's status."""
    place = f"certificate_authorities.{key}"
    is_enabled = not isinstance(ca, CertificateAuthority) or ca.enabled
    is_pending = isinstance(ca, CertificateAuthority) and ca.activation == "pending"
    if live.status == "DELETED":
        until = day(live.restorable_until)
        advice = f"restore it: aws acm-pca restore-certificate-authority, then enable it; otherwise {_NEW_CA}"
        yield _urgent(Kind.REPLACES, place, f"it is DELETED and can be restored until {until}", advice, live)
    elif live.status == "FAILED":
        advice = f"delete it: {_NEW_CA}"
        message = f"AWS could not create it ({live.failure or 'no reason given'})"
        yield _urgent(Kind.REPLACES, place, message, advice, live)
    elif live.status == "EXPIRED":
        message = f"it is EXPIRED: its certificate ended on {day(live.ends)}"
        yield _urgent(Kind.RENEWAL, place, message, _renewal_advice(ca), live)
    elif live.status == "DISABLED" and is_enabled:
        advice = "apply the stack, which enables it again, or write 'enabled: false': until then it issues nothing"
        yield _urgent(Kind.RENEWAL, f"{place}.enabled", "'true' in the spec, it is DISABLED at AWS", advice, live)
    elif live.status == "ACTIVE" and not is_enabled:
        advice = "apply the stack, which disables it, or write 'enabled: true'"
        message = "'false' in the spec, it is ACTIVE at AWS"
        yield Difference(Kind.APPLIED, f"{place}.enabled", message, advice, live.arn)
    elif live.status in ("PENDING_CERTIFICATE", "CREATING") and not is_pending:
        message = f"it is {live.status}: it issues nothing yet"
        yield Difference(Kind.APPLIED, place, message, "apply the whole stack", live.arn)


def check_end(
    key: str, ca: CertificateAuthority | Reference, live: CaStatus, *, now: datetime, expiring: timedelta
) -> Iterator[Difference]:
    """Yield that a CA ends soon."""
    if live.status in ("ACTIVE", "DISABLED") and live.ends is not None and live.ends - now <= expiring:
        kind = Kind.RENEWAL if ca.permissions else Kind.STAYS
        message = f"its certificate ends on {day(live.ends)}, in {days_until(live.ends, now)} days"
        yield _urgent(kind, f"certificate_authorities.{key}", message, _renewal_advice(ca), live)


def _renewal_advice(ca: CertificateAuthority | Reference) -> str:
    if isinstance(ca, CertificateAuthority) and ca.activation is None:
        return f"renew it: 'generation: {ca.generation + 1}'"
    return "have its CSR signed again, and import the certificate: no apply does that"


def compare_permission(key: str, ca: CertificateAuthority | Reference, live: CaStatus) -> Iterator[Difference]:
    """Yield what ACM's permission lacks, or has more than in the spec."""
    if PERMISSIONS in live.unread:
        return
    place = f"certificate_authorities.{key}.permissions"
    actions = {action for permission in ca.permissions for action in permission.actions}
    if actions - set(live.actions):
        for message in missing_permission(live):
            advice = "apply the stack: until then ACM renews nothing from this CA"
            yield _urgent(Kind.RENEWAL, place, message, advice, live)
    elif live.actions and not ca.permissions:
        message = f"nothing in the spec, at AWS ACM has {', '.join(live.actions)}"
        advice = "write it into the spec and adopt it with 'pcaform adopt', or remove it at AWS: no apply does"
        yield Difference(Kind.STAYS, place, message, advice, live.arn)
    elif extra := [action for action in live.actions if action not in actions]:
        message = f"at AWS ACM also has {', '.join(extra)}"
        yield Difference(Kind.APPLIED, place, message, "write all three into the spec: renewals need them", live.arn)
    for account in live.other_accounts:
        message = f"at AWS ACM also has permission for account {account}, which renews nothing in the CA's own account"
        advice = "remove it at AWS if that account must not issue from this CA: a spec cannot have it"
        yield Difference(Kind.INEXPRESSIBLE, place, message, advice, live.arn)


def compare_signature(
    key: str, ca: CertificateAuthority, live: CaStatus, *, live_cas: Mapping[str, CaStatus]
) -> Iterator[Difference]:
    """Yield that a CA's certificate has another signer or path length than in the spec."""
    certificates = [] if CERTIFICATE in live.unread else list(parse_or_none(live.certificate))[:1]
    place = f"certificate_authorities.{key}"
    for certificate in certificates:
        length = path_length(certificate)
        if ca.type == "SUBORDINATE" and length != ca.path_length:
            message = f"'{ca.path_length}' in the spec, '{'none' if length is None else length}' in its certificate"
            yield Difference(Kind.STAYS, f"{place}.path_length", message, _REISSUE, live.arn)
        parent = live_cas.get(ca.parent or "")
        signers = list(parse_or_none(parent.certificate))[:1] if parent and CERTIFICATE not in parent.unread else []
        if parent and signers and not is_signed_by(certificate, signers[0]):
            message = f"'{ca.parent}' in the spec, but its certificate is not signed by '{parent.name}'"
            yield Difference(Kind.STAYS, f"{place}.parent", message, _REISSUE, live.arn)


def _urgent(kind: Kind, place: str, message: str, advice: str, live: CaStatus) -> Difference:
    return Difference(kind, place, message, advice, live.arn, is_urgent=True)
