"""Commands that judge an account: drift, audit."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from pcaform.cli import account
from pcaform.cli.app import app
from pcaform.cli.options import AccessFormat, AuditFormat
from pcaform.core.problems import Failure

_DAYS = re.compile(r"(?P<number>[0-9]{1,4})(?P<unit>[dw]?)")
Expiring = Annotated[
    str, typer.Option("--expiring", metavar="DAYS", help="How near an end is told of, such as 90d or 12w.")
]


def _span(text: str) -> timedelta:
    match = _DAYS.fullmatch(text)
    if match is None:
        raise Failure(f"--expiring '{text}': expected days or weeks, such as 90d or 12w")
    return timedelta(days=int(match["number"]) * (7 if match["unit"] == "w" else 1))


@app.command("drift")
def _drift(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="A spec, or '-' for stdin.")],
    *,
    form: Annotated[AccessFormat, typer.Option("--format", help="How it is printed.")] = AccessFormat.text,
    expiring: Expiring = "90d",
    profile: account.Profile = None,
    region: Annotated[
        list[str] | None,
        typer.Option("--region", metavar="REGION", help="Only this region of the spec; again for another."),
    ] = None,
    assume_role: account.AssumeRole = None,
    external_id: account.ExternalId = None,
) -> int:
    """Compare a spec with its AWS account (exit 2 where they differ); needs no state, and changes nothing."""
    from pcaform.cli.commands import drift

    caller = account.caller(
        profile=profile,
        regions=region,
        is_every_region=False,
        assume_role=assume_role,
        external_id=external_id,
        arns=None,
    )
    return drift.run(spec, caller, form=form.value, expiring=_span(expiring))


@app.command("audit")
def _audit(
    *,
    form: Annotated[
        AuditFormat, typer.Option("--format", help="How it is printed; html is one page that needs nothing else.")
    ] = AuditFormat.text,
    expiring: Expiring = "90d",
    profile: account.Profile = None,
    region: account.Regions = None,
    all_regions: account.EveryRegion = False,
    assume_role: account.AssumeRole = None,
    external_id: account.ExternalId = None,
) -> int:
    """Tell what is wrong with the CAs of an AWS account (exit 2): no spec, no Terraform, and nothing is changed."""
    from pcaform.cli.commands import audit

    caller = account.caller(
        profile=profile,
        regions=region,
        is_every_region=all_regions,
        assume_role=assume_role,
        external_id=external_id,
        arns=None,
    )
    return audit.run(caller, form=form.value, expiring=_span(expiring))
