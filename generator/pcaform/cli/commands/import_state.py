"""`pcaform import state`: a Terraform state -> the spec it came from."""

from pcaform.cli.commands.importing import Wanted, finish
from pcaform.core.files import content, shown
from pcaform.importer.infer.infer import Inferred, infer
from pcaform.sources import tfstate


def run(state: str, wanted: Wanted) -> int:
    """Write the spec of what a state file (or `-`) holds; return 2 where something of it could not be written."""
    return finish(tfstate.read(content(state), shown(state)), wanted)


def from_state(state: bytes, name: str, *, stack: str) -> tuple[Inferred, ...]:
    """Return the specs that a state's bytes hold, one for each account and region, and what was left out of them."""
    return infer(tfstate.read(state, name), stack=stack)
