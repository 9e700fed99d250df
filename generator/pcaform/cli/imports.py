"""Commands that read existing CAs back into a spec: import state."""

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
