"""`pcaform affected`: the stacks that a change in git touches, and why; also as the jobs of a pipeline."""

from typing import Annotated, Literal

from pcaform.cli.exit_codes import OK
from pcaform.core import console
from pcaform.core.garbage_collection import gc_paused


@gc_paused()
def command(
    specs: Annotated[list[str], "SPEC...: Files or directories, in a git repository."],
    base: Annotated[str, "--base REVISION: What the branch is compared with, such as origin/main."],
    *,
    form: Annotated[
        Literal["text", "json", "matrix"], "--format: Lines, JSON, or the matrix of a GitHub workflow."
    ] = "text",
) -> int:
    """List the stacks whose spec, base, certificate, modules or rendered files changed, and why.

    What is not committed counts too. Without a stack the exit code is 0 as well: 'matrix' has a count.
    """
    from pcaform.cli.fleet import find_affected, format_affected, format_matrix, load_fleet
    from pcaform.core.formats.report import format_json
    from pcaform.core.formats.text import count

    fleet = load_fleet(specs)
    affected = find_affected(base, specs, fleet)
    if form == "text":
        console.print_status(f"{len(affected.stacks)} of {count(len(fleet), 'stack')} affected")
    if form != "text" or affected.stacks:
        forms = {"text": format_affected, "json": format_json, "matrix": format_matrix}
        console.print_result(forms[form](affected))
    for gone in affected.gone:
        console.print_status(f"gone: {gone}: no spec has this stack any more; 'pcaform guard --base' judges that")
    console.print_status(*(f"doubt: {each}" for each in affected.doubts))
    return OK
