"""A spec and what was read of its account -> every difference between them, in the order of their weight."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pcaform.checks.drift.cas import compare_cas
from pcaform.checks.drift.certificates import compare_certificates
from pcaform.checks.drift.difference import Difference, Drift, Kind, sort_differences
from pcaform.checks.drift.matching import CaMatches, match_cas
from pcaform.checks.drift.principals import compare_principals
from pcaform.checks.drift.shares import compare_shares
from pcaform.sources.account_snapshot import AccountSnapshot
from pcaform.sources.aws.iam_details import IamPrincipals
from pcaform.sources.inventory import ImportNote
from pcaform.spec.stack import Spec

_ALLOW = "let the caller read it, and compare again"


def compare(
    spec: Spec, snapshot: AccountSnapshot, found: IamPrincipals | None, *, now: datetime, expiring: timedelta
) -> Drift:
    """Return what differs; `found` is None where the spec has no principals, `expiring` how near an end is told."""
    same = match_cas(spec, snapshot)
    differences = [
        *compare_cas(spec, snapshot, same, now=now, expiring=expiring),
        *compare_shares(spec, same.one),
        *compare_certificates(spec, snapshot, same.one, now=now, expiring=expiring),
        *_unread(snapshot.notes, spec, same),
    ]
    if found is not None and found.notes:
        differences += [_unknown("issuers", note) for note in found.notes]
    elif found is not None:
        differences += compare_principals(spec, found, same.arns)
    return Drift(spec.stack, snapshot.account_id, _count(spec), sort_differences(differences))


def _count(spec: Spec) -> int:
    duties = len(spec.administrators) + len(spec.auditors)
    return len(spec.certificate_authorities) + len(spec.issuers) + duties + len(spec.certificates) + len(spec.shares)


def _unread(notes: Iterable[ImportNote], spec: Spec, same: CaMatches) -> Iterator[Difference]:
    """Yield what could not be read of the things in the spec, and lists that might have held them."""
    keys = {arn: key for key, arn in same.arns.items()}
    has_foreign = any(
        each.arn and each.arn.split(":")[4] != spec.aws.account_id for each in spec.certificate_authorities.values()
    )
    for note in notes:
        if note.address in keys:
            yield _unknown(f"certificate_authorities.{keys[note.address]}", note)
        elif not note.address.startswith("arn:") and (has_foreign or "others share" not in note.reason):
            yield _unknown("aws", note)
        elif ":acm:" in note.address:
            yield _unknown("certificates", note)


def _unknown(place: str, note: ImportNote) -> Difference:
    return Difference(Kind.UNKNOWN, place, note.reason, _ALLOW, note.address)
