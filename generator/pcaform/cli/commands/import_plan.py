"""`pcaform import plan`: writes the spec of the CAs of Terraform files that may never have been applied."""

from typing import Annotated

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import FROM_FILES, FileOptions, ImportOptions
from pcaform.core.files import display_name, read_bytes


def command(
    plan: Annotated[str, "FILE: A plan as JSON, or '-' for standard input."],
    *,
    location: FileOptions = FROM_FILES,
    options: ImportOptions,
) -> int:
    """Write a spec of the CAs in a plan.

    The plan may never have been applied. Exit code 2 if something is left out, unknown or in conflict.

    $ terraform show -json plan.tfplan | pcaform import plan - --stack corp-pki
    """
    from pcaform.cli.import_result import write_result
    from pcaform.sources import tfplan

    inventory = tfplan.read(read_bytes(plan), display_name(plan), location.options())
    return OK if write_result(inventory, options) else FINDINGS
