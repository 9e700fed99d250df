"""Compares the CAs of a spec with AWS: settings, status, expiry, ACM's permission, signature, missing CAs.

The CA at AWS is found by its ARN, or else by name, type and region; never by a guess.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from pcaform.checks.audit.renewal_blockers import missing_permission
from pcaform.checks.drift.difference import Difference, Kind
from pcaform.core import name_constraints
from pcaform.core.formats.text import day, days_until
from pcaform.core.x509 import is_signed_by, parse_or_none, path_length
from pcaform.render.normal_form import differences, enabled_blocks, normal_form
from pcaform.sources.account_snapshot import CERTIFICATE, GONE, PERMISSIONS, TAGS, AccountSnapshot, CaStatus
from pcaform.spec.cas import CertificateAuthority, OfflineActivation, Reference
from pcaform.spec.stack import Aws, Spec
from pcaform.terraform.resource_types import AUTHORITY
from pcaform.terraform.schema import by_path, read_fields

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_HINT = ". AWS shows a deleted CA only while it can be restored"
_SECTION = "certificate_authorities"
_REVOCATION = "revocation_configuration"
_TAGS = "tags"
_REPLACED = "write what AWS has into the spec: a new CA has a key that no one trusts"
_APPLY = "apply the stack, or write what AWS has into the spec"
_UNCHANGEABLE = "write what AWS has into the spec: AWS never changes it, and every plan would show it"
_ON = "apply the stack: until then, clients do not learn of revocations"
_OFF = "write it into the spec, or the next apply switches it off"
_NEW_CA = "the next apply creates a CA of this name, with a key that no one trusts yet"
_urgent = partial(Difference, is_urgent=True)
_REISSUE = (
    "no apply changes an installed certificate: renew the CA with 'generation', or write what AWS has into the spec"
)


@dataclass(frozen=True)
class CaMatches:
    """The matches of a spec's CAs, by key: exactly one, none, or several candidates."""

    candidates: Mapping[str, Sequence[CaStatus]]

    @cached_property
    def unique(self) -> Mapping[str, CaStatus]:
        """The CAs of which there is exactly one match, by key."""
        return {key: found[0] for key, found in self.candidates.items() if len(found) == 1}

    @property
    def arns(self) -> Mapping[str, str]:
        """The ARNs of the unique matches, by key."""
        return {key: live.arn for key, live in self.unique.items()}


def region_of(spec: Spec, key: str) -> str:
    """Return the region of a spec's CA."""
    arn = spec.certificate_authorities[key].arn
    return spec.region_of(key) if arn is None else arn.split(":")[3]


def match_cas(spec: Spec, snapshot: AccountSnapshot) -> CaMatches:
    """Find each CA of a spec in an account."""
    matches = {}
    for key in spec.certificate_authorities:
        candidates = [live for live in snapshot.authorities if _is_candidate(spec, key, live)]
        # deleted or failed ones only if there is no other
        matches[key] = [live for live in candidates if live.status not in GONE] or candidates
    return CaMatches(matches)


def is_named(spec: Spec, live: CaStatus) -> bool:
    """Tell whether a CA at AWS can be one of a spec's."""
    return any(_is_candidate(spec, key, live) for key in spec.certificate_authorities)


def _is_candidate(spec: Spec, key: str, live: CaStatus) -> bool:
    ca = spec.certificate_authorities[key]
    if ca.arn is not None or isinstance(ca, Reference):
        return live.arn == ca.arn
    arns = {each.arn for each in spec.certificate_authorities.values()}
    (configuration,) = live.arguments["certificate_authority_configuration"]
    subject = {name: value for name, value in configuration["subject"][0].items() if value}
    name, whole = ca.subject.common_name, ca.subject.model_dump(exclude_none=True)
    has_name = subject.get("common_name") == name if name else subject == whole
    is_here = live.region == region_of(spec, key) and not live.is_foreign and live.arn not in arns
    return is_here and has_name and live.arguments["type"] == ca.type


def compare_cas(
    spec: Spec, snapshot: AccountSnapshot, matches: CaMatches, *, now: datetime, expiring: timedelta
) -> Iterator[Difference]:
    """Yield the differences of all CAs, in the order of the spec."""
    form = normal_form(spec)[_SECTION]
    for key in spec.certificate_authorities:
        if key in matches.unique:
            yield from _compare_ca(spec, key, matches, form=form, now=now, expiring=expiring)
        else:
            yield _missing_ca(spec, key, snapshot, matches)


