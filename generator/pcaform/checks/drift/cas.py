"""Compares the CAs of a spec with AWS: what differs, and which CAs are missing or could not be read."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pcaform.checks.drift import status
from pcaform.checks.drift.difference import Difference, Kind
from pcaform.checks.drift.matching import CaMatches, region_of
from pcaform.checks.drift.settings import compare_settings
from pcaform.render.normal_form import normal_form
from pcaform.sources.account_snapshot import GONE, AccountSnapshot, CaStatus
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.stack import Spec

_HINT = ". AWS shows a deleted CA only while it can be restored"


def compare_cas(
    spec: Spec, snapshot: AccountSnapshot, matches: CaMatches, *, now: datetime, expiring: timedelta
) -> Iterator[Difference]:
    """Yield the differences of all CAs, in the order of the spec."""
    form = normal_form(spec)["certificate_authorities"]
    for key in spec.certificate_authorities:
        if key in matches.unique:
            yield from _compare_ca(spec, key, matches, form=form, now=now, expiring=expiring)
        else:
            yield _missing_ca(spec, key, snapshot, matches)


def _compare_ca(
    spec: Spec, key: str, matches: CaMatches, *, form: Mapping[str, Any], now: datetime, expiring: timedelta
) -> Iterator[Difference]:
    ca, live = spec.certificate_authorities[key], matches.unique[key]
    yield from status.compare_status(key, ca, live)
    if live.status in GONE:
        return
    yield from status.check_end(key, ca, live, now=now, expiring=expiring)
    yield from status.compare_permission(key, ca, live)
    if isinstance(ca, CertificateAuthority):
        yield from compare_settings(key, form[key], live, defaults=spec.aws.default_tags)
        yield from status.compare_signature(key, ca, live, live_cas=matches.unique)
    elif ca.key_algorithm not in (None, _key_algorithm(live)):
        message = f"'{ca.key_algorithm}' in the spec, '{_key_algorithm(live)}' at AWS"
        place = f"certificate_authorities.{key}.key_algorithm"
        yield Difference(Kind.STAYS, place, message, "write what AWS has into the spec", live.arn)


def _key_algorithm(live: CaStatus) -> str:
    return str(live.arguments["certificate_authority_configuration"][0]["key_algorithm"])


def _missing_ca(spec: Spec, key: str, snapshot: AccountSnapshot, matches: CaMatches) -> Difference:
    ca, place, region = spec.certificate_authorities[key], f"certificate_authorities.{key}", region_of(spec, key)
    if key in matches.ambiguous:
        arns = ", ".join(live.arn for live in matches.ambiguous[key])
        name = matches.ambiguous[key][0].name
        return Difference(Kind.UNKNOWN, place, f"several CAs have the name '{name}'", f"give its 'arn', one of {arns}")
    if region in snapshot.unlisted or region not in snapshot.regions or _is_elsewhere(spec, key):
        reason = "it is behind a role or in another account, which was not read" if _is_elsewhere(spec, key) else ""
        message = reason or f"the CAs of {region} could not be listed"
        return Difference(Kind.UNKNOWN, place, message, "compare that account or region separately", ca.arn or "")
    if ca.arn is not None:
        advice = f"correct the 'arn', or remove the entry: a plan that imports it fails{_HINT}"
        return Difference(Kind.STAYS, place, f"there is no CA {ca.arn}", advice, ca.arn, is_urgent=True)
    message = f"there is no such CA in {region}"
    return Difference(Kind.APPLIED, place, message, f"apply the stack: it creates the CA{_HINT}", is_urgent=True)


def _is_elsewhere(spec: Spec, key: str) -> bool:
    ca = spec.certificate_authorities[key]
    is_foreign = ca.arn is not None and ca.arn.split(":")[4] != spec.aws.account_id
    return bool(ca.provider and ca.provider.assume_role) or is_foreign
