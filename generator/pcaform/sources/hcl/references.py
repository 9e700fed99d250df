"""A scope that evaluates nothing: paths stay references, `jsonencode` stays a call. For what only names things."""

import json
from collections.abc import Mapping
from typing import Any

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