def _compare_ca(
    spec: Spec, key: str, matches: CaMatches, *, form: Mapping[str, Any], now: datetime, expiring: timedelta
) -> Iterator[Difference]:
    ca, live, place = spec.certificate_authorities[key], matches.unique[key], f"{_SECTION}.{key}"
    yield from _compare_status(place, ca, live)
    if live.status in GONE:
        return
    if live.status in ("ACTIVE", "DISABLED") and live.ends is not None and live.ends - now <= expiring:
        kind = Kind.RENEWAL if ca.permissions else Kind.STAYS
        message = f"its certificate ends on {day(live.ends)}, in {days_until(live.ends, now)} days"
        yield _urgent(kind, place, message, _renewal_advice(ca), live.arn)
    yield from _compare_permission(f"{place}.permissions", ca, live)
    algorithm = live.arguments["certificate_authority_configuration"][0]["key_algorithm"]
    if isinstance(ca, CertificateAuthority):
        yield from _compare_settings(place, form[key], live, aws=spec.aws)
        yield from _compare_signature(place, ca, live, live_cas=matches.unique)
    elif ca.key_algorithm not in (None, algorithm):
        message, advice = f"'{ca.key_algorithm}' in the spec, '{algorithm}' at AWS", "write what AWS has into the spec"
        yield Difference(Kind.STAYS, f"{place}.key_algorithm", message, advice, live.arn)


def _missing_ca(spec: Spec, key: str, snapshot: AccountSnapshot, matches: CaMatches) -> Difference:
    ca, place, region = spec.certificate_authorities[key], f"{_SECTION}.{key}", region_of(spec, key)
    if candidates := matches.candidates[key]:
        arns, name = ", ".join(live.arn for live in candidates), candidates[0].name
        return Difference(Kind.UNKNOWN, place, f"several CAs have the name '{name}'", f"give its 'arn', one of {arns}")
    if region in snapshot.unlisted or region not in snapshot.regions or is_elsewhere(spec, key):
        reason = "it is behind a role or in another account, which was not read" if is_elsewhere(spec, key) else ""
        message = reason or f"the CAs of {region} could not be listed"
        return Difference(Kind.UNKNOWN, place, message, "compare that account or region separately", ca.arn or "")
    if ca.arn is None and isinstance(ca, Reference):
        message = f"only Terraform reads its ARN, from what '{ca.stack}' left"
        return Difference(Kind.UNKNOWN, place, message, "to compare it, take its ARN from a lock file", "")
    if ca.arn is not None:
        advice = f"correct the 'arn', or remove the entry: a plan that imports it fails{_HINT}"
        return Difference(Kind.STAYS, place, f"there is no CA {ca.arn}", advice, ca.arn, is_urgent=True)
    message = f"there is no such CA in {region}"
    return Difference(Kind.APPLIED, place, message, f"apply the stack: it creates the CA{_HINT}", is_urgent=True)


def is_elsewhere(spec: Spec, key: str) -> bool:
    """Tell whether a CA is behind a role or in another account, which the account's credentials do not read."""
    ca = spec.certificate_authorities[key]
    return bool(ca.provider and ca.provider.assume_role) or spec.account_of(key) != spec.aws.account_id


def _compare_settings(place: str, ours: Mapping[str, Any], live: CaStatus, aws: Aws) -> Iterator[Difference]:
    """Yield the differences of a CA's settings. `ours` is its normal form, `aws` knows the tags of the provider."""
    tags = {key: value for key, value in live.tags.items() if not aws.ignore_tags.covers(key)}
    theirs = {**read_fields(AUTHORITY, _SECTION, live.arguments, "live"), _TAGS: tags}
    del theirs["enabled"]  # compared with the status
    theirs[_REVOCATION] = enabled_blocks(theirs[_REVOCATION]) or {}
    wanted = {**{name: ours.get(name) for name in theirs}, _TAGS: {**aws.default_tags, **ours[_TAGS]}}
    wanted[_REVOCATION] = wanted[_REVOCATION] or {}
    if TAGS in live.unread:
        del wanted[_TAGS], theirs[_TAGS]
    for path, value, live_value in differences(wanted, theirs):
        if path[0] == _REVOCATION and len(path) == 2:  # noqa: PLR2004 - one of the two blocks
            is_on = value is not None
            message, advice = ("on in the spec, off at AWS", _ON) if is_on else ("off in the spec, on at AWS", _OFF)
            yield Difference(Kind.APPLIED, ".".join((place, *path)), message, advice, live.arn, is_urgent=is_on)
            continue
        row = by_path().get(".".join((_SECTION, "*", *path[: 1 if path[0] == _TAGS else None])))
        if value is None and row is not None and row.is_computed:
            continue
        message = f"{_format_value(value)} in the spec, {_format_value(live_value)} at AWS"
        kind, advice = Kind.APPLIED, _APPLY
        if row is not None and row.is_fixed:
            kind, advice = (Kind.REPLACES, _REPLACED) if row.replaces else (Kind.STAYS, _UNCHANGEABLE)
        yield Difference(kind, ".".join((place, *path)), message, advice, live.arn)
    for message in live.unsupported_settings:
        yield Difference(Kind.INEXPRESSIBLE, place, message, "nothing: a spec cannot express it", live.arn)


