"""Commands that judge: guard, access."""

from pathlib import Path
from typing import Annotated

import typer

from pcaform.cli import account
from pcaform.cli.app import app
from pcaform.cli.options import AccessFormat, FailOn, GuardFormat, Pipeline
from pcaform.core.problems import Failure

_Step = Annotated[
    Pipeline | None,
    typer.Option(
        "--pipeline", help="Print the policy of the role that plans or applies the stack, or an SCP that guards it."
    ),
]
_BreakGlass = Annotated[
    bool, typer.Option("--break-glass", help="Print the policy that may delete, revoke and take away instead.")
]
_Outputs = Annotated[
    str | None,
    typer.Option("--outputs", metavar="FILE", help="What 'terraform output -json' prints: names CAs by their ARN."),
]
_Exempt = Annotated[
    list[str] | None, typer.Option("--exempt", metavar="ARN", help="Whom the SCP does not bind, such as a role.")
]


@app.command("guard")
def _guard(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PLAN|NEW", help="A plan: its file, its JSON, or '-'. With --spec OLD: the new spec."),
    ] = None,
    *,
    spec: Annotated[
        str | None,
        typer.Option("--spec", metavar="SPEC|OLD", help="The spec of the plan's stack, or the spec of before."),
    ] = None,
    base: Annotated[
        str | None, typer.Option("--base", metavar="REVISION", help="With --spec NEW: the specs of before, from git.")
    ] = None,
    chdir: Annotated[
        Path | None, typer.Option("--chdir", metavar="DIR", help="Where Terraform reads a plan's file; its directory.")
    ] = None,
    form: Annotated[GuardFormat, typer.Option("--format", help="How findings are printed.")] = GuardFormat.text,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="The lowest level that counts.")] = FailOn.breaks_trust,
) -> int:
    """Refuse what would break trust (exit 2): judge a plan, or the step from one spec to another."""
    from pcaform.cli.commands import guard

    return guard.run(paths or [], spec=spec, base=base, chdir=chdir, form=form.value, fail_on=fail_on.value)


@app.command("access")
def _access(
    stack: Annotated[
        str | None, typer.Argument(metavar="[SPEC|STACK]", help="A spec, '-', or the directory of a stack.")
    ] = None,
    *,
    form: Annotated[AccessFormat, typer.Option("--format", help="How it is printed.")] = AccessFormat.text,
    pipeline: _Step = None,
    break_glass: _BreakGlass = False,
    outputs: _Outputs = None,
    exempt: _Exempt = None,
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
    from pcaform.cli.commands import access, pipelines

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
