"""`pcaform lock`: writes the ARNs of the CAs that specs name by their stack into the lock file."""

from pathlib import Path
from typing import Annotated

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import AccountOptions
from pcaform.core import console
from pcaform.core.files import is_directory
from pcaform.core.problems import Failure


def command(
    specs: Annotated[list[str], "SPEC...: Files or directories: all that refer to each other."],
    *,
    states: Annotated[
        Path | None, "--states DIR: STACK.tfstate, STACK/terraform.tfstate or STACK.json of 'terraform output -json'."
    ] = None,
    live: Annotated[bool, "--live: Look for CAs in the accounts of their stacks."] = False,
    replace: Annotated[bool, "--replace: Take another ARN than the one that is locked."] = False,
    check: Annotated[bool, "--check: Write nothing; exit 2 if the file would change."] = False,
    account: AccountOptions,
) -> int:
    """Write the ARNs of CAs that specs name by their stack.

    They come from the spec that has the CA, from states or outputs of its stack, or from its account; what is locked
    stays. Exit code 2 if a CA is not found; or if one is not the CA of before, and then the file stays as it is.

    $ pcaform lock specs --states stacks
    $ pcaform lock specs --live
    - AWS_PROFILE AWS_REGION
    > fleet.md
    """
    from pcaform.cli.lock_file import lock_specs

    if not live and account != AccountOptions():
        raise Failure("profiles, regions and roles have a meaning only with '--live'")
    if states is not None and not is_directory(states):
        raise Failure(f"{states}: this is not a directory, which '--states' needs")
    files = lock_specs(specs, states, account.caller() if live else None)
    code = OK
    for file in files:
        changed = [] if replace else file.replaced
        console.print_status(*(f"{file.path}: {line}" for line in (*file.unknown, *changed)))
        is_new = file.is_new
        if is_new and not (changed or check):
            file.write()
        said = "not written" if changed else "would be written" if check else "written"
        console.print_progress(f"{file.path}: {said if is_new else 'unchanged'}")
        if file.unknown or changed or (check and is_new):
            code = FINDINGS
    if not files:
        console.print_progress("no spec needs a lock file")
    return code
