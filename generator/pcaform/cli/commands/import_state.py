"""`pcaform import state`: writes the spec of the CAs in a Terraform state."""

from typing import Annotated

import typer

from pcaform.cli import import_options
from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.import_options import ImportOptions
from pcaform.cli.options import ImportFormat
from pcaform.core.files import display_name, read_bytes
from pcaform.core.garbage_collection import gc_paused


def command(
    state: Annotated[str, typer.Argument(metavar="FILE", help="A Terraform state, or '-' for standard input.")],
    *,
    stack: import_options.Stack = "",
    out: import_options.Out = None,
    into: import_options.Into = None,
    dry_run: import_options.DryRun = False,
    form: import_options.Format = ImportFormat.text,
    force: import_options.Force = False,
) -> int:
    """Print the spec of the CAs in a Terraform state ('terraform state pull | pcaform import state - --stack x')."""
    return run(state, ImportOptions(stack, out=out, into=into, is_dry_run=dry_run, form=form.value, force=force))


@gc_paused()
def run(path: str, options: ImportOptions) -> int:
    """Write the spec of what a state file (or `-`) holds; return 2 where something of it could not be written."""
    from pcaform.cli.import_result import write_result
    from pcaform.sources import tfstate

    inventory = tfstate.read(read_bytes(path), display_name(path))
    return OK if write_result(inventory, options) else FINDINGS
