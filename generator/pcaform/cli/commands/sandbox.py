"""`pcaform sandbox`: runs a local AWS, by itself or around one command."""

import os
import threading
from pathlib import Path
from typing import Annotated, Literal

import typer

from pcaform.cli.exit_codes import OK
from pcaform.core import console

SETTINGS = {"allow_interspersed_args": False}
"""How Typer reads the line: options after CMD belong to CMD."""


def command(
    command: Annotated[list[str] | None, "[-- CMD ...]: Run CMD in the sandbox, then stop it."] = None,
    *,
    account: Annotated[
        str | None,
        "--account ID: The sandbox's account id. Default: that of the stack in this directory, or 123456789012.",
    ] = None,
    region: Annotated[
        str | None,
        "--region REGION: The region of child processes. Default: that of the stack in this directory, or eu-west-1.",
    ] = None,
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="The port; 0 takes a free one.")] = 0,
    iam: Annotated[bool, "--iam: Let IAM policies decide who may do what."] = False,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state", metavar="FILE", dir_okay=False, help="Keep the content in FILE; it is written at the end."
        ),
    ] = None,
    shell: Annotated[
        Literal["bash", "zsh", "fish", "powershell"] | None,
        "--shell: The shell whose syntax is printed. Default: yours.",
    ] = None,
) -> int:
    """Run a local AWS to try things out.

    It has Private CA, ACM, IAM, S3 and STS. With CMD it runs for as long as that; options after CMD belong to CMD.

    $ pcaform sandbox
    $ pcaform sandbox --iam -- terraform -chdir=stacks/corp-pki apply
    - PCAFORM_TERRAFORM PCAFORM_PROVIDER_MIRROR
    """
    from pcaform.cli.sandbox_process import choose_account, open_sandbox, run_child, stop_on_signals
    from pcaform.sandbox.shell_exports import detect_shell, format_exports

    stop_on_signals()
    account_id, region, notes = choose_account(Path(), account_id=account, region=region)
    console.print_status(*notes)
    with open_sandbox(account_id=account_id, region=region, port=port, iam=iam, state=state) as (server, environment):
        if command:
            return run_child(command, environment)
        url = server.endpoint_url
        console.print_progress(f"a local AWS for account {account_id} answers at {url}; Ctrl-C stops it")
        if state is not None:
            console.print_status(f"its content, private keys too, is written to {state} when it stops")
        console.print_progress("it is not AWS: nothing here costs money or is trusted by others. In another shell:")
        console.print_result(format_exports(server.environment, shell=shell or detect_shell(dict(os.environ))))
        threading.Event().wait()
    return OK
