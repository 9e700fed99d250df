"""A copy of a stack whose state is a local file: what is planned there reads AWS and shares nothing.

The copy has the same files, the same modules and the same providers; only its backend is another, through an override.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcaform.adopt.state_backup import store
from pcaform.core.problems import Failure
from pcaform.terraform.runner import Terraform

DEFAULT = "default"
_OVERRIDE = "zz_pcaform_adopt_override.tf"
_LOCAL = 'terraform {\n  backend "local" {}\n}\n'
_DATA = "TF_DATA_DIR"
_OF_BACKEND = "terraform.tfstate"
_STATES = ("*.tfstate", "*.tfstate.*", "terraform.tfstate.d", ".git")


def data_directory(stack: Path, environment: Mapping[str, str]) -> Path:
    """Return where `terraform init` keeps its data of a stack."""
    return stack / environment.get(_DATA, ".terraform")


def files(stack: Path, environment: Mapping[str, str]) -> dict[str, bytes]:
    """Return the content of a stack's files by path, without states and what `terraform init` keeps."""
    data = data_directory(stack, environment)
    ignored = shutil.ignore_patterns(data.name, ".terraform", *_STATES)
    found: dict[str, bytes] = {}
    for directory, folders, names in os.walk(stack):
        left_out = ignored(directory, [*folders, *names])
        folders[:] = sorted(set(folders) - left_out)
        paths = [Path(directory) / name for name in names if name not in left_out]
        found |= {path.relative_to(stack).as_posix(): path.read_bytes() for path in paths}
    return found


@dataclass(frozen=True, slots=True)
class Scratch:
    """An initialised copy, in one workspace."""

    terraform: Terraform
    workspace: str

    def plan(self, state: bytes) -> dict[str, Any]:
        """Plan with this state, of which nothing may be stored, or else it must be one of version 4."""
        if state.strip():
            store(self._of_workspace() / "terraform.tfstate", state)
        return self.terraform.plan(self.terraform.directory / "adopt.tfplan")

    def _of_workspace(self) -> Path:
        """Return where the local backend looks for the state; a workspace exists once its directory does."""
        directory = self.terraform.directory
        if self.workspace != DEFAULT:
            directory = directory / "terraform.tfstate.d" / self.workspace
        directory.mkdir(parents=True, exist_ok=True)
        return directory

    def init(self) -> None:
        """Initialise the copy; nothing is installed or fetched that the stack does not have."""
        self._of_workspace()
        self.terraform.init("-reconfigure", "-get=false", "-lockfile=readonly")


def copy_stack(original: Terraform, below: Path, *, workspace: str) -> Scratch:
    """Copy an initialised stack below a directory and initialise the copy, without a network.

    Raises Failure where the copy cannot be written or initialised.
    """
    environment = {name: value for name, value in original.environment.items() if name != _DATA}
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
    shutil.copytree(data, directory / ".terraform", ignore=_data_only(data))
    for package in sorted((data / "providers").glob("*/*/*/*/*")):
        target = directory / ".terraform" / package.relative_to(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(package.resolve())
    for name in _modules(data):
        outside = Path(os.path.normpath(directory / name))
        if name.startswith("..") and not outside.exists():
            shutil.copytree(stack / name, outside)
    (directory / _OVERRIDE).write_text(_LOCAL, encoding="utf-8")


def _data_only(data: Path) -> Any:
    """Leave out what belongs to the backend, and the providers, which are large: they are linked."""

    def ignored(directory: str, names: list[str]) -> set[str]:
        left_out = (_OF_BACKEND, "providers") if Path(directory) == data else ()
        return {name for name in names if name in left_out}

    return ignored


def _modules(data: Path) -> list[str]:
    """Return the directories of a stack's modules, as Terraform remembers them relative to the stack."""
    try:
        remembered = json.loads((data / "modules" / "modules.json").read_bytes())
    except FileNotFoundError:
        return []
    return [str(module["Dir"]) for module in remembered["Modules"]]


def _nested(below: Path, data: Path) -> Path:
    """Return a directory so deep that modules which lie outside the stack have their place in the copy too."""
    return below.joinpath(*["scratch"] * max(1, *(name.split("/").count("..") + 1 for name in ["", *_modules(data)])))
