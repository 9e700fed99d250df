"""`pcaform drift`: compares specs with what their AWS accounts have; changes nothing, and needs no state."""

from dataclasses import dataclass, field
from typing import Annotated

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import AccountOptions, Expiring, Format, parse_expiring
from pcaform.core import console
from pcaform.core.files import display_name, is_directory
from pcaform.core.problems import Failure
from pcaform.core.shards import parse_shard


@dataclass(frozen=True, slots=True)
class SpecAccountOptions(AccountOptions):
    """Who reads the accounts of specs; the specs name the regions."""

    region: Annotated[list[str] | None, "--region REGION: Only this region of one spec; repeatable."] = None
    all_regions: bool = field(default=False, init=False)
    role: Annotated[
        str, "--role NAME: The role to assume in each account, instead of those of the specs; not in the caller's own."
    ] = ""


def command(
    specs: Annotated[list[str], "SPEC...: Files, directories, or '-'."],
    *,
    form: Format = "text",
    expiring: Expiring = "90d",
    shard: Annotated[
        str | None, "--shard K/N: Only the K-th of N parts of the specs, for the jobs of a pipeline."
    ] = None,
    account: SpecAccountOptions,
) -> int:
    """Compare specs with their AWS accounts.

    Exit code 2 if they differ, 1 if a spec could not be compared. It needs no state and changes nothing.

    $ pcaform drift corp-pki.yaml
    $ pcaform drift specs --role pki-reader --format json
    $ pcaform drift specs --role pki-reader --shard 2/5 --format json > drift-2.json
    - AWS_PROFILE AWS_REGION
    """
    caller, period, part = account.caller(account.role), parse_expiring(expiring), parse_shard(shard)
    if part is not None or len(specs) > 1 or is_directory(specs[0]):
        from pcaform.checks.report import merged
        from pcaform.cli.drift_many import compare_all

        if caller.regions:
            raise Failure("--region is about one spec: name its file alone, or leave it out")
        result = compare_all(specs, caller, role=account.role, shard=part, expiring=period)
        merged.build_report(result).print(form)
        console.print_progress(merged.format_summary(result))
        return result.exit_code
    from pcaform.checks.drift.check import compare_account, format_summary, select_regions
    from pcaform.checks.drift.difference import build_report
    from pcaform.cli.account_session import open_account
    from pcaform.rules.load import load_file

    spec = load_file(specs[0])
    opened = open_account(select_regions(spec, caller), spec, role=account.role)
    drift = compare_account(spec, opened, expiring=period)
    build_report(drift, display_name(specs[0])).print(form)
    console.print_progress(format_summary(drift))
    return FINDINGS if drift.differences else OK
