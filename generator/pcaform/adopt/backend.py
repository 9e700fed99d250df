"""Pulls and pushes a stack's shared state with Terraform, and plans in a scratch copy of the stack.

Copies of states are readable by their owner only, outside the stack, and deleted at the end unless kept. A proven state
can be emitted with a script to push it: for a pipeline role that may apply. A scratch copy has the same files, modules
and providers; an override file replaces only the backend by a local one: plans there read AWS and write nothing shared.
"""

import json
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcaform.adopt.transaction import WRITTEN_SINCE, NotRestored
from pcaform.core import console
from pcaform.core.files import read_bytes, read_if_present, write_file
from pcaform.core.problems import Failure
from pcaform.terraform.runner import Terraform, TerraformError

DEFAULT_WORKSPACE = "default"
RUN_INIT = "run 'terraform init' there first, or give --init"
EMITTED = (_STATE, _SCRIPT) = ("adopted.tfstate", "push.sh")
_NOT_INITIALISED = ("Backend initialization required", "Required plugins are not installed", "Module not installed")
_REFUSED = ("cannot overwrite existing state", "cannot import state with")
_LOCKED = "Error acquiring the state lock"
_LOCK_INFO = re.compile(r"^\s*(?P<name>ID|Who|Created):\s*(?P<value>\S.*?)\s*$", re.MULTILINE)
_OVERRIDE = "zz_pcaform_adopt_override.tf"
_LOCAL = 'terraform {\n  backend "local" {}\n}\n'
_DATA_DIR_VARIABLE = "TF_DATA_DIR"
_SCRATCH = "scratch"
_BACKEND_FILE = "terraform.tfstate"
_STATES = ("*.tfstate", "*.tfstate.*", "terraform.tfstate.d", ".git")


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
        return Failure(f"{stack}: its backend is not initialised: {RUN_INIT}")
    if any(text in message for text in _REFUSED):
        return Failure(f"{stack}: {WRITTEN_SINCE}")
    if _LOCKED in message:
        lock = ", ".join(f"{match['name']} {match['value']}" for match in _LOCK_INFO.finditer(message))
        return Failure(f"{stack}: the state is locked ({lock or 'by an unknown holder'}): adopt again once it is free")
    return error


@contextmanager
def open_workspace(keep: Path | None, stack: Path) -> Iterator[tuple[Path, Path]]:
    """Yield a directory for states and one for a copy of the stack; print where they are, in case of a hard kill.

    Both are deleted at the end. The states stay if requested (`keep`), or if the shared state could not be restored.
    Raises Failure for a directory inside the stack, or if it cannot be created.
    """
    try:
        states = make_directory(keep, stack) if keep else None
        directory = Path(tempfile.mkdtemp(prefix="pcaform-adopt-"))
    except OSError as error:
        raise Failure(f"{tempfile.gettempdir()}: no copy of the state can be kept there: {error.strerror}") from None
    deleted = [directory]
    try:
        console.print_status(f"copies of the state are in {directory} until adopt ends")
        yield states or directory, directory / _SCRATCH
    except NotRestored as failure:
        deleted = [directory if states else directory / _SCRATCH]
        raise Failure(failure, f"the states before and after are kept in {states or directory}") from None
    finally:
        try:
            _delete(deleted[0])
        finally:
            _delete(deleted[0])  # again, if the first one was interrupted


def _delete(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    if directory.exists():
        console.print_status(f"{directory}: it could not be deleted and holds copies of the state: delete it")


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
    state = write_state(directory / _STATE, content)
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
        f'{name} -chdir="${{1:?the directory of the stack}}" state push "$here/{_STATE}"\n'
        f'{name} -chdir="$1" plan\n'
    )


def data_directory(stack: Path, environment: Mapping[str, str]) -> Path:
    """Return the directory in which `terraform init` keeps a stack's data."""
    return stack / environment.get(_DATA_DIR_VARIABLE, ".terraform")


def read_files(stack: Path, environment: Mapping[str, str]) -> dict[str, bytes]:
    """Return the content of a stack's files by path, without states and the data of `terraform init`."""
    data = data_directory(stack, environment)
    ignored = shutil.ignore_patterns(data.name, ".terraform", *_STATES)
    contents: dict[str, bytes] = {}
    for directory, folders, names in os.walk(stack):
        left_out = ignored(directory, [*folders, *names])
        folders[:] = sorted(set(folders) - left_out)
        paths = [Path(directory) / name for name in names if name not in left_out]
        contents |= {path.relative_to(stack).as_posix(): read_bytes(str(path)) for path in paths}
    return contents


@dataclass(frozen=True, slots=True)
class Scratch:
    """An initialised copy, in one workspace."""

    terraform: Terraform
    workspace: str

    def plan(self, state: bytes) -> dict[str, Any]:
        """Plan with this state, which is empty or of version 4."""
        if state.strip():
            write_state(self._state_directory() / "terraform.tfstate", state)
        return self.terraform.plan(self.terraform.directory / "adopt.tfplan")

    def _state_directory(self) -> Path:
        """Return the directory of the local backend's state; creating it creates the workspace."""
        directory = self.terraform.directory
        if self.workspace != DEFAULT_WORKSPACE:
            directory = directory / "terraform.tfstate.d" / self.workspace
        directory.mkdir(parents=True, exist_ok=True)
        return directory

    def init(self) -> None:
        """Initialise the copy, with the stack's modules and providers only."""
        self._state_directory()
        self.terraform.init("-reconfigure", "-get=false", "-lockfile=readonly")


def copy_stack(original: Terraform, below: Path, *, workspace: str) -> Scratch:
    """Copy an initialised stack below a directory and initialise the copy, without network access.

    Raises Failure if the copy cannot be written or initialised.
    """
    environment = {name: value for name, value in original.environment.items() if name != _DATA_DIR_VARIABLE}
    data = data_directory(original.directory, original.environment)
    directory = _nested(below, data) / "stack"
    try:
        _copy(original.directory, directory, data)
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or "a file cannot be copied"
        raise Failure(f"{below}: the stack cannot be copied there: {reason}") from None
    scratch = Scratch(Terraform(original.binary, directory, environment), workspace)
    scratch.init()
    return scratch


def _copy(stack: Path, directory: Path, data: Path) -> None:
    skipped = shutil.ignore_patterns(data.name, ".terraform", *_STATES)
    shutil.copytree(stack, directory, symlinks=True, ignore=skipped)
    # The backend's file is left out, and the providers, which are large and get linked.
    left_out = {_BACKEND_FILE, "providers"}
    own = directory / ".terraform"
    shutil.copytree(data, own, ignore=lambda path, names: left_out & set(names) if Path(path) == data else set())
    for package in sorted((data / "providers").glob("*/*/*/*/*")):
        target = own / package.relative_to(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(package.resolve())
    for name in _modules(data):
        outside = Path(os.path.normpath(directory / name))
        if name.startswith("..") and not outside.exists():
            shutil.copytree(stack / name, outside)
    (directory / _OVERRIDE).write_text(_LOCAL, encoding="utf-8")


def _modules(data: Path) -> list[str]:
    """Return the directories of a stack's modules, relative to the stack, as Terraform records them."""
    content = read_if_present(data / "modules" / "modules.json")
    recorded = json.loads(content) if content is not None else {"Modules": []}
    return [str(module["Dir"]) for module in recorded["Modules"]]


def _nested(below: Path, data: Path) -> Path:
    """Return a directory deep enough to copy modules from outside the stack next to it."""
    return below.joinpath(*[_SCRATCH] * max(1, *(name.split("/").count("..") + 1 for name in ["", *_modules(data)])))
