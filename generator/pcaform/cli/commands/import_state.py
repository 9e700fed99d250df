"""`pcaform import state`: a Terraform state -> the spec it came from."""

from pcaform.cli.commands.importing import ImportOptions, finish
from pcaform.core.files import display_name, read_bytes
from pcaform.importer.infer.infer import InferredSpec, infer
from pcaform.sources import tfstate


def run(state: str, wanted: ImportOptions) -> int:
    """Write the spec of what a state file (or `-`) holds; return 2 where something of it could not be written."""
    return finish(tfstate.read(read_bytes(state), display_name(state)), wanted)


def from_state(state: bytes, name: str, *, stack: str) -> tuple[InferredSpec, ...]:
    """Return the specs that a state's bytes hold, one for each account and region, and what was left out of them."""
    return infer(tfstate.read(state, name), stack=stack)
