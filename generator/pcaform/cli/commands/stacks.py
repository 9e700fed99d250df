"""`pcaform stacks`: lists the stacks of specs."""

from typing import Annotated, Literal

from pcaform.cli.exit_codes import OK
from pcaform.core import console
from pcaform.core.garbage_collection import gc_paused


@gc_paused()
def command(
    specs: Annotated[list[str], "SPEC...: Files, directories, or '-'."],
    *,
    form: Annotated[Literal["text", "json"], "--format: A table, or JSON."] = "text",
) -> int:
    """List the stack of each spec: its spec, account, region, the kind of its state, CAs and bases."""
    from pcaform.cli.fleet import format_stacks, list_stacks, load_fleet
    from pcaform.core.formats.report import format_json

    listed = list_stacks(load_fleet(specs))
    console.print_result(format_json(listed) if form == "json" else format_stacks(listed))
    return OK
