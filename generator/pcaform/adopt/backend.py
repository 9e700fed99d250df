"""The shared state of a stack, pulled and pushed by Terraform, with its refusals in our words."""

import re
from dataclasses import dataclass
from pathlib import Path

from pcaform.adopt.state_backup import keep, store
from pcaform.adopt.transaction import WRITTEN_SINCE
from pcaform.core.problems import Failure
from pcaform.terraform.runner import Terraform, TerraformError

_NOT_INITIALISED = ("Backend initialization required", "Required plugins are not installed", "Module not installed")
_REFUSED = ("cannot overwrite existing state", "cannot import state with")
_LOCKED = "Error acquiring the state lock"
_LOCK_INFO = re.compile(r"^\s*(?P<name>ID|Who|Created):\s*(?P<value>\S.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Backend:
    """The state of one stack in its selected workspace; `directory` is where what is pushed lies meanwhile."""

    terraform: Terraform
    directory: Path

    def pull(self) -> bytes:
        """Return the stored state, nothing where none was ever written; raises Failure."""
        try:
            return self.terraform.state_pull()
        except TerraformError as error:
            raise _told(error, self.terraform.directory) from None

    def push(self, content: bytes) -> None:
        """Store the successor of what was pulled; raises Failure where it is none any more, or the state is locked."""
        file = store(self.directory.resolve() / "push.tfstate", content)
        try:
            self.terraform.state_push(file)
        except TerraformError as error:
            raise _told(error, self.terraform.directory) from None
        finally:
            file.unlink(missing_ok=True)

    def keep(self, name: str, content: bytes) -> None:
        """Keep a copy of a state."""
        keep(self.directory / name, content)


def _told(error: TerraformError, stack: Path) -> Failure:
    said = str(error)
    if any(text in said for text in _NOT_INITIALISED):
        return Failure(f"{stack}: its backend is not initialised: run 'terraform init' there first")
    if any(text in said for text in _REFUSED):
        return Failure(f"{stack}: {WRITTEN_SINCE}")
    if _LOCKED in said:
        known = ", ".join(f"{found['name']} {found['value']}" for found in _LOCK_INFO.finditer(said))
        return Failure(f"{stack}: the state is locked ({known or 'by somebody else'}): adopt again once it is free")
    return error
