"""A proven state -> a directory from which somebody else pushes it: the role of a pipeline that may apply."""

import shlex
from pathlib import Path

from pcaform.adopt.scratch import DEFAULT
from pcaform.adopt.state_backup import outside, store
from pcaform.terraform.runner import Terraform

STATE = "adopted.tfstate"
SCRIPT = "push.sh"


def commands(directory: Path, terraform: Terraform, *, workspace: str) -> tuple[str, str]:
    """Return the two commands: push, which Terraform refuses where the state was written since, and plan."""
    selected = "" if workspace == DEFAULT else f"TF_WORKSPACE={shlex.quote(workspace)} "
    inside = f"{selected}{_name(terraform)} -chdir={shlex.quote(str(terraform.directory))}"
    return f"{inside} state push {shlex.quote(str((directory / STATE).resolve()))}", f"{inside} plan"


def emit(directory: Path, content: bytes, terraform: Terraform, *, workspace: str) -> tuple[str, str]:
    """Write the state and a script with the commands, and return them; raises Failure."""
    outside(directory, terraform.directory)
    store(directory / STATE, content)
    store(directory / SCRIPT, _script(_name(terraform), workspace).encode())
    return commands(directory, terraform, workspace=workspace)


def _name(terraform: Terraform) -> str:
    """Return how the binary is called on PATH: terraform or tofu, whichever proved it."""
    return Path(terraform.binary).name


def _script(name: str, workspace: str) -> str:
    selected = "" if workspace == DEFAULT else f"export TF_WORKSPACE={shlex.quote(workspace)}\n"
    return (
        "#!/bin/sh\n"
        "# Pushes the state that 'pcaform adopt --emit' has proven, then plans. Takes the directory of the\n"
        "# initialised stack. Never add -force: where it is refused somebody has written the state, so adopt again.\n"
        "set -eu\n"
        'here=$(cd "$(dirname "$0")" && pwd)\n'
        f"{selected}"
        f'{name} -chdir="${{1:?the directory of the stack}}" state push "$here/{STATE}"\n'
        f'{name} -chdir="$1" plan\n'
    )
