"""`pcaform audit`: lists what is wrong with the CAs of an AWS account, what ends when, and what they cost."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from pcaform.cli import account_options
from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import AuditFormat
from pcaform.core import console
from pcaform.sources.aws.session import Caller


def command(
    *,
    form: Annotated[
        AuditFormat, typer.Option("--format", help="The output format; html is one self-contained page.")
    ] = AuditFormat.text,
    expiring: account_options.Expiring = "90d",
    profile: account_options.Profile = None,
    region: account_options.Regions = None,
    all_regions: account_options.AllRegions = False,
    assume_role: account_options.AssumeRole = None,
    external_id: account_options.ExternalId = None,
) -> int:
    """Report what is wrong with the CAs of an AWS account (exit 2); needs no spec, no Terraform; changes nothing."""
    caller = account_options.parse_caller(
        profile=profile,
        regions=region,
        is_all_regions=all_regions,
        assume_role=assume_role,
        external_id=external_id,
    )
    return run(caller, form=form.value, expiring=account_options.parse_expiring(expiring))


def run(caller: Caller, *, form: str = "text", expiring: timedelta = timedelta(days=90)) -> int:
    """Print the audit of an account; return 2 where there are findings, or where not all could be read."""
    from pcaform.checks.audit.check import audit_account, format_summary
    from pcaform.checks.audit.report import build_report
    from pcaform.cli.account_session import open_account

    result = audit_account(open_account(caller), now=datetime.now(UTC), expiring=expiring)
    build_report(result).print(form)
    console.print_status(format_summary(result))
    return FINDINGS if result.findings or result.unknown else OK
