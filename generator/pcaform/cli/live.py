"""Commands that read an account: import aws."""

from pathlib import Path
from typing import Annotated

import typer

from pcaform.cli import account
from pcaform.cli.app import importing
from pcaform.cli.destinations import DryRun, Force, Form, Into, Out, Stack
from pcaform.cli.options import ReportFormat, Status


@importing.command("aws")
def _import_aws(
    *,
    stack: Stack = "",
    out: Out = None,
    into: Into = None,
    dry_run: DryRun = False,
    form: Form = ReportFormat.text,
    force: Force = False,
    profile: account.Profile = None,
    region: account.Regions = None,
    all_regions: account.EveryRegion = False,
    assume_role: account.AssumeRole = None,
    external_id: account.ExternalId = None,
    arn: account.Arns = None,
    tag: account.WithTags = None,
    status: Annotated[
        list[Status] | None, typer.Option("--status", help="Only CAs with this status; again for another.")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="FILE", dir_okay=False, help="Keep answers here, and resume from them."),
    ] = None,
) -> int:
    """Print the spec of the CAs in an AWS account, and who can issue from them; nothing at AWS is changed."""
    from pcaform.cli.commands import import_aws
    from pcaform.cli.commands.importing import ImportOptions

    caller = account.caller(
        profile=profile,
        regions=region,
        is_every_region=all_regions,
        assume_role=assume_role,
        external_id=external_id,
        arns=arn,
    )
    filters = account.filters(arn, tag, tuple(each.value for each in status or ()))
    wanted = ImportOptions(stack, out=out, into=into, is_dry_run=dry_run, form=form.value, force=force)
    return import_aws.run(caller, filters, wanted, checkpoint=checkpoint)
