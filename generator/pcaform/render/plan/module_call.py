"""What a module call is, and the few shapes that every builder of calls shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.terraform.hcl_writer import Reference


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """One `module` block: its name, the module it calls, and its arguments in order."""

    name: str
    module: str
    arguments: Mapping[str, Any]


def output(module: str, name: str) -> Reference:
    """Return a reference to an output of a module call."""
    return Reference(f"module.{module}.{name}")


def none_if_default(value: Any, default: Any) -> Any:
    """Return the value, or None where the module would use it anyway."""
    return None if value == default else value


def without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is not None: an argument that is left out keeps the module's default."""
    return {name: value for name, value in values.items() if value is not None}
