"""A spec and what was read of its account -> every difference between them, in the order of their weight."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pcaform.checks.drift.cas import authorities
from pcaform.checks.drift.certificates import certificates
from pcaform.checks.drift.difference import Difference, Drift, Kind, ordered
from pcaform.checks.drift.matching import Matched, matched
from pcaform.checks.drift.principals import people
from pcaform.checks.drift.shares import shares
from pcaform.sources.account_snapshot import Estate
from pcaform.sources.aws.iam_details import People
from pcaform.sources.inventory import Remark
from pcaform.spec.stack import Spec

_ALLOW = "let the caller read it, and compare again"


def compare(spec: Spec, estate: Estate, found: People | None, *, now: datetime, expiring: timedelta) -> Drift:
    """Return what differs; `found` is None where the spec has no principals, `expiring` how near an end is told."""
    same = matched(spec, estate)
    differences = [
        *authorities(spec, estate, same, now=now, expiring=expiring),
        *shares(spec, same.one),
        *certificates(spec, estate, same.one, now=now, expiring=expiring),
        *_unread(estate.remarks, spec, same),
    ]
    if found is not None and found.remarks:
        differences += [_unknown("issuers", remark) for remark in found.remarks]
    elif found is not None:
        differences += people(spec, found, same.arns)
    return Drift(spec.stack, estate.account_id, _count(spec), ordered(differences))


def _count(spec: Spec) -> int:
    duties = len(spec.administrators) + len(spec.auditors)
    return len(spec.certificate_authorities) + len(spec.issuers) + duties + len(spec.certificates) + len(spec.shares)


def _unread(remarks: Iterable[Remark], spec: Spec, same: Matched) -> Iterator[Difference]:
    """Yield what could not be read of the things in the spec, and lists that might have held them."""
    keys = {arn: key for key, arn in same.arns.items()}
    has_foreign = any(
        each.arn and each.arn.split(":")[4] != spec.aws.account_id for each in spec.certificate_authorities.values()
    )
    for remark in remarks:
        if remark.address in keys:
            yield _unknown(f"certificate_authorities.{keys[remark.address]}", remark)
        elif not remark.address.startswith("arn:") and (has_foreign or "others share" not in remark.reason):
            yield _unknown("aws", remark)
        elif ":acm:" in remark.address:
            yield _unknown("certificates", remark)


def _unknown(place: str, remark: Remark) -> Difference:
    return Difference(Kind.UNKNOWN, place, remark.reason, _ALLOW, remark.address)
