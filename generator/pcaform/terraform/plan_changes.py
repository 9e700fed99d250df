"""The changes of a plan in JSON: resource addresses with their actions, without resources that do not change.

Uses `resource_changes` and `errored`, not `resource_drift` (noise for fresh CAs) and not exit codes (the same for
moves and changes). Format: https://developer.hashicorp.com/terraform/internals/json-format
"""

from collections.abc import Mapping
from typing import Any

Changes = dict[str, tuple[str, ...]]
_QUIET = ({"no-op"}, {"read"})


def list_changes(plan: Mapping[str, Any]) -> Changes:
    """Return the actions of each resource that a plan changes, by address; imports and moves alone are not changes."""
    return {
        change["address"]: tuple(change["change"]["actions"])
        for change in plan.get("resource_changes", [])
        if set(change["change"]["actions"]) not in _QUIET
    }


def is_marked(mark: Any) -> bool:
    """Tell whether Terraform marks a value or any part of it as unknown or sensitive, with `true` instead of it."""
    inner = mark.values() if isinstance(mark, Mapping) else mark if isinstance(mark, list) else ()
    return mark is True or any(map(is_marked, inner))


def is_empty(plan: Mapping[str, Any]) -> bool:
    """Tell whether a plan is complete and changes neither a resource nor an output."""
    outputs = [change["actions"] for change in plan.get("output_changes", {}).values()]
    return not plan.get("errored") and not list_changes(plan) and all(actions == ["no-op"] for actions in outputs)