def _format_value(value: Any) -> str:
    if value is None:
        return "nothing"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else f"'{value}'"


def _compare_status(place: str, ca: CertificateAuthority | Reference, live: CaStatus) -> Iterator[Difference]:
    is_enabled = not isinstance(ca, CertificateAuthority) or ca.enabled
    is_pending = isinstance(ca, CertificateAuthority) and ca.activation == "pending"
    enabled = f"{place}.enabled"
    if live.status == "DELETED":
        message = f"it is DELETED and can be restored until {day(live.restorable_until)}"
        advice = f"restore it: aws acm-pca restore-certificate-authority, then enable it; otherwise {_NEW_CA}"
        yield _urgent(Kind.REPLACES, place, message, advice, live.arn)
    elif live.status == "FAILED":
        message = f"AWS could not create it ({live.failure or 'no reason given'})"
        yield _urgent(Kind.REPLACES, place, message, f"delete it: {_NEW_CA}", live.arn)
    elif live.status == "EXPIRED":
        message = f"it is EXPIRED: its certificate ended on {day(live.ends)}"
        yield _urgent(Kind.RENEWAL, place, message, _renewal_advice(ca), live.arn)
    elif live.status == "DISABLED" and is_enabled:
        advice = "apply the stack, which enables it again, or write 'enabled: false': until then it issues nothing"
        yield _urgent(Kind.RENEWAL, enabled, "'true' in the spec, it is DISABLED at AWS", advice, live.arn)
    elif live.status == "ACTIVE" and not is_enabled:
        advice = "apply the stack, which disables it, or write 'enabled: true'"
        yield Difference(Kind.APPLIED, enabled, "'false' in the spec, it is ACTIVE at AWS", advice, live.arn)
    elif live.status in ("PENDING_CERTIFICATE", "CREATING") and not is_pending:
        message = f"it is {live.status}: it issues nothing yet"
        yield Difference(Kind.APPLIED, place, message, "apply the whole stack", live.arn)


def _renewal_advice(ca: CertificateAuthority | Reference) -> str:
    if isinstance(ca, CertificateAuthority) and ca.activation is None:
        return f"renew it: 'generation: {ca.generation + 1}'"
    return "have its CSR signed again, and import the certificate: no apply does that"


def _compare_permission(place: str, ca: CertificateAuthority | Reference, live: CaStatus) -> Iterator[Difference]:
    """Yield what ACM's permission lacks, or has more than in the spec."""
    if PERMISSIONS in live.unread:
        return
    actions = {action for permission in ca.permissions for action in permission.actions}
    if actions - set(live.actions):
        for message in missing_permission(live):
            advice = "apply the stack: until then ACM renews nothing from this CA"
            yield _urgent(Kind.RENEWAL, place, message, advice, live.arn)
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


def _compare_signature(
    place: str, ca: CertificateAuthority, live: CaStatus, *, live_cas: Mapping[str, CaStatus]
) -> Iterator[Difference]:
    """Yield that a CA's certificate has another signer or path length than in the spec."""
    certificates = [] if CERTIFICATE in live.unread else list(parse_or_none(live.certificate))[:1]
    for certificate in certificates:
        length = path_length(certificate)
        if ca.path_length is not None and length != ca.path_length:
            message = f"'{ca.path_length}' in the spec, '{'none' if length is None else length}' in its certificate"
            yield Difference(Kind.STAYS, f"{place}.path_length", message, _REISSUE, live.arn)
        yield from _compare_constraints(place, ca, live, certificate=certificate)
        parent = live_cas.get(ca.parent or "")
        signers = list(parse_or_none(parent.certificate))[:1] if parent and CERTIFICATE not in parent.unread else []
        if parent and signers and not is_signed_by(certificate, signers[0]):
            message = f"'{ca.parent}' in the spec, but its certificate is not signed by '{parent.name}'"
            yield Difference(Kind.STAYS, f"{place}.parent", message, _REISSUE, live.arn)


def _compare_constraints(
    place: str, ca: CertificateAuthority, live: CaStatus, *, certificate: "Certificate"
) -> Iterator[Difference]:
    """Yield that a CA's certificate has other name constraints than the spec; an offline one need not state them."""
    passthrough, stated = name_constraints.split(ca.api_passthrough)
    stated = ca.name_constraints.texts() if ca.name_constraints else stated
    try:
        found = name_constraints.of_certificate(certificate)
        seen = f"{'none' if found is None else found}"
    except ValueError as why:
        found, seen = None, str(why)
    is_unstated = stated is None and (isinstance(ca.activation, OfflineActivation) or found is None)
    if found != stated and not is_unstated and not name_constraints.is_in(passthrough):
        message = f"{'none' if stated is None else stated} in the spec, in its certificate: {seen}"
        yield Difference(Kind.STAYS, f"{place}.name_constraints", message, _REISSUE, live.arn)
