"""What a user asks `pcaform adopt` for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AdoptOptions:
    """The spec that the stack must match, the changes that are accepted, and where the results go."""

    spec: str | None = None
    accept: tuple[str, ...] = ()
    proof: Path | None = None
    keep: Path | None = None
    emit: Path | None = None
    is_dry_run: bool = False
    is_recreating: bool = False
