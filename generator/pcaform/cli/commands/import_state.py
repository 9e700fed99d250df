"""`pcaform import state`: writes the spec of the CAs in a Terraform state."""

from typing import Annotated

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import ImportOptions
from pcaform.core.files import display_name, read_bytes


def command(
    state: Annotated[str, "FILE: A Terraform state, or '-' for standard input."],
    *,
    options: ImportOptions,
) -> int:
    """Write a spec of the CAs in a Terraform state.

    Exit code 2 if something is left out, unknown or in conflict.

    $ terraform state pull | pcaform import state - --stack corp-pki
    $ pcaform import state terraform.tfstate --into corp-pki.yaml
    """
    from pcaform.cli.import_result import write_result
    from pcaform.sources import tfstate

    inventory = tfstate.read(read_bytes(state), display_name(state))
    return OK if write_result(inventory, options) else FINDINGS
