"""`pcaform sandbox`: runs a local AWS, by itself or around one command."""

import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pcaform.cli.exit_codes import OK
from pcaform.cli.options import Shell
from pcaform.core import console

SETTINGS = {"ignore_unknown_options": True}
"""How Typer reads the line: options after CMD belong to CMD."""


def command(
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
    return run(command or [], account_id=account, region=region, port=port, iam=iam, shell=shell, state=state)


def run(
    command: Sequence[str],
    *,
    account_id: str,
    region: str,
    port: int,
    iam: bool,
    shell: str | None,
    state: Path | None = None,
) -> int:
    """Start the sandbox; run `command` in it and return its exit code, or without one serve until interrupted.

    SIGTERM ends it as Ctrl-C does, so that `state` is kept.
    """
    from pcaform.cli.sandbox_process import open_sandbox, run_child
    from pcaform.sandbox.shell_exports import exports, shell_of

    inherited = dict(os.environ)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with open_sandbox(account_id=account_id, region=region, port=port, iam=iam, state=state) as (server, environment):
        if command:
            return run_child(command, environment)
        console.print_status(f"a local AWS for account {account_id} answers at {server.endpoint_url}; Ctrl-C stops it")
        if state is not None:
            console.print_status(f"what it holds, private keys too, is kept in {state} when it stops")
        console.print_status("it is not AWS: nothing here costs or is trusted. In another shell:")
        console.print_result(exports(server.environment, shell=shell or shell_of(inherited)))
        threading.Event().wait()
    return OK
