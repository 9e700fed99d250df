"""Commands that judge: guard, access."""

from pathlib import Path
from typing import Annotated

import typer

from pcaform.cli.app import app
from pcaform.cli.options import AccessFormat, FailOn, GuardFormat


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
    from pcaform.commands import guard

    return guard.run(paths or [], spec=spec, base=base, chdir=chdir, form=form.value, fail_on=fail_on.value)


@app.command("access")
def _access(
    stack: Annotated[str, typer.Argument(metavar="SPEC|STACK", help="A spec, '-', or the directory of a stack.")],
    *,
    form: Annotated[AccessFormat, typer.Option("--format", help="How it is printed.")] = AccessFormat.text,
) -> int:
    """Show who may do what on which CA, proven over the rendered policies; exit 2 where that is not as granted."""
    from pcaform.commands import access

    return access.run(stack, form=form.value)
