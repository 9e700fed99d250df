"""Terraform files -> module calls and provider blocks as they stand, nothing evaluated: what `access` judges."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.sources.hcl.bodies import Block
from pcaform.sources.hcl.contents import contents
from pcaform.sources.hcl.directory import of_texts
from pcaform.sources.hcl.grammar import collecting_later
from pcaform.sources.hcl.references import References


@dataclass(frozen=True, slots=True)
class Configuration:
    """The module calls of a directory by name, and its provider blocks, with their arguments."""

    modules: Mapping[str, Mapping[str, Any]]
    providers: tuple[Mapping[str, Any], ...]


def configuration(files: Mapping[str, bytes]) -> Configuration:
    """Read Terraform files, path to content; raises Failure, located, for one that is no Terraform."""
    with collecting_later():
        found = of_texts(dict(files))
    return Configuration(
        {block.labels[0]: _arguments(block) for block in found.of_type("module") if block.labels},
        tuple(_arguments(block) for block in _of_aws(found.of_type("provider"))),
    )


def _of_aws(blocks: Iterable[Block]) -> Iterable[Block]:
    return (block for block in blocks if block.labels == ("aws",))


def _arguments(block: Block) -> dict[str, Any]:
    return contents(block.body, References())
