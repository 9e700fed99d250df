"""`pcaform affected`: the stacks that a change in git touches, and why; also as the jobs of a pipeline."""

from typing import Annotated, Literal

from pcaform.cli.exit_codes import OK
from pcaform.core import console


def command(
    specs: Annotated[list[str], "SPEC...: Files or directories, in a git repository."],
    base: Annotated[str, "--base REVISION: What the branch is compared with, such as origin/main."],
    *,
    form: Annotated[
        Literal["text", "json", "matrix", "gitlab"],
        "--format: Lines, JSON, the matrices of a GitHub workflow, or the jobs of a GitLab pipeline.",
    ] = "text",
) -> int:
    """List the stacks that a change in git touches, and why.

    A stack is touched by a change of its spec, of a base, of a certificate's file, of its modules or of its rendered
    files, committed or not. The exit code is 0 also where none is: then there is no matrix.

    $ pcaform affected specs --base origin/main
    $ pcaform affected specs --base origin/main --format matrix
    > fleet.md
    """
    from pcaform.cli.fleet import find_affected, format_affected
    from pcaform.cli.fleet_jobs import print_jobs
    from pcaform.cli.guard_cases import load_all
    from pcaform.core.formats.report import format_json
    from pcaform.core.formats.text import count

    fleet = load_all(specs)
    affected = find_affected(base, specs, fleet)
    if form in ("matrix", "gitlab"):
        print_jobs(form, fleet, {each["stack"] for each in affected["stacks"]})
    elif form == "json":
        console.print_result(format_json(affected))
    elif affected["stacks"]:
        console.print_result(format_affected(affected))
    gone = (f"gone: {each['stack']}, {each['spec']}: 'pcaform guard --base' judges that" for each in affected["gone"])
    counted = f"{len(affected['stacks'])} of {count(len(fleet), 'stack')} affected"
    console.print_status(counted, *gone, *(f"doubt: {each}" for each in affected["doubts"]))
    return OK
