"""Terraform's states and plans (state version 4, `terraform show -json`; OpenTofu's too) -> inventory.

Formats: version 4 is what `terraform state pull` prints; that of `show -json`, of a state and of a plan alike, is on
https://developer.hashicorp.com/terraform/internals/json-format.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.inventory import ATTRIBUTES, ImportNote, Inventory, Resource
from pcaform.sources.state_text import decode
from pcaform.terraform.addresses import with_key
from pcaform.terraform.plan_changes import is_marked

_OURS = "aws_acmpca_"
_CA = "aws_acmpca_certificate_authority"
_DATA = "data"
_SECRET = "PRIVATE KEY-----"  # noqa: S105 - how a key would be told


@dataclass(frozen=True, slots=True)
class _Instance:
    """One instance of a resource, as either format has it; `hidden` names the attributes that are marked sensitive.

    `deposed` is the key of an object that was replaced and is still to be deleted.
    """

    type: str
    address: str
    mode: str
    attributes: Mapping[str, Any]
    hidden: frozenset[str]
    provider: str = ""
    deposed: str = ""
    is_tainted: bool = False


def read(content: bytes, name: str) -> Inventory:
    """Return what a state or plan holds about private CAs and who uses them.

    Raises Failure for anything that is not whole and readable.
    """
    document = decode(content, name)
    others: Counter[str] = Counter()
    try:
        return _inventory(_instances(document, others), others)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Failure(f"{name}: a resource in the state is not whole: the state is damaged or was edited") from None


def _inventory(instances: Iterator[_Instance], others: Mapping[str, int]) -> Inventory:
    found: list[Resource] = []
    notes: list[ImportNote] = []
    for each in instances:
        notes += _doomed(each)
        if each.deposed:
            continue
        if each.type in ATTRIBUTES and (each.mode != _DATA or each.type == _CA):
            allowed = {key: value for key, value in each.attributes.items() if key in ATTRIBUTES[each.type]}
            shown = {key: value for key, value in allowed.items() if key not in each.hidden and not _is_secret(value)}
            is_reference = each.mode == _DATA
            found.append(Resource(each.type, each.address, shown, is_reference=is_reference, provider=each.provider))
            notes += [
                ImportNote("unknown", each.address, f"'{key}' is marked sensitive there: it was not read")
                for key in sorted(set(allowed) - set(shown))
            ]
        elif each.mode != _DATA and each.type.startswith(_OURS):
            notes.append(ImportNote("left out", each.address, f"'{each.type}' is of no kind that a spec has"))
    return Inventory(tuple(found), tuple(notes), others=others)


def _doomed(instance: _Instance) -> Iterator[ImportNote]:
    """Say what any plan destroys or replaces because of the state alone."""
    if instance.deposed:
        address = f"{instance.address} (deposed object {instance.deposed})"
        reason = (
            "it was replaced and waits for its deletion: the next apply deletes it, whatever protects it. See to it "
            "before a stack is applied over this state"
        )
        yield ImportNote("left out", address, reason)
    elif instance.is_tainted:
        reason = f"it is tainted, so a plan replaces it: 'terraform untaint {instance.address}' first, if it is whole"
        yield ImportNote("left out", f"{instance.address} (tainted)", reason)


def _is_secret(value: Any) -> bool:
    if isinstance(value, str):
        return _SECRET in value
    if isinstance(value, Mapping):
        return any(map(_is_secret, value.values()))
    return isinstance(value, list) and any(map(_is_secret, value))


def _is_wanted(kind: Any) -> bool:
    return kind in ATTRIBUTES or (isinstance(kind, str) and kind.startswith(_OURS))


def _instances(document: Mapping[str, Any], others: Counter[str]) -> Iterator[_Instance]:
    """Yield what is about CAs and who uses them, and count all else by type."""
    if "resources" in document:
        for resource in document["resources"]:
            if _is_wanted(resource.get("type")):
                yield from _of_state(resource)
            elif resource.get("mode") == "managed":
                others[str(resource.get("type"))] += _length(resource)
        return
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    prior = list(_shown((document.get("prior_state") or {}).get("values"), before))
    planned = list(_shown(document.get("values") or document.get("planned_values"), after))
    # What a plan would make has no ARN yet, so what exists says more, where anything does.
    is_there = any(each.type == _CA for each in prior)
    others.update(before if is_there else after)
    yield from prior if is_there else planned


def _length(resource: Mapping[str, Any]) -> int:
    if not isinstance(resource["instances"], list):
        raise TypeError("instances are a list")
    return len(resource["instances"])


def _of_state(resource: Mapping[str, Any]) -> Iterator[_Instance]:
    """Yield the instances of a resource in a state of version 4."""
    mode, kind = resource["mode"], resource["type"]
    parts = (resource.get("module"), _DATA if mode == _DATA else None, kind, resource["name"])
    base = ".".join(part for part in parts if part)
    alias = str(resource.get("provider") or "").rpartition('"]')[2].removeprefix(".")
    for instance in resource["instances"]:
        index = instance.get("index_key")
        address = base if index is None else with_key(base, index)
        paths = instance.get("sensitive_attributes") or ()
        hidden = frozenset(str(path[0]["value"]) for path in paths if path)
        yield _Instance(
            kind,
            address,
            mode,
            _mapping(instance.get("attributes")),
            hidden,
            provider=alias,
            deposed=str(instance.get("deposed") or ""),
            is_tainted=instance.get("status") == "tainted",
        )


def _shown(values: Any, others: Counter[str]) -> Iterator[_Instance]:
    """Yield the resources that `show -json` prints, of all modules."""
    modules = [values["root_module"]] if values and "root_module" in values else []
    while modules:
        module = modules.pop(0)
        modules += module.get("child_modules") or ()
        for resource in module.get("resources") or ():
            if _is_wanted(resource["type"]):
                hidden = resource.get("sensitive_values") or {}
                marked = frozenset(name for name, mark in hidden.items() if is_marked(mark))
                values = _mapping(resource.get("values"))
                yield _Instance(
                    resource["type"],
                    resource["address"],
                    resource["mode"],
                    values,
                    marked,
                    deposed=str(resource.get("deposed_key") or ""),
                    is_tainted=resource.get("tainted") is True,
                )
            elif resource.get("mode") == "managed":
                others[resource["type"]] += 1


def _mapping(value: Any) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError("attributes are a mapping")
    return value
