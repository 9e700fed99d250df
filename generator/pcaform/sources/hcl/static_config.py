"""Reads the module calls and provider blocks of Terraform files without evaluating them, for `access` and `adopt`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.core.garbage_collection import gc_paused
from pcaform.sources.hcl.blocks import Block, evaluate_body
from pcaform.sources.hcl.module_loader import parse_module
from pcaform.sources.hcl.values import Unknown
from pcaform.terraform.hcl_writer import Call, Reference

_KEPT_FUNCTION = "jsonencode"


class ReferenceScope:
    """A scope that evaluates nothing: names and calls stay references."""

    def resolve(self, root: str, steps: tuple[Any, ...]) -> Any:
        """Return the path as a reference; Unknown if the HCL writer cannot write it."""
        try:
            return Reference("".join([root, *map(_format_step, steps)]))
        except (TypeError, ValueError):
            return Unknown(root)

    def call(self, function: str, arguments: list[Any]) -> Any:
        """Return a call of `jsonencode` unevaluated; Unknown for other functions."""
        is_kept = function == _KEPT_FUNCTION and len(arguments) == 1
        return Call(function, arguments[0]) if is_kept else Unknown(f"{function}()")


def _format_step(step: Any) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if not isinstance(step, str):
        raise TypeError("a key that has to be evaluated")
    return f".{step}" if step.replace("-", "_").isidentifier() else f"[{json.dumps(step)}]"


@dataclass(frozen=True, slots=True)
class Configuration:
    """The arguments of a directory's module calls, by name, and of its provider blocks."""

    modules: Mapping[str, Mapping[str, Any]]
    providers: tuple[Mapping[str, Any], ...]


def read_configuration(files: Mapping[str, bytes]) -> Configuration:
    """Read Terraform files, path to content; raises Failure with the position for an invalid file."""
    with gc_paused():
        module = parse_module(dict(files))
    return Configuration(
        {block.labels[0]: _arguments(block) for block in module.of_type("module") if block.labels},
        tuple(_arguments(block) for block in module.of_type("provider") if block.labels == ("aws",)),
    )


def _arguments(block: Block) -> dict[str, Any]:
    return evaluate_body(block.body, ReferenceScope())
