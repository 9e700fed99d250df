"""`pcaform import state`: a Terraform state -> the spec it came from."""

from pcaform import console
from pcaform.carriage import SPEC_ONLY
from pcaform.dump import dump
from pcaform.infer.stack import Inferred, infer
from pcaform.loading import STDIN, content
from pcaform.sources import tfstate

_LEFT_OUT = 2


def run(state: str, *, stack: str) -> int:
    """Print the spec of what a state file (or `-`) holds; return 2 where something of it could not be written."""
    found = from_state(content(state), "<stdin>" if state == STDIN else state, stack=stack)
    console.result(dump(found.spec))
    for address, reason in found.left_out:
        console.say(f"left out: {address}: {reason}")
    console.say(f"not in any state, add by hand where you use it: {', '.join(SPEC_ONLY[1:])}")
    return _LEFT_OUT if found.left_out else 0


def from_state(state: bytes, name: str, *, stack: str) -> Inferred:
    """Return the spec that a state's bytes hold, and what was left out of it."""
    return infer(tfstate.read(state, name), stack=stack)
