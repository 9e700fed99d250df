"""Commands that judge: guard, access."""

from typing import Annotated

import typer

from pcaform.cli.app import app
from pcaform.cli.options import AccessFormat, ReportFormat


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
) -> int:
    """Show who may do what on which CA, proven over the rendered policies; exit 2 where that is not as granted."""
    from pcaform.commands import access

    return access.run(stack, form=form.value)
