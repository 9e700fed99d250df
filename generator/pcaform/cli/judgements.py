"""Commands that judge: guard, access."""

from typing import Annotated

import typer

from pcaform.cli import account
from pcaform.cli.app import app
from pcaform.cli.options import AccessFormat, Pipeline, ReportFormat
from pcaform.problems import Failure


@app.command("guard")
def _guard(
    plan: Annotated[
        str, typer.Argument(metavar="PLAN.json", help="What 'terraform show -json PLAN' prints, or '-' for stdin.")
    ],
    *,
    form: Annotated[ReportFormat, typer.Option("--format", help="How findings are printed.")] = ReportFormat.text,
) -> int:
    """Refuse a plan that would break trust (exit 2): judge what it does to CAs, their certificates and permissions."""
    from pcaform.commands import guard

    return guard.run(plan, form=form.value)


@app.command("access")
def _access(
    stack: Annotated[
        str | None, typer.Argument(metavar="[SPEC|STACK]", help="A spec, '-', or the directory of a stack.")
    ] = None,
    *,
    form: Annotated[AccessFormat, typer.Option("--format", help="How it is printed.")] = AccessFormat.text,
    pipeline: Annotated[
        Pipeline | None,
        typer.Option(
            "--pipeline", help="Print the policy of the role that plans or applies the stack, or an SCP that guards it."
        ),
    ] = None,
    break_glass: Annotated[
        bool, typer.Option("--break-glass", help="Print the policy that may delete, revoke and take away instead.")
    ] = False,
    outputs: Annotated[
        str | None,
        typer.Option("--outputs", metavar="FILE", help="What 'terraform output -json' prints: names CAs by their ARN."),
    ] = None,
    exempt: Annotated[
        list[str] | None, typer.Option("--exempt", metavar="ARN", help="Whom the SCP does not bind, such as a role.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Judge everybody in an AWS account instead.")] = False,
    profile: account.Profile = None,
    region: account.Regions = None,
    all_regions: account.EveryRegion = False,
    assume_role: account.AssumeRole = None,
    external_id: account.ExternalId = None,
    arn: account.Arns = None,
    tag: account.WithTags = None,
) -> int:
    """Show who may do what on which CA, proven over the policies; exit 2 where that is not as granted, or too much."""
    from pcaform.commands import access, pipelines

    step = "break-glass" if break_glass else pipeline
    is_account_named = any((profile, region, all_regions, assume_role, external_id, arn, tag))
    if live is (stack is not None) or (is_account_named and not live):
        raise Failure("name a SPEC or a STACK, or take --live, which alone knows profiles, regions, roles and filters")
    if live and step:
        raise Failure(
            "--pipeline and --break-glass are about the stack of a SPEC, and --live about an account: leave one out"
        )
    if stack is not None and step:
        return pipelines.run(stack, step=str(step), outputs=outputs, exempt=tuple(exempt or ()))
    if stack is not None:
        return access.run(stack, form=form.value)
    caller = account.caller(
        profile=profile,
        regions=region,
        is_every_region=all_regions,
        assume_role=assume_role,
        external_id=external_id,
        arns=arn,
    )
    return access.run_live(caller, account.filters(arn, tag), form=form.value)
