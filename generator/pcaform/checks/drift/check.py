"""Compares a spec with its account: reads what the spec names, in the spec's regions; needs no state."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pcaform.checks.drift.access import compare_certificates, compare_principals, compare_shares
from pcaform.checks.drift.cas import CaMatches, compare_cas, is_named, match_cas, region_of
from pcaform.checks.drift.difference import Difference, Drift, Kind, sort_differences
from pcaform.core.formats.text import count
from pcaform.core.problems import Failure
from pcaform.sources.account_snapshot import CERTIFICATE, PERMISSIONS, POLICY, TAGS, AccountSnapshot
from pcaform.sources.aws.api_calls import ACM_CERTIFICATE
from pcaform.sources.aws.session import Account, Caller
from pcaform.sources.aws.snapshot import (
    PRIVATE_CERTIFICATES,
    ProgressCallback,
    SnapshotRequest,
    no_progress,
    read_snapshot,
    show_progress,
)
from pcaform.sources.inventory import ImportNote
from pcaform.spec.stack import Spec

_PARTS = (PERMISSIONS, POLICY, CERTIFICATE, TAGS)
_ALLOW = "let the caller read it, and compare again"


def list_regions(spec: Spec) -> tuple[str, ...]:
    """Return the regions of a spec, its own first."""
    return tuple(dict.fromkeys([spec.aws.region, *(region_of(spec, key) for key in spec.certificate_authorities)]))


def select_regions(spec: Spec, caller: Caller) -> Caller:
    """Return the caller with the regions of the spec, or with those of them that the user named."""
    regions = list_regions(spec)
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
    with show_progress("requests to AWS") as tell:
        snapshot = read_account([spec], account, report_progress=tell)
    return compare(spec, snapshot, now=datetime.now(UTC), expiring=expiring)


def read_account(
    specs: Sequence[Spec], account: Account, *, report_progress: ProgressCallback = no_progress
) -> AccountSnapshot:
    """Read once what any of some specs names in their account."""
    request = SnapshotRequest(
        _PARTS,
        is_selected=lambda live: any(is_named(spec, live) for spec in specs),
        certificates=(ACM_CERTIFICATE,) if any(spec.certificates for spec in specs) else (),
        has_principals=any(map(_has_principals, specs)),
        is_always_complete=True,
    )
    return read_snapshot(account, request, report_progress=report_progress)


def restrict(snapshot: AccountSnapshot, spec: Spec) -> AccountSnapshot:
    """Return of an account what is read for a spec alone: nothing that others need makes it unknown."""
    regions = list_regions(spec)
    return replace(
        snapshot,
        regions=regions,
        authorities=tuple(live for live in snapshot.authorities if is_named(spec, live)),
        notes=tuple(each for each in snapshot.notes if _is_read_for(spec, regions, each)),
        principals=snapshot.principals if _has_principals(spec) else None,
    )


def _is_read_for(spec: Spec, regions: Collection[str], note: ImportNote) -> bool:
    """Tell whether what a note says could not be read is read for a spec: its address is an ARN, or ACCOUNT/REGION."""
    is_arn = note.address.startswith("arn:")
    region = note.address.split(":")[3] if is_arn else note.address.rpartition("/")[2]
    of_acm = ":acm:" in note.address if is_arn else note.reason.startswith(PRIVATE_CERTIFICATES)
    return region in regions and bool(spec.certificates or not of_acm)


def _has_principals(spec: Spec) -> bool:
    return bool(spec.issuers or spec.administrators or spec.auditors)


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
