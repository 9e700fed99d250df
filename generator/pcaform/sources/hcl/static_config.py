"""Terraform files -> module calls and provider blocks as they stand, nothing evaluated: what `access` judges."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.sources.hcl.block_values import contents
from pcaform.sources.hcl.blocks import Block
from pcaform.sources.hcl.module_loader import of_texts
from pcaform.sources.hcl.parser import gc_paused
from pcaform.sources.hcl.unknown import Unknown
from pcaform.terraform.hcl_writer import Call, Reference

_KEPT = "jsonencode"


class References:
    """What names mean where nothing is evaluated: themselves."""

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:
        """Return the path as a reference; Unknown for one that the writer has no form for."""
        try:
            return Reference("".join([root, *map(_written, steps)]))
        except (TypeError, ValueError):
            return Unknown(root)

    def call(self, function: str, arguments: list[Any]) -> Any:
        """Return a call of `jsonencode` as it stands; the others would have to be evaluated."""
        return Call(function, arguments[0]) if function == _KEPT and len(arguments) == 1 else Unknown(f"{function}()")

    def with_names(self, names: Mapping[str, Any]) -> "References":  # noqa: ARG002 - a scope has it
        """Return this scope: the names inside a `for` mean themselves too."""
        return self


def _written(step: Any) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if not isinstance(step, str):
        raise TypeError("a key that has to be evaluated")
    return f".{step}" if step.replace("-", "_").isidentifier() else f"[{json.dumps(step)}]"


@dataclass(frozen=True, slots=True)
class Configuration:
    """The module calls of a directory by name, and its provider blocks, with their arguments."""

    modules: Mapping[str, Mapping[str, Any]]
    providers: tuple[Mapping[str, Any], ...]


def configuration(files: Mapping[str, bytes]) -> Configuration:
    """Read Terraform files, path to content; raises Failure, located, for one that is no Terraform."""
    with gc_paused():
        found = of_texts(dict(files))
    return Configuration(
        {block.labels[0]: _arguments(block) for block in found.of_type("module") if block.labels},
        tuple(_arguments(block) for block in _of_aws(found.of_type("provider"))),
    )


def _of_aws(blocks: Iterable[Block]) -> Iterable[Block]:
    return (block for block in blocks if block.labels == ("aws",))


def _arguments(block: Block) -> dict[str, Any]:
    return contents(block.body, References())
