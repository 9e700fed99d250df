"""Permissions of a CA -> their entries, each judged alone: for one that no spec can have, its CA is not left out."""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from pcaform.core import facts
from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.importer.infer.errors import NOT_WHOLE, reason_of
from pcaform.sources.inventory import ImportNote, Resource
from pcaform.spec.cas import Permission
from pcaform.terraform import module_names

_ONE = "AWS keeps one permission for each principal and CA"
_GOES = ". Where a state has it, take it out before a stack is applied over it, else Terraform deletes the permission"


def permissions(found: Iterable[Resource]) -> tuple[list[tuple[Resource, dict[str, Any]]], tuple[ImportNote, ...]]:
    """Return the permissions of one CA that a spec can have, each with its entry, and what is to say of the others."""
    taken: dict[str, tuple[Resource, dict[str, Any]]] = {}
    notes = []
    for each in found:
        try:
            entry = _entry(each)
            Permission.model_validate(entry)
        except ValidationError as error:
            notes.append(ImportNote("left out", each.address, reason_of(error) + _GOES))
        except PARTIAL_DATA_ERRORS:
            notes.append(ImportNote("left out", each.address, NOT_WHOLE + _GOES))
        else:
            if entry["principal"] in taken:
                notes.append(ImportNote("left out", each.address, _ONE + _GOES))
            else:
                taken[entry["principal"]] = each, entry
    return list(taken.values()), tuple(notes)


def moved(key: str, found: Iterable[tuple[Resource, dict[str, Any]]]) -> list[tuple[str, str]]:
    """Return where a CA's permission is, and where a rendered stack has it."""
    return [(each.address, f"module.{module_names.permission(key)}.{each.type}.this") for each, _ in found]


def _entry(permission: Resource) -> dict[str, Any]:
    """Return a permission's entry, its actions in the order of the documentation."""
    actions = permission.attributes["actions"]
    strange = [name for name in actions if name not in facts.ALL_PERMISSION_ACTIONS]
    return {
        "principal": permission.attributes["principal"],
        "actions": [*(name for name in facts.ALL_PERMISSION_ACTIONS if name in actions), *strange],
    }
