"""Commands that judge: guard, access."""

from typing import Annotated

import typer

from pcaform.cli.app import app
from pcaform.cli.options import AccessFormat, Pipeline, ReportFormat


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
    stack: Annotated[str, typer.Argument(metavar="SPEC|STACK", help="A spec, '-', or the directory of a stack.")],
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
) -> int:
    """Show who may do what on which CA, proven over the rendered policies; exit 2 where that is not as granted."""
    from pcaform.commands import access, pipelines

    if break_glass or pipeline is not None:
        step = "break-glass" if break_glass else str(pipeline)
        return pipelines.run(stack, step=step, outputs=outputs, exempt=tuple(exempt or ()))
    return access.run(stack, form=form.value)
