"""`pcaform drift`: compares a spec with what its AWS account has; changes nothing, and needs no state."""

from datetime import timedelta
from typing import Annotated

import typer

from pcaform.cli import account_options
from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import ReportFormat
from pcaform.core import console
from pcaform.core.files import display_name
from pcaform.sources.aws.session import Caller


def command(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="A spec, or '-' for standard input.")],
    *,
    form: Annotated[ReportFormat, typer.Option("--format", help="The output format.")] = ReportFormat.text,
    expiring: account_options.Expiring = "90d",
    profile: account_options.Profile = None,
    region: Annotated[
        list[str] | None,
        typer.Option("--region", metavar="REGION", help="Only this region of the spec; repeatable."),
    ] = None,
    assume_role: account_options.AssumeRole = None,
    external_id: account_options.ExternalId = None,
) -> int:
    """Compare a spec with its AWS account (exit 2 where they differ); needs no state, and changes nothing."""
    caller = account_options.parse_caller(
        profile=profile, regions=region, assume_role=assume_role, external_id=external_id
    )
    return run(spec, caller, form=form.value, expiring=account_options.parse_expiring(expiring))


def run(path: str, caller: Caller, *, form: str = "text", expiring: timedelta = timedelta(days=90)) -> int:
    """Print what differs between a spec and its account; return 2 where anything differs or could not be read."""
    from pcaform.checks.drift.check import compare_account, format_summary, select_regions
    from pcaform.checks.drift.difference import build_report
    from pcaform.cli.account_session import open_account
    from pcaform.rules.load import load_file

    spec = load_file(path)
    account = open_account(select_regions(spec, caller))
    drift = compare_account(spec, account, expiring=expiring)
    build_report(drift, display_name(path)).print(form)
    console.print_status(format_summary(drift))
    return FINDINGS if drift.differences else OK
