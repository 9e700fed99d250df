"""Compares a spec with its account: reads what the spec names, in the spec's regions; needs no state."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from pcaform.checks.drift.access import compare_certificates, compare_principals, compare_shares
from pcaform.checks.drift.cas import CaMatches, compare_cas, is_named, match_cas, region_of
from pcaform.checks.drift.difference import Difference, Drift, Kind, sort_differences
from pcaform.core.formats.text import count
from pcaform.core.problems import Failure
from pcaform.sources.account_snapshot import CERTIFICATE, PERMISSIONS, POLICY, TAGS, AccountSnapshot
from pcaform.sources.aws.api_calls import ACM_CERTIFICATE
from pcaform.sources.aws.session import Account, Caller
from pcaform.sources.aws.snapshot import SnapshotRequest, read_snapshot, show_progress
from pcaform.sources.inventory import ImportNote
from pcaform.spec.stack import Spec

_PARTS = (PERMISSIONS, POLICY, CERTIFICATE, TAGS)
_ALLOW = "let the caller read it, and compare again"


def select_regions(spec: Spec, caller: Caller) -> Caller:
    """Return the caller with the regions of the spec, or with those of them that the user named."""
    regions = tuple(dict.fromkeys([spec.aws.region, *(region_of(spec, key) for key in spec.certificate_authorities)]))
    strange = [region for region in caller.regions if region not in regions]
    if strange:
        raise Failure(f"--region {strange[0]}: the spec has no CA there, it has CAs in {', '.join(regions)}")
    return replace(caller, regions=caller.regions or regions)


def refuse_other_account(spec: Spec, account: Account) -> None:
    """Raise Failure where an account is not that of a spec."""
    if account.account_id != spec.aws.account_id:
        raise Failure(
            f"the spec is for account {spec.aws.account_id}, but the credentials are for {account.account_id}: choose "
            "others with --profile or --assume-role"
        )


def compare_account(spec: Spec, account: Account, *, expiring: timedelta) -> Drift:
    """Read an account and compare it with a spec; raises Failure where it is not the account of the spec."""
    refuse_other_account(spec, account)
    request = SnapshotRequest(
        _PARTS,
        is_selected=partial(is_named, spec),
        certificates=(ACM_CERTIFICATE,) if spec.certificates else (),
        has_principals=bool(spec.issuers or spec.administrators or spec.auditors),
        is_always_complete=True,
    )
    with show_progress("requests to AWS") as tell:
        snapshot = read_snapshot(account, request, report_progress=tell)
    return compare(spec, snapshot, now=datetime.now(UTC), expiring=expiring)


def format_summary(drift: Drift) -> str:
    """Return the last line: how much was compared, and the number of differences."""
    unknown = sum(difference.kind is Kind.UNKNOWN for difference in drift.differences)
    end = count(len(drift.differences), "difference") if drift.differences else "no differences"
    return f"{count(drift.compared, 'thing')} compared: {end}" + (f", {unknown} of them unknown" if unknown else "")


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
    items = [*spec.certificate_authorities, *spec.issuers, *spec.administrators, *spec.auditors]
    compared = len([*items, *spec.certificates, *spec.shares])
    return Drift(spec.stack, snapshot.account_id, compared, sort_differences(differences))


def _unread(notes: Iterable[ImportNote], spec: Spec, matches: CaMatches) -> Iterator[Difference]:
    """Yield what could not be read of items in the spec, and listings that failed."""
    keys = {arn: key for key, arn in matches.arns.items()}
    has_foreign = any(spec.account_of(key) != spec.aws.account_id for key in spec.certificate_authorities)
    for note in notes:
        if note.address in keys:
            yield _unknown(f"certificate_authorities.{keys[note.address]}", note)
        elif not note.address.startswith("arn:") and (has_foreign or "others share" not in note.reason):
            yield _unknown("aws", note)
        elif ":acm:" in note.address:
            yield _unknown("certificates", note)


def _unknown(place: str, note: ImportNote) -> Difference:
    return Difference(Kind.UNKNOWN, place, note.reason, _ALLOW, note.address)
