"""A state's bytes -> the specs that an import infers from them."""

from pcaform.importer.infer.infer import InferredSpec, infer
from pcaform.sources import tfstate


def infer_state(state: bytes, name: str, *, stack: str) -> tuple[InferredSpec, ...]:
    """Return the specs that a state holds, one for each account and region."""
    return infer(tfstate.read(state, name), stack=stack)
