"""Terraform state (version 4, any backend, Terraform or OpenTofu) -> inventory.

Format: https://developer.hashicorp.com/terraform/internals/json-format describes its public sibling; version 4 itself
is what `terraform state pull` prints.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.inventory import ATTRIBUTES, Inventory, Remark, Resource
from pcaform.problems import Failure

_VERSION = 4
_OURS = "aws_acmpca_"


def read(content: bytes, name: str) -> Inventory:
    """Return what a state holds about private CAs and their issuers.

    Raises Failure for anything that is not a whole, readable state of version 4.
    """
    state = _state(content, name)
    try:
        return _inventory(state)
    except (KeyError, TypeError, AttributeError):
        raise Failure(f"{name}: a resource in the state is not whole: the state is damaged or was edited") from None


def _inventory(state: Mapping[str, Any]) -> Inventory:
    found, remarks = [], []
    for resource in state["resources"]:
        if resource.get("mode") != "managed":
            continue
        kind = str(resource.get("type"))
        for address, attributes in _instances(resource):
            if kind in ATTRIBUTES:
                allowed = {key: value for key, value in attributes.items() if key in ATTRIBUTES[kind]}
                found.append(Resource(kind, address, allowed))
            elif kind.startswith(_OURS):
                remarks.append(Remark("left out", address, f"'{kind}' is not built yet in this release"))
    return Inventory(tuple(found), tuple(remarks))


def _state(content: bytes, name: str) -> Mapping[str, Any]:
    if not content.strip():
        raise Failure(f"{name}: the state is empty: nothing was applied yet, or the wrong workspace is selected")
    try:
        state = json.loads(content)
    except (ValueError, RecursionError):
        raise Failure(f"{name}: not a whole JSON document: take the output of 'terraform state pull'") from None
    if isinstance(state, Mapping) and "encrypted_data" in state:
        raise Failure(f"{name}: the state is encrypted: use 'tofu state pull', which decrypts it")
    if not isinstance(state, Mapping) or "version" not in state or "format_version" in state:
        raise Failure(f"{name}: not a Terraform state: take the output of 'terraform state pull'")
    if state["version"] != _VERSION:
        raise Failure(
            f"{name}: state version {state['version']}, only {_VERSION} is read: upgrade with Terraform 0.12+"
        )
    if not isinstance(state.get("resources"), list):
        raise Failure(f"{name}: the state has no list of resources: it is damaged or cut off")
    return state


def _instances(resource: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    base = ".".join(part for part in (resource.get("module"), resource.get("type"), resource.get("name")) if part)
    for instance in resource.get("instances", []):
        index = instance.get("index_key")
        address = base if index is None else f"{base}[{json.dumps(index)}]"
        if not instance.get("deposed"):
            yield address, instance.get("attributes") or {}
