"""`pcaform adopt --finish`: a spec without the moves that the state has absorbed."""

import os
import shutil
import tempfile
from pathlib import Path

from pcaform.adopt import preconditions
from pcaform.adopt.backend import Backend
from pcaform.adopt.finish import remove_absorbed_moves
from pcaform.adopt.state import parse_state
from pcaform.core import console
from pcaform.core.files import STDIN, read_bytes
from pcaform.core.problems import Failure
from pcaform.rules.load import load_file
from pcaform.spec.yaml_reader import parse
from pcaform.terraform.environment import user_environment
from pcaform.terraform.runner import Terraform, find_binary


def run(spec: str, directory: Path) -> int:
    """Take those moves out of a spec that the state of its stack has absorbed; raises Failure and changes nothing."""
    if spec == STDIN:
        raise Failure("--finish changes the spec in its file: name the file instead of '-'")
    load_file(spec)
    environment = user_environment(os.environ)
    preconditions.refuse_uninitialised(directory, environment)
    state = parse_state(Backend(Terraform(find_binary(environment), directory, environment), directory).pull())
    if not state.serial:
        raise Failure(f"{directory}: there is no state yet: apply the stack, then finish")
    before = read_bytes(spec)
    found = remove_absorbed_moves(parse(before, spec), before, state)
    if found.removed:
        _replace(Path(spec), found.content)
    for old in found.removed:
        console.print_status(f"{spec}: removed the move of {old}: the state has absorbed it")
    for old in found.remaining:
        console.print_status(f"{spec}: kept the move of {old}: the state has not absorbed it, apply it first")
    if not found.removed and not found.remaining:
        console.print_status(f"{spec}: there are no moves in it")
    return 0


def _replace(path: Path, new: bytes) -> None:
    """Replace a file whole, or leave it as it is."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.resolve().parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, name)
        Path(name).replace(path.resolve())
    except OSError as error:
        raise Failure(f"{path}: cannot be written: {error.strerror}") from None
