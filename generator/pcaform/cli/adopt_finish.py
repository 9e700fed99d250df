"""`pcaform adopt --finish`: removes the moves from a spec that the state of its stack has absorbed."""

import os
from pathlib import Path

from pcaform.adopt import finish
from pcaform.adopt.backend import Backend
from pcaform.adopt.session import refuse_uninitialised
from pcaform.adopt.state import parse_state
from pcaform.core import console
from pcaform.core.files import STDIN, resolve_target, write_target
from pcaform.core.problems import Failure
from pcaform.rules.load import load_file
from pcaform.spec.yaml_reader import parse
from pcaform.terraform.environment import user_environment
from pcaform.terraform.runner import Terraform, find_binary


def finish_spec(spec: str, directory: Path) -> None:
    """Rewrite a spec without those moves, and print each; raises Failure and changes nothing where that fails."""
    if spec == STDIN:
        raise Failure("--finish changes the spec in its file: name the file instead of '-'")
    load_file(spec)
    environment = user_environment(os.environ)
    refuse_uninitialised(directory, environment)
    state = parse_state(Backend(Terraform(find_binary(environment), directory, environment), directory).pull())
    if not state.serial:
        raise Failure(f"{directory}: there is no state yet: apply the stack, then finish")
    target = resolve_target(Path(spec))
    before = target.before or b""
    finished = finish.remove_absorbed_moves(parse(before, spec), before, state)
    write_target(target, finished.content)
    for address in finished.removed:
        console.print_status(f"{spec}: removed the move of {address}: the state has absorbed it")
    for address in finished.remaining:
        console.print_status(f"{spec}: kept the move of {address}: the state has not absorbed it, apply it first")
    if not finished.removed and not finished.remaining:
        console.print_status(f"{spec}: it has no moves")
