"""`pcaform drift`: compares a spec with what its AWS account has; changes nothing, and needs no state."""

from dataclasses import dataclass, field
from typing import Annotated

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import AccountOptions, Expiring, Format, parse_expiring
from pcaform.core import console
from pcaform.core.files import display_name


@dataclass(frozen=True, slots=True)
class SpecAccountOptions(AccountOptions):
    """Who reads the account of a spec; the spec names its regions."""

    region: Annotated[list[str] | None, "--region REGION: Only this region of the spec; repeatable."] = None
    all_regions: bool = field(default=False, init=False)


def command(
    spec: Annotated[str, "SPEC: A spec, or '-' for standard input."],
    *,
    form: Format = "text",
    expiring: Expiring = "90d",
    account: SpecAccountOptions,
) -> int:
    """Compare a spec with its AWS account.

    Exit code 2 if they differ. It needs no state and changes nothing.

    $ pcaform drift corp-pki.yaml
    $ pcaform drift corp-pki.yaml --format json
    - AWS_PROFILE AWS_REGION
    """
    from pcaform.checks.drift.check import compare_account, format_summary, select_regions
    from pcaform.checks.drift.difference import build_report
    from pcaform.cli.account_session import open_account
    from pcaform.rules.load import load_file

    caller, period = account.caller(), parse_expiring(expiring)
    loaded = load_file(spec)
    drift = compare_account(loaded, open_account(select_regions(loaded, caller), loaded), expiring=period)
    build_report(drift, display_name(spec)).print(form)
    console.print_progress(format_summary(drift))
    return FINDINGS if drift.differences else OK
