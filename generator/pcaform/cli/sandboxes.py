"""Commands with a local AWS: sandbox, demo."""

from pathlib import Path
from typing import Annotated

import typer

from pcaform.cli.app import app
from pcaform.cli.options import Shell


@app.command("sandbox", context_settings={"ignore_unknown_options": True})
def _sandbox(
    command: Annotated[
        list[str] | None, typer.Argument(metavar="[-- CMD ...]", help="Run CMD in the sandbox, then stop it.")
    ] = None,
    *,
    account: Annotated[str, typer.Option(metavar="ID", help="The sandbox's account id.")] = "123456789012",
    region: Annotated[str, typer.Option(metavar="REGION", help="The region children use.")] = "eu-west-1",
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="The port; 0 takes a free one.")] = 0,
    iam: Annotated[bool, typer.Option("--iam", help="Let IAM policies decide who may do what.")] = False,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state", metavar="FILE", dir_okay=False, help="Keep the content in FILE; it is written at the end."
        ),
    ] = None,
    shell: Annotated[Shell | None, typer.Option("--shell", help="Whose words to print; default: the caller's.")] = None,
) -> int:
    """Start a local AWS (Private CA, ACM, IAM, S3, STS) to try things out."""
    from pcaform.cli.commands import sandbox

    return sandbox.run(command or [], account_id=account, region=region, port=port, iam=iam, shell=shell, state=state)


@app.command("demo")
def _demo(
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Do it in DIR and leave it there to look at.")
    ] = None,
) -> int:
    """Show the whole loop on the sandbox: render, apply, issue, renew, break the renewal, mend it, import."""
    from pcaform.cli.commands import demo

    return demo.run(keep)
