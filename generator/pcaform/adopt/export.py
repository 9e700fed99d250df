"""Writes a proven state, with a script to push it, to a directory: for a pipeline role that may apply."""

import shlex
from pathlib import Path

from pcaform.adopt.scratch import DEFAULT
from pcaform.adopt.state_backup import make_directory, write_state
from pcaform.terraform.runner import Terraform

STATE = "adopted.tfstate"
SCRIPT = "push.sh"


def push_commands(directory: Path, terraform: Terraform, *, workspace: str) -> tuple[str, str]:
    """Return two commands: push, which Terraform refuses if the state was written since, and plan."""
    selected = "" if workspace == DEFAULT else f"TF_WORKSPACE={shlex.quote(workspace)} "
    command = f"{selected}{_name(terraform)} -chdir={shlex.quote(str(terraform.directory))}"
    return f"{command} state push {shlex.quote(str((directory / STATE).resolve()))}", f"{command} plan"


def emit(directory: Path, content: bytes, terraform: Terraform, *, workspace: str) -> tuple[str, str]:
    """Write the state and a script with the commands, and return them; raises Failure."""
    make_directory(directory, terraform.directory)
    write_state(directory / STATE, content)
    write_state(directory / SCRIPT, _script(_name(terraform), workspace).encode())
    return push_commands(directory, terraform, workspace=workspace)


def _name(terraform: Terraform) -> str:
    """Return the name of the binary that proved the state: terraform or tofu."""
    return Path(terraform.binary).name


def _script(name: str, workspace: str) -> str:
    selected = "" if workspace == DEFAULT else f"export TF_WORKSPACE={shlex.quote(workspace)}\n"
    return (
        "#!/bin/sh\n"
        "# Pushes the state that 'pcaform adopt --emit' has proven, then plans. Takes the directory of the\n"
        "# initialised stack. Never add -force: if the push is refused, the state was written since, so adopt again.\n"
        "set -eu\n"
        'here=$(cd "$(dirname "$0")" && pwd)\n'
        f"{selected}"
        f'{name} -chdir="${{1:?the directory of the stack}}" state push "$here/{STATE}"\n'
        f'{name} -chdir="$1" plan\n'
    )
