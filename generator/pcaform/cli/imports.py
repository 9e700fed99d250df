"""Commands that read existing CAs back into a spec: import state, import hcl."""

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
    from pcaform.cli.commands import import_state
    from pcaform.cli.commands.importing import ImportOptions

    wanted = ImportOptions(stack, out=out, into=into, is_dry_run=dry_run, form=form.value, force=force)
    return import_state.run(state, wanted)


@importing.command("hcl")
def _import_hcl(
    directory: Annotated[str, typer.Argument(metavar="DIR", help="The directory of a stack, or of a configuration.")],
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
    stack: Stack = "",
    out: Out = None,
    into: Into = None,
    dry_run: DryRun = False,
    form: Form = ReportFormat.text,
    force: Force = False,
) -> int:
    """Print the spec of the CAs in Terraform files, as far as they are literal."""
    from pcaform.cli.commands import import_hcl
    from pcaform.cli.commands.importing import ImportOptions

    wanted = ImportOptions(stack, out=out, into=into, is_dry_run=dry_run, form=form.value, force=force)
    return import_hcl.run(directory, wanted, var_files=var_file or (), region=region, account_id=account_id)
