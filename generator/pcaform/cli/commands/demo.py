"""`pcaform demo`: shows the whole loop on the sandbox, and the outage that this tool exists to prevent."""

import tempfile
from pathlib import Path
from typing import Annotated

from pcaform.cli.exit_codes import OK
from pcaform.core import console


def command(
    keep: Annotated[Path | None, "--keep DIR: Run in DIR and keep the files."] = None,
) -> int:
    """Show the whole loop on a local AWS.

    Nothing of yours is touched. It renders, applies, issues, renews, breaks the renewal, repairs it, and imports.
    Without Terraform, that part is left out.

    $ pcaform demo
    $ pcaform demo --keep demo
    - PCAFORM_TERRAFORM PCAFORM_PROVIDER_MIRROR
    > sandbox.md
    """
    from pcaform.cli.demo.story import play

    with tempfile.TemporaryDirectory(prefix="pcaform-demo-") as name:
        scratch = Path(name)
        play(keep or scratch / "out", scratch)
    console.print_status("", f"it all holds{f'; the stack is in {keep}' if keep else ''}")
    return OK
