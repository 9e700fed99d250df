"""The CAs of a spec -> what differs of each at AWS, and of those that are not there or could not be read."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pcaform.checks.drift import status
from pcaform.checks.drift.difference import Difference, Kind
from pcaform.checks.drift.matching import CaMatches, region_of
from pcaform.checks.drift.settings import compare_settings
from pcaform.sources.account_snapshot import GONE, AccountSnapshot, CaStatus
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.stack import Spec


def compare_cas(
    spec: Spec, snapshot: AccountSnapshot, found: CaMatches, *, now: datetime, expiring: timedelta
) -> Iterator[Difference]:
    """Yield the differences of all CAs, in the order of the spec."""
    for key in spec.certificate_authorities:
        if key in found.one:
            yield from _one(spec, key, found, now=now, expiring=expiring)
        else:
            yield _missing(spec, key, snapshot, found)


def _one(spec: Spec, key: str, found: CaMatches, *, now: datetime, expiring: timedelta) -> Iterator[Difference]:
    wanted, live = spec.certificate_authorities[key], found.one[key]
    yield from status.compare_status(key, wanted, live)
    if live.status in GONE:
        return
    yield from status.check_end(key, wanted, live, now=now, expiring=expiring)
    yield from status.compare_permission(key, wanted, live)
    if isinstance(wanted, CertificateAuthority):
        yield from compare_settings(key, wanted, live, defaults=spec.aws.default_tags)
        yield from status.compare_signature(key, wanted, live, one=found.one)
    elif wanted.key_algorithm not in (None, _key(live)):
        message = f"'{wanted.key_algorithm}' in the spec, '{_key(live)}' at AWS"
        place = f"certificate_authorities.{key}.key_algorithm"
        yield Difference(Kind.STAYS, place, message, "write what AWS has into the spec", live.arn)


def _key(found: CaStatus) -> str:
    return str(found.arguments["certificate_authority_configuration"][0]["key_algorithm"])


def _missing(spec: Spec, key: str, snapshot: AccountSnapshot, found: CaMatches) -> Difference:
    wanted, place, region = spec.certificate_authorities[key], f"certificate_authorities.{key}", region_of(spec, key)
    if key in found.several:
        listed = ", ".join(each.arn for each in found.several[key])
        name = found.several[key][0].name
        return Difference(Kind.UNKNOWN, place, f"several CAs are called '{name}'", f"name its 'arn', one of {listed}")
    if region in snapshot.unlisted or region not in snapshot.regions or _is_elsewhere(spec, key):
        reason = "it lives behind a role or in another account, which is not read" if _is_elsewhere(spec, key) else ""
        message = reason or f"the CAs of {region} could not be listed"
        return Difference(Kind.UNKNOWN, place, message, "read that account or region by itself", wanted.arn or "")
    if wanted.arn is not None:
        advice = f"correct the 'arn', or take the entry out: a plan that imports it fails{_HINT}"
        return Difference(Kind.STAYS, place, f"there is no CA {wanted.arn}", advice, wanted.arn, is_urgent=True)
    message = f"there is no such CA in {region}"
    return Difference(Kind.APPLIED, place, message, f"apply the stack: it makes the CA{_HINT}", is_urgent=True)


_HINT = ". AWS shows a deleted CA for as long as it can be restored, and then no more"


def _is_elsewhere(spec: Spec, key: str) -> bool:
    wanted = spec.certificate_authorities[key]
    is_foreign = wanted.arn is not None and wanted.arn.split(":")[4] != spec.aws.account_id
    return bool(wanted.provider and wanted.provider.assume_role) or is_foreign
