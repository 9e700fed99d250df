"""`pcaform import aws`: writes the spec of the CAs in an AWS account; changes nothing there."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import CaOptions, ImportOptions, Status
from pcaform.core import console


def command(
    *,
    options: ImportOptions,
    account: CaOptions,
    status: Annotated[
        list[Status] | None, typer.Option("--status", help="Only CAs with this status; repeatable.")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="FILE", dir_okay=False, help="Keep answers here, and resume from them."),
    ] = None,
) -> int:
    """Print the spec of the CAs in an AWS account, and of who can issue from them; changes nothing at AWS."""
    from pcaform.adopt.report import build_policy_notice, build_tag_notice
    from pcaform.cli.account_session import read_inventory
    from pcaform.cli.import_result import read_existing, write_result

    caller, filters = account.caller(), account.filters(tuple(name.value for name in status or ()))
    options.check()
    if options.into is not None and not (caller.regions or caller.is_every_region):
        _, _, spec = read_existing(options.into)
        caller = replace(caller, regions=(spec.aws.region,))
    inventory = read_inventory(caller, filters, checkpoint=checkpoint)
    default_tags = read_existing(options.into)[2].aws.default_tags if options.into else {}
    is_complete = write_result(inventory, options)
    notices = (build_tag_notice(inventory, default_tags), build_policy_notice(inventory))
    console.print_status(*filter(None, notices))
    return OK if is_complete else FINDINGS
