"""`pcaform stacks`: lists the stacks of specs."""

from typing import Annotated, Literal

from pcaform.cli.exit_codes import OK
from pcaform.core import console


def command(
    specs: Annotated[list[str], "SPEC...: Files, directories, or '-'."],
    *,
    form: Annotated[
        Literal["text", "json", "matrix", "gitlab"],
        "--format: A table, JSON, the matrices of a GitHub workflow, or the jobs of a GitLab pipeline.",
    ] = "text",
) -> int:
    """List the stack of each spec: account, region, state, CAs and bases.

    $ pcaform stacks specs
    $ pcaform stacks specs --format json
    > fleet.md
    """
    from pcaform.cli.fleet import format_table, list_stacks
    from pcaform.cli.fleet_jobs import print_jobs
    from pcaform.cli.guard_cases import load_all
    from pcaform.core.formats.report import format_json

    fleet = load_all(specs)
    if form in ("matrix", "gitlab"):
        print_jobs(form, fleet)
        return OK
    listed = list_stacks(fleet)
    document = {"format_version": "1.0", "stacks": listed}
    console.print_result(format_json(document) if form == "json" else format_table(listed))
    return OK
