"""A proven state -> a directory from which somebody else pushes it: the role of a pipeline that may apply."""

import shlex
from pathlib import Path

from pcaform.adopt.scratch import DEFAULT
from pcaform.adopt.vault import outside, store

STATE = "adopted.tfstate"
SCRIPT = "push.sh"


def commands(directory: Path, stack: Path, *, workspace: str) -> tuple[str, str]:
    """Return the two commands: push, which Terraform refuses where the state was written since, and plan."""
    selected = "" if workspace == DEFAULT else f"TF_WORKSPACE={shlex.quote(workspace)} "
    inside = f"{selected}terraform -chdir={shlex.quote(str(stack))}"
    return f"{inside} state push {shlex.quote(str((directory / STATE).resolve()))}", f"{inside} plan"


def emit(directory: Path, content: bytes, stack: Path, *, workspace: str) -> tuple[str, str]:
    """Write the state and a script with the commands, and return them; raises Failure."""
    outside(directory, stack)
    store(directory / STATE, content)
    store(directory / SCRIPT, _script(workspace).encode())
    return commands(directory, stack, workspace=workspace)


def _script(workspace: str) -> str:
    selected = "" if workspace == DEFAULT else f"export TF_WORKSPACE={shlex.quote(workspace)}\n"
    return (
        "#!/bin/sh\n"
        "# Pushes the state that 'pcaform adopt --emit' has proven, then plans. Takes the directory of the\n"
        "# initialised stack. Never add -force: where it is refused somebody has written the state, so adopt again.\n"
        "set -eu\n"
        'here=$(cd "$(dirname "$0")" && pwd)\n'
        f"{selected}"
        f'terraform -chdir="${{1:?the directory of the stack}}" state push "$here/{STATE}"\n'
        'terraform -chdir="$1" plan\n'
    )
