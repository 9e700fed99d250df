"""Compares a spec with the snapshot of its account: every difference, sorted by urgency and kind."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pcaform.checks.drift.cas import compare_cas
from pcaform.checks.drift.certificates import compare_certificates
from pcaform.checks.drift.difference import Difference, Drift, Kind, sort_differences
from pcaform.checks.drift.matching import CaMatches, match_cas
from pcaform.checks.drift.principals import compare_principals
from pcaform.checks.drift.shares import compare_shares
from pcaform.sources.account_snapshot import AccountSnapshot
from pcaform.sources.inventory import ImportNote
from pcaform.spec.stack import Spec

_ALLOW = "let the caller read it, and compare again"


def compare(spec: Spec, snapshot: AccountSnapshot, *, now: datetime, expiring: timedelta) -> Drift:
    """Return what differs; `expiring` is how near an expiry date must be to be reported."""
    matches = match_cas(spec, snapshot)
    differences = [
        *compare_cas(spec, snapshot, matches, now=now, expiring=expiring),
        *compare_shares(spec, matches.unique),
        *compare_certificates(spec, snapshot, matches.unique, now=now, expiring=expiring),
        *_unread(snapshot.notes, spec, matches),
    ]
    principals = snapshot.principals
    if principals is not None and principals.notes:
        differences += [_unknown("issuers", note) for note in principals.notes]
    elif principals is not None:
        differences += compare_principals(spec, principals, matches.arns)
    return Drift(spec.stack, snapshot.account_id, _count(spec), sort_differences(differences))


def _count(spec: Spec) -> int:
    roles = len(spec.administrators) + len(spec.auditors)
    return len(spec.certificate_authorities) + len(spec.issuers) + roles + len(spec.certificates) + len(spec.shares)


def _unread(notes: Iterable[ImportNote], spec: Spec, matches: CaMatches) -> Iterator[Difference]:
    """Yield what could not be read of items in the spec, and listings that failed."""
    keys = {arn: key for key, arn in matches.arns.items()}
    has_foreign = any(
        ca.arn and ca.arn.split(":")[4] != spec.aws.account_id for ca in spec.certificate_authorities.values()
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
