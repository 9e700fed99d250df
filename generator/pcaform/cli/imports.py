"""Commands that read existing CAs back into a spec: import state, import hcl."""

from typing import Annotated

import typer

from pcaform.cli.app import importing


@importing.command("state")
def _import_state(
    state: Annotated[str, typer.Argument(metavar="FILE", help="A Terraform state, or '-' for standard input.")],
    stack: Annotated[str, typer.Option("--stack", metavar="NAME", help="The stack's name, which no state holds.")],
) -> int:
    """Print the spec of the CAs in a Terraform state ('terraform state pull | pcaform import state - --stack x')."""
    from pcaform.commands import import_state
    from pcaform.commands.importing import Wanted

    return import_state.run(state, Wanted(stack=stack))


@importing.command("hcl")
def _import_hcl(
    directory: Annotated[str, typer.Argument(metavar="DIR", help="The directory of a stack, or of a configuration.")],
    stack: Annotated[str, typer.Option("--stack", metavar="NAME", help="The stack's name, which no file holds.")],
    *,
    var_file: Annotated[
        list[str] | None, typer.Option("--var-file", metavar="FILE", help="Values of variables; may be repeated.")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="REGION", help="Where no provider block says it.")
    ] = None,
    account_id: Annotated[
        str | None, typer.Option("--account-id", metavar="ID", help="Where no provider block says it.")
    ] = None,
) -> int:
    """Print the spec of the CAs in Terraform files, as far as they are literal."""
    from pcaform.commands import import_hcl
    from pcaform.commands.importing import Wanted

    return import_hcl.run(
        directory, Wanted(stack=stack), var_files=var_file or (), region=region, account_id=account_id
    )
