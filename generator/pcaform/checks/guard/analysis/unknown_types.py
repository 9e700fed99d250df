"""Types of AWS Private CA that no rule looks at: those of the awscc provider, and new ones of later releases."""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.guard.findings import address_of
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.registry import rules_for
from pcaform.checks.guard.verdict import Undecided, undecided
from pcaform.terraform.plan_changes import is_marked
from pcaform.terraform.resource_types import ACMPCA_PREFIX

_CHANGING = {"create", "update", "delete"}
_TAGS = {"tags", "tags_all"}


def unknown_type(change: Change) -> Iterator[Undecided]:
    """Yield that a change cannot be decided, if its type belongs to AWS Private CA and no rule looks at it."""
    is_of_private_ca = change.type.startswith((ACMPCA_PREFIX, "awscc_acmpca_"))
    if is_of_private_ca and not rules_for(change.type) and _CHANGING & set(change.actions) and not _is_of_tags(change):
        message = f"what this does to a CA is unknown: no rule of the guard looks at '{change.type}'"
        yield undecided(address_of(change), message)


def _is_of_tags(change: Change) -> bool:
    unknown = is_marked(_untagged(change.unknown))
    return change.actions == ("update",) and not unknown and _untagged(change.before) == _untagged(change.after)


def _untagged(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in _TAGS}
