"""`pcaform import aws`: writes the spec of the CAs in an AWS account; changes nothing there."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pcaform.cli import account_options, import_options
from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.import_options import ImportOptions, check_options
from pcaform.cli.options import ImportFormat, Status
from pcaform.core import console
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.session import Caller


def command(
    *,
    stack: import_options.Stack = "",
    out: import_options.Out = None,
    into: import_options.Into = None,
    dry_run: import_options.DryRun = False,
    form: import_options.Format = ImportFormat.text,
    force: import_options.Force = False,
    profile: account_options.Profile = None,
    region: account_options.Regions = None,
    all_regions: account_options.AllRegions = False,
    assume_role: account_options.AssumeRole = None,
    external_id: account_options.ExternalId = None,
    arn: account_options.Arns = None,
    tag: account_options.Tags = None,
    status: Annotated[
        list[Status] | None, typer.Option("--status", help="Only CAs with this status; repeatable.")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="FILE", dir_okay=False, help="Keep answers here, and resume from them."),
    ] = None,
) -> int:
    """Print the spec of the CAs in an AWS account, and of who can issue from them; changes nothing at AWS."""
    caller = account_options.parse_caller(
        profile=profile,
        regions=region,
        is_all_regions=all_regions,
        assume_role=assume_role,
        external_id=external_id,
        arns=arn,
    )
    filters = account_options.parse_filters(arn, tag, tuple(name.value for name in status or ()))
    options = ImportOptions(stack, out=out, into=into, is_dry_run=dry_run, form=form.value, force=force)
    return run(caller, filters, options, checkpoint=checkpoint)


def run(caller: Caller, filters: Filters, options: ImportOptions, *, checkpoint: Path | None = None) -> int:
    """Write the spec of what an account holds; return 2 where something of it could not be read or written."""
    from pcaform.adopt.report import build_tag_notice
    from pcaform.cli.account_session import read_inventory
    from pcaform.cli.import_result import read_existing, write_result

    check_options(options)
    if options.into is not None and not (caller.regions or caller.is_every_region):
        _, _, spec = read_existing(options.into)
        caller = replace(caller, regions=(spec.aws.region,))
    inventory = read_inventory(caller, filters, checkpoint=checkpoint)
    default_tags = read_existing(options.into)[2].aws.default_tags if options.into else {}
    is_complete = write_result(inventory, options)
    if notice := build_tag_notice(inventory, default_tags):
        console.print_status(notice)
    return OK if is_complete else FINDINGS
