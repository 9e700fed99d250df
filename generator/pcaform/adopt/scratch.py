"""A scratch copy of a stack with a local state file: plans there read AWS but write nothing shared.

The copy has the same files, modules and providers; an override file replaces only the backend.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcaform.adopt.backend import DEFAULT_WORKSPACE, write_state
from pcaform.core.files import read_bytes, read_if_present
from pcaform.core.problems import Failure
from pcaform.terraform.runner import Terraform

_OVERRIDE = "zz_pcaform_adopt_override.tf"
_LOCAL = 'terraform {\n  backend "local" {}\n}\n'
_DATA_DIR_VARIABLE = "TF_DATA_DIR"
_BACKEND_FILE = "terraform.tfstate"
_STATES = ("*.tfstate", "*.tfstate.*", "terraform.tfstate.d", ".git")


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
    """Ignore the backend's file, and the providers, which are large and get linked."""

    def ignore(directory: str, names: list[str]) -> set[str]:
        left_out = (_BACKEND_FILE, "providers") if Path(directory) == data else ()
        return {name for name in names if name in left_out}

    return ignore


def _modules(data: Path) -> list[str]:
    """Return the directories of a stack's modules, relative to the stack, as Terraform records them."""
    content = read_if_present(data / "modules" / "modules.json")
    recorded = json.loads(content) if content is not None else {"Modules": []}
    return [str(module["Dir"]) for module in recorded["Modules"]]


def _nested(below: Path, data: Path) -> Path:
    """Return a directory deep enough to copy modules from outside the stack next to it."""
    return below.joinpath(*["scratch"] * max(1, *(name.split("/").count("..") + 1 for name in ["", *_modules(data)])))
