"""Commands that read existing CAs back into a spec: import state."""

from typing import Annotated

import typer

from pcaform.cli.app import importing
from pcaform.cli.destinations import DryRun, Force, Form, Into, Out, Stack
from pcaform.cli.options import ReportFormat


@importing.command("state")
def _import_state(
    state: Annotated[str, typer.Argument(metavar="FILE", help="A Terraform state, or '-' for standard input.")],
    *,
    stack: Stack = "",
    out: Out = None,
    into: Into = None,
    dry_run: DryRun = False,
    form: Form = ReportFormat.text,
    force: Force = False,
) -> int:
    """Print the spec of the CAs in a Terraform state ('terraform state pull | pcaform import state - --stack x')."""
    from pcaform.commands import import_state
    from pcaform.commands.importing import Wanted

    wanted = Wanted(stack, out=out, into=into, is_dry_run=dry_run, form=form.value, force=force)
    return import_state.run(state, wanted)
