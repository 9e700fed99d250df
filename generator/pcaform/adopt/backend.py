"""Pulls and pushes a stack's shared state with Terraform, translates Terraform's errors, and keeps copies of states.

Copies are readable by their owner only, outside the stack, and deleted at the end unless kept. A proven state can be
emitted with a script to push it: for a pipeline role that may apply.
"""

import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pcaform.adopt.transaction import WRITTEN_SINCE, NotRestored
from pcaform.core.files import write_file
from pcaform.core.problems import Failure
from pcaform.terraform.runner import Terraform, TerraformError

DEFAULT_WORKSPACE = "default"
_EMITTED = "adopted.tfstate"
_SCRIPT = "push.sh"
_NOT_INITIALISED = ("Backend initialization required", "Required plugins are not installed", "Module not installed")
_REFUSED = ("cannot overwrite existing state", "cannot import state with")
_LOCKED = "Error acquiring the state lock"
_LOCK_INFO = re.compile(r"^\s*(?P<name>ID|Who|Created):\s*(?P<value>\S.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Backend:
    """The state of one stack in its selected workspace; `directory` holds copies of it meanwhile."""

    terraform: Terraform
    directory: Path

    def pull(self) -> bytes:
        """Return the stored state, empty if none was ever written; raises Failure."""
        try:
            return self.terraform.state_pull()
        except TerraformError as error:
            raise _translate(error, self.terraform.directory) from None

    def push(self, content: bytes) -> None:
        """Store the successor of the pulled state; raises Failure if another run wrote since, or for a locked state."""
        file = write_state(self.directory.resolve() / "push.tfstate", content)
        try:
            self.terraform.state_push(file)
        except TerraformError as error:
            raise _translate(error, self.terraform.directory) from None
        finally:
            file.unlink(missing_ok=True)

    def save_copy(self, name: str, content: bytes) -> None:
        """Save a copy of a state; raises Failure if it cannot be written, or would overwrite an earlier copy."""
        path = self.directory / name
        if path.exists() and path.read_bytes() != content:
            raise Failure(f"{path}: there is a copy of another state already: name another directory")
        write_state(path, content)


def _translate(error: TerraformError, stack: Path) -> Failure:
    message = str(error)
    if any(text in message for text in _NOT_INITIALISED):
        return Failure(f"{stack}: its backend is not initialised: run 'terraform init' there first")
    if any(text in message for text in _REFUSED):
        return Failure(f"{stack}: {WRITTEN_SINCE}")
    if _LOCKED in message:
        lock = ", ".join(f"{match['name']} {match['value']}" for match in _LOCK_INFO.finditer(message))
        return Failure(f"{stack}: the state is locked ({lock or 'by an unknown holder'}): adopt again once it is free")
    return error


@contextmanager
def open_backup(keep: Path | None, stack: Path) -> Iterator[Path]:
    """Yield a directory for states; it stays if requested (`keep`), or if the shared state could not be restored.

    Raises Failure for a directory inside the stack, or if it cannot be created.
    """
    try:
        directory = make_directory(keep, stack) if keep else Path(tempfile.mkdtemp(prefix="pcaform-adopt-"))
    except OSError as error:
        raise Failure(f"{tempfile.gettempdir()}: no copy of the state can be kept there: {error.strerror}") from None
    is_kept = keep is not None
    try:
        yield directory
    except NotRestored as failure:
        is_kept = True
        raise Failure(failure, f"the states before and after are kept in {directory}") from None
    finally:
        if not is_kept:
            shutil.rmtree(directory, ignore_errors=True)


def write_state(path: Path, content: bytes) -> Path:
    """Write a state durably, readable by its owner only; raises Failure if it cannot be written."""
    write_file(path, content, is_private=True, subject="the copy of the state", advice="name another directory")
    return path


def refuse_inside(directory: Path, stack: Path) -> None:
    """Raise Failure for a directory inside the stack: its files are planned, packed and committed."""
    if directory.resolve().is_relative_to(stack.resolve()):
        raise Failure(f"{directory}: this is inside the stack, where states do not belong: name another directory")


def make_directory(directory: Path, stack: Path) -> Path:
    """Make a directory for states; raises Failure for one inside the stack, or if it cannot be created."""
    refuse_inside(directory, stack)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"{directory}: no state can be kept there: {error.strerror}") from None
    return directory


def emit(directory: Path, content: bytes, terraform: Terraform, *, workspace: str) -> tuple[str, str]:
    """Write the state and a script that pushes it and plans, and return the two commands; raises Failure.

    Terraform refuses the push if the state was written since.
    """
    make_directory(directory, terraform.directory)
    state = write_state(directory / _EMITTED, content)
    name = Path(terraform.binary).name  # the binary that proved the state: terraform or tofu
    selected = "" if workspace == DEFAULT_WORKSPACE else f"TF_WORKSPACE={shlex.quote(workspace)}"
    write_state(directory / _SCRIPT, _script(name, selected).encode())
    command = f"{selected} {name} -chdir={shlex.quote(str(terraform.directory))}".lstrip()
    return f"{command} state push {shlex.quote(str(state.resolve()))}", f"{command} plan"


def _script(name: str, selected: str) -> str:
    export = f"export {selected}\n" if selected else ""
    return (
        "#!/bin/sh\n"
        "# Pushes the state that 'pcaform adopt --emit' has proven, then plans. Takes the directory of the\n"
        "# initialised stack. Never add -force: if the push is refused, the state was written since, so adopt again.\n"
        "set -eu\n"
        'here=$(cd "$(dirname "$0")" && pwd)\n'
        f"{export}"
        f'{name} -chdir="${{1:?the directory of the stack}}" state push "$here/{_EMITTED}"\n'
        f'{name} -chdir="$1" plan\n'
    )
