"""Pulls and pushes a stack's shared state with Terraform, and translates Terraform's errors."""

import re
from dataclasses import dataclass
from pathlib import Path

from pcaform.adopt.state_backup import save_copy, write_state
from pcaform.adopt.transaction import WRITTEN_SINCE
from pcaform.core.problems import Failure
from pcaform.terraform.runner import Terraform, TerraformError

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
        """Save a copy of a state."""
        save_copy(self.directory / name, content)


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
