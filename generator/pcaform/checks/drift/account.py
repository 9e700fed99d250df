"""Compares a spec with its account: reads what the spec names, in the spec's regions; needs no state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from pcaform.checks.drift.check import compare
from pcaform.checks.drift.difference import Drift, Kind
from pcaform.checks.drift.matching import is_named, region_of
from pcaform.core.problems import Failure
from pcaform.sources import account_snapshot
from pcaform.sources.aws.api_calls import ACM_CERTIFICATE
from pcaform.sources.aws.progress import show_progress
from pcaform.sources.aws.session import Account, Caller
from pcaform.sources.aws.snapshot import SnapshotRequest, read_snapshot
from pcaform.spec.stack import Spec

_PARTS = (
    account_snapshot.PERMISSIONS,
    account_snapshot.POLICY,
    account_snapshot.CERTIFICATE,
    account_snapshot.TAGS,
)


def select_regions(spec: Spec, caller: Caller) -> Caller:
    """Return the caller with the regions of the spec, or with those of them that the user named."""
    regions = tuple(dict.fromkeys([spec.aws.region, *(region_of(spec, key) for key in spec.certificate_authorities)]))
    strange = [region for region in caller.regions if region not in regions]
    if strange:
        raise Failure(f"--region {strange[0]}: the spec has no CA there, it has CAs in {', '.join(regions)}")
    return replace(caller, regions=caller.regions or regions)


def compare_account(spec: Spec, account: Account, *, expiring: timedelta) -> Drift:
    """Read an account and compare it with a spec; raises Failure where it is not the account of the spec."""
    if account.account_id != spec.aws.account_id:
        raise Failure(
            f"the spec is for account {spec.aws.account_id}, but the credentials are for {account.account_id}: choose "
            "others with --profile or --assume-role"
        )
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
    count = len(drift.differences)
    unknown = sum(difference.kind is Kind.UNKNOWN for difference in drift.differences)
    end = f"{count} difference{'' if count == 1 else 's'}" if count else "no differences"
    return f"{drift.compared} things compared: {end}" + (f", {unknown} of them unknown" if unknown else "")
