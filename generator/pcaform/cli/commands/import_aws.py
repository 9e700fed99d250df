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
        list[Status] | None, f"--status STATUS: Only {', '.join(Status)} CAs; repeatable, then any of them."
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="FILE", dir_okay=False, help="Keep answers here, and resume from them."),
    ] = None,
) -> int:
    """Write a spec of the CAs in an AWS account.

    It also has who can issue from them. Nothing is changed at AWS. Exit code 2 if something is left out, unknown or
    in conflict.

    $ pcaform import aws --stack corp-pki --region eu-west-1 --out corp-pki.yaml
    $ pcaform import aws --into corp-pki.yaml --dry-run
    - AWS_PROFILE AWS_REGION
    """
    from pcaform.adopt.report import build_policy_notice, build_tag_notice
    from pcaform.checks.drift.cas import is_elsewhere, region_of
    from pcaform.cli.account_session import read_inventory
    from pcaform.cli.import_result import read_existing, write_result
    from pcaform.sources.aws.snapshot import Filters

    caller, filters = account.caller(), account.filters(tuple(name.value for name in status or ()))
    options.check()
    spec = read_existing(options.into)[2] if options.into is not None else None
    regions = {key: region_of(spec, key) for key in spec.managed} if spec is not None else {}
    if spec is not None and not (caller.regions or caller.is_every_region):
        caller = replace(caller, regions=tuple(dict.fromkeys([spec.aws.region, *regions.values()])))
    inventory = read_inventory(caller, filters, checkpoint=checkpoint, spec=spec)
    behind = [key for key in regions if spec and is_elsewhere(spec, key)]
    unread = [key for key, each in regions.items() if not (caller.is_every_region or each in caller.regions)] + behind

    def is_searched(item: tuple[str, ...]) -> bool:
        return filters == Filters() and (item[1] not in unread if item[0] == "certificate_authorities" else not unread)

    is_complete = write_result(inventory, options, is_searched=is_searched)
    tag_notice = build_tag_notice(inventory, spec.aws.default_tags if spec is not None else {})
    other = "behind a role of its own or in another account: to see what AWS has, import it with '--assume-role ROLE'"
    unseen = (f"{key}: not read, since it is {other} into another spec" for key in behind)
    console.print_status(*filter(None, (tag_notice, build_policy_notice(inventory), *unseen)))
    return OK if is_complete else FINDINGS
