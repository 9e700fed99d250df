"""Compares a spec with its account: reads what the spec names, in the spec's regions; needs no state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from pcaform.checks.drift.check import compare
from pcaform.checks.drift.difference import Drift, Kind
from pcaform.checks.drift.matching import is_named, region_of
from pcaform.core.problems import Failure
from pcaform.sources.account_snapshot import AccountSnapshot
from pcaform.sources.aws.acm_certificates import list_acm_certificates
from pcaform.sources.aws.iam_details import read_principals
from pcaform.sources.aws.progress import show_progress
from pcaform.sources.aws.session import Account, Caller
from pcaform.sources.aws.snapshot import PARTS, read_snapshot
from pcaform.spec.stack import Spec


def select_regions(spec: Spec, caller: Caller) -> Caller:
    """Return the caller with the regions of the spec, or with those of them that the user named."""
    regions = tuple(dict.fromkeys([spec.aws.region, *(region_of(spec, key) for key in spec.certificate_authorities)]))
    strange = [region for region in caller.regions if region not in regions]
    if strange:
        raise Failure(f"--region {strange[0]}: the spec has nothing there, it has CAs in {', '.join(regions)}")
    return replace(caller, regions=caller.regions or regions)


def compare_account(spec: Spec, account: Account, *, expiring: timedelta) -> Drift:
    """Read an account and compare it with a spec; raises Failure where it is not the account of the spec."""
    if account.account_id != spec.aws.account_id:
        raise Failure(
            f"the spec is for account {spec.aws.account_id}, and these credentials are {account.account_id}'s: take "
            "others with --profile or --assume-role"
        )
    snapshot = _read(account, spec)
    has_principals = bool(spec.issuers or spec.administrators or spec.auditors)
    principals = read_principals(account, account.regions[0]) if has_principals else None
    return compare(spec, snapshot, principals, now=datetime.now(UTC), expiring=expiring)


def _read(account: Account, spec: Spec) -> AccountSnapshot:
    with show_progress("questions to AWS") as tell:
        snapshot = read_snapshot(account, PARTS, is_selected=partial(is_named, spec), report_progress=tell)
        if not spec.certificates:
            return snapshot
        certificates, notes = list_acm_certificates(account, account.regions, report_progress=tell)
    return replace(snapshot, certificates=tuple(certificates), notes=(*snapshot.notes, *notes))


def format_summary(drift: Drift) -> str:
    """Return the last line: how much was compared, and the number of differences."""
    count = len(drift.differences)
    unknown = sum(difference.kind is Kind.UNKNOWN for difference in drift.differences)
    end = f"{count} difference{'' if count == 1 else 's'}" if count else "no differences"
    return f"{drift.compared} things compared: {end}" + (f", {unknown} of them unknown" if unknown else "")
