"""`pcaform import hcl`: Terraform files -> the spec of what they configure."""

from collections.abc import Sequence

from pcaform.cli.commands.importing import ImportOptions, finish
from pcaform.sources.hcl.parser import gc_paused
from pcaform.sources.hcl.providers import Options
from pcaform.sources.hcl.read import read


def run(
    directory: str,
    wanted: ImportOptions,
    *,
    var_files: Sequence[str] = (),
    region: str | None = None,
    account_id: str | None = None,
) -> int:
    """Write the spec of a directory's configuration; return 2 where something of it could not be written."""
    options = Options(region=region, account_id=account_id, var_files=tuple(var_files))
    with gc_paused():
        return finish(read(directory, options), wanted)
