"""`pcaform drift`: a spec against what its account has; nothing is changed, and no state is needed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from pcaform.checks.drift import report
from pcaform.checks.drift.check import compare
from pcaform.checks.drift.difference import Drift, Kind
from pcaform.checks.drift.matching import is_named, region_of
from pcaform.cli.commands.opening import open_account
from pcaform.core import console
from pcaform.core.problems import Failure
from pcaform.rules.load import load_file
from pcaform.sources.account_snapshot import AccountSnapshot
from pcaform.sources.aws.acm_certificates import list_acm_certificates
from pcaform.sources.aws.iam_details import read_principals
from pcaform.sources.aws.progress import show_progress
from pcaform.sources.aws.session import Account, Caller
from pcaform.sources.aws.snapshot import PARTS, read_snapshot
from pcaform.spec.stack import Spec

_DIFFERENCES = 2


def run(path: str, caller: Caller, *, form: str = "text", expiring: timedelta = timedelta(days=90)) -> int:
    """Print what differs between a spec and its account; return 2 where anything does, or could not be read."""
    drift = of_spec(load_file(path), caller, expiring=expiring)
    written = report.FORMATS[form](drift)
    if written:
        console.print_result(written)
    console.print_status(summary(drift))
    return _DIFFERENCES if drift.differences else 0


def of_spec(spec: Spec, caller: Caller, *, expiring: timedelta) -> Drift:
    """Read a spec's account and compare; raises Failure where the credentials are another account's."""
    regions = tuple(dict.fromkeys([spec.aws.region, *(region_of(spec, key) for key in spec.certificate_authorities)]))
    strange = [region for region in caller.regions if region not in regions]
    if strange:
        raise Failure(f"--region {strange[0]}: the spec has nothing there, it has CAs in {', '.join(regions)}")
    account = open_account(replace(caller, regions=caller.regions or regions))
    if account.account_id != spec.aws.account_id:
        raise Failure(
            f"the spec is for account {spec.aws.account_id}, and these credentials are {account.account_id}'s: take "
            "others with --profile or --assume-role"
        )
    found = _read(account, spec)
    has_people = bool(spec.issuers or spec.administrators or spec.auditors)
    somebody = read_principals(account, account.regions[0]) if has_people else None
    return compare(spec, found, somebody, now=datetime.now(UTC), expiring=expiring)


def _read(account: Account, spec: Spec) -> AccountSnapshot:
    with show_progress("questions to AWS") as tell:
        found = read_snapshot(account, PARTS, is_selected=partial(is_named, spec), report_progress=tell)
        if not spec.certificates:
            return found
        certificates, notes = list_acm_certificates(account, account.regions, report_progress=tell)
    return replace(found, certificates=tuple(certificates), notes=(*found.notes, *notes))


def summary(drift: Drift) -> str:
    """Return the last line: how much was compared, and how it ended."""
    count = len(drift.differences)
    unknown = sum(each.kind is Kind.UNKNOWN for each in drift.differences)
    ended = f"{count} difference{'' if count == 1 else 's'}" if count else "no differences"
    return f"{drift.compared} things compared: {ended}" + (f", {unknown} of them unknown" if unknown else "")
