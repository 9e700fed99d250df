"""Infers the permissions of a CA, each separately: an invalid one does not exclude its CA."""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from pcaform.core import facts
from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.core.renewal import is_for_own_account
from pcaform.importer.infer.ca_index import text
from pcaform.importer.infer.entry import INCOMPLETE_RESOURCE, describe_reason
from pcaform.sources.inventory import ImportNote, Resource
from pcaform.spec.cas import Permission
from pcaform.terraform import module_names

_DUPLICATE = "AWS keeps one permission for each principal and CA"
_REMOVE = ". If a state has it, remove it there before applying a stack over it, else Terraform deletes the permission"


def infer_permissions(
    found: Iterable[Resource],
) -> tuple[list[tuple[Resource, dict[str, Any]]], tuple[ImportNote, ...]]:
    """Return the permissions of one CA that a spec can have, each with its entry, and notes on the others."""
    taken: dict[str, tuple[Resource, dict[str, Any]]] = {}
    notes = []
    for each in found:
        if reason := _other_account(each):
            notes.append(ImportNote("left out", each.address, reason + _REMOVE))
            continue
        try:
            entry = _entry(each)
            Permission.model_validate(entry)
        except ValidationError as error:
            notes.append(ImportNote("left out", each.address, describe_reason(error) + _REMOVE))
        except PARTIAL_DATA_ERRORS:
            notes.append(ImportNote("left out", each.address, INCOMPLETE_RESOURCE + _REMOVE))
        else:
            if entry["principal"] in taken:
                notes.append(ImportNote("left out", each.address, _DUPLICATE + _REMOVE))
            else:
                taken[entry["principal"]] = each, entry
    return list(taken.values()), tuple(notes)


def permission_moves(key: str, found: Iterable[tuple[Resource, dict[str, Any]]]) -> list[tuple[str, str]]:
    """Return pairs of a permission's address and its address in a rendered stack."""
    call = module_names.permission(key)
    return [(each.address, module_names.resource(call, each.type)) for each, _ in found]


def _other_account(permission: Resource) -> str:
    """Return why a permission is not for ACM in the CA's own account; empty if it is."""
    source, arn = permission.attributes.get("source_account"), text(permission, "certificate_authority_arn")
    if "source_account" in permission.unread:
        return "for which account it is could not be read: only one for the CA's own account renews there"
    if is_for_own_account(source, arn):
        return ""
    return f"it is for ACM in account {source}: it renews nothing in the CA's own account, and a spec cannot have it"


def _entry(permission: Resource) -> dict[str, Any]:
    """Return a permission's entry, its actions in the order of the documentation."""
    actions = permission.attributes["actions"]
    unknown = [name for name in actions if name not in facts.ALL_PERMISSION_ACTIONS]
    return {
        "principal": permission.attributes["principal"],
        "actions": [*(name for name in facts.ALL_PERMISSION_ACTIONS if name in actions), *unknown],
    }
