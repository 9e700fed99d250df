"""Describes a change in a finding: its address, its cause, and the arguments that differ, without secrets."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.verdict import Difference
from pcaform.core.unicode import visible
from pcaform.terraform.plan_changes import is_marked

_CAUSES = {
    "delete_because_no_resource_config": "its block is no longer in the configuration",
    "delete_because_no_module": "its module is no longer in the configuration",
    "delete_because_wrong_repetition": "'count' or 'for_each' was added or removed",
    "delete_because_count_index": "its index is beyond 'count'",
    "delete_because_each_key": "its key is no longer in 'for_each'",
    "delete_because_no_move_target": "it was moved to an address that is not declared",
    "replace_because_tainted": "it is marked as tainted",
    "replace_by_request": "'-replace' asks for it",
    "replace_by_triggers": "'replace_triggered_by' asks for it",
}
"""Terraform's reasons, https://developer.hashicorp.com/terraform/internals/json-format#plan-representation."""

_LONGEST = 200
_HIDDEN = "(secret)"
_UNKNOWN = "(known after apply)"


def differences(change: Change, paths: Sequence[str]) -> tuple[Difference, ...]:
    """Return the arguments at some paths, before and after."""
    return tuple(_difference(change, path) for path in paths)


def address_of(change: Change) -> str:
    """Return the address of the changed object, with the key of a deposed object."""
    return f"{change.address} (deposed {change.deposed})" if change.deposed else change.address


def is_destroyed(change: Change) -> bool:
    """Tell whether the existing object is destroyed; Terraform asks readers to look for the action 'delete'."""
    return "delete" in change.actions


def is_replaced(change: Change) -> bool:
    """Tell whether another object takes its place; the old one is destroyed, or only forgotten (OpenTofu)."""
    return "create" in change.actions and (is_destroyed(change) or "forget" in change.actions)


def is_created(change: Change) -> bool:
    """Tell whether an object is created where none exists."""
    return "create" in change.actions and not is_replaced(change)


def is_updated(change: Change) -> bool:
    """Tell whether the object stays and its arguments change."""
    return "update" in change.actions


def cause(change: Change) -> str:
    """Return what forces the change, in words; empty if Terraform gives no reason."""
    if change.paths:
        return f"{', '.join(repr(path) for path in change.paths)} {'change' if len(change.paths) > 1 else 'changes'}"
    return _CAUSES.get(change.reason, change.reason)


def _difference(change: Change, path: str) -> Difference:
    steps = list(_steps(path))
    is_secret = any(_at(mask, steps, is_mask=True) is True for mask in change.secret)
    is_unknown = _at(change.unknown, steps, is_mask=True) is True
    before = _HIDDEN if is_secret else _format_value(_at(change.before, steps))
    after = _HIDDEN if is_secret else _UNKNOWN if is_unknown else _format_value(_at(change.after, steps))
    return Difference(path, before, after)


def _steps(path: str) -> Iterator[str | int]:
    for part in path.replace("[", ".").split("."):
        index = part.removesuffix("]")
        yield int(index) if index != part and index.isdigit() else index


def _at(value: Any, steps: Sequence[str | int], *, is_mask: bool = False) -> Any:
    """Return the value at a path; in a mask the first `true` on the way holds for everything below it."""
    for step in steps:
        if is_mask and value is True:
            return True
        if isinstance(value, Mapping) and step in value:
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return is_marked(value) if is_mask else value


def _format_value(value: Any) -> str:
    text = visible(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
