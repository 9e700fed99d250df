"""`pcaform import hcl`: writes the spec of the CAs that Terraform files configure."""

from collections.abc import Sequence
from typing import Annotated

import typer

from pcaform.cli import import_options
from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.import_options import ImportOptions
from pcaform.cli.options import ImportFormat
from pcaform.core.garbage_collection import gc_paused


def command(
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
    stack: import_options.Stack = "",
    out: import_options.Out = None,
    into: import_options.Into = None,
    dry_run: import_options.DryRun = False,
    form: import_options.Format = ImportFormat.text,
    force: import_options.Force = False,
) -> int:
    """Print the spec of the CAs in Terraform files, as far as they are literal."""
    options = ImportOptions(stack, out=out, into=into, is_dry_run=dry_run, form=form.value, force=force)
    return run(directory, options, var_files=var_file or (), region=region, account_id=account_id)


@gc_paused()
def run(
    directory: str,
    options: ImportOptions,
    *,
    var_files: Sequence[str] = (),
    region: str | None = None,
    account_id: str | None = None,
) -> int:
    """Write the spec of a directory's configuration; return 2 where something of it could not be written."""
    from pcaform.cli.import_result import write_result
    from pcaform.sources.hcl.providers import Options
    from pcaform.sources.hcl.read import read

    inventory = read(directory, Options(region=region, account_id=account_id, var_files=tuple(var_files)))
    return OK if write_result(inventory, options) else FINDINGS
