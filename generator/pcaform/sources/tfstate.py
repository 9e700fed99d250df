"""Reads states and plans of Terraform and OpenTofu (state version 4, `terraform show -json`) to an inventory.

Formats: `terraform state pull` prints version 4; `show -json` of a state or plan is described on
https://developer.hashicorp.com/terraform/internals/json-format.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pcaform.core.garbage_collection import gc_paused
from pcaform.core.problems import Failure
from pcaform.sources.inventory import ImportNote, Inventory, Resource, find_cas
from pcaform.terraform.addresses import strip_keys, with_key
from pcaform.terraform.plan_json import is_marked
from pcaform.terraform.resource_types import ACMPCA_PREFIX, AUTHORITY
from pcaform.terraform.schema import ATTRIBUTES, STATE, SourceKind

_DATA = "data"
_SECRET = "PRIVATE KEY-----"  # noqa: S105 - marks the start of a key
VERSION = 4
_FORMAT_VERSION = "format_version"
_PLAN_FILE = b"PK\x03\x04"
_ADVICE = "use the output of 'terraform state pull' or 'terraform show -json'"


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance of a resource in either format; `hidden` has the names of attributes that are marked sensitive.

    `deposed` is the key of a deposed object: it was replaced and is still to be deleted.
    """

    type: str
    address: str
    is_data: bool
    attributes: Mapping[str, Any]
    hidden: frozenset[str]
    provider: str | None = None
    deposed: str = ""
    is_tainted: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.attributes, Mapping):
            raise TypeError("attributes must be a mapping")


def read(content: bytes, name: str, *, is_applied: bool = False) -> Inventory:
    """Return the private CAs in a state or plan, with the resources that use them; no plan where `is_applied`.

    Raises Failure for documents that are incomplete or damaged.
    """
    document = _decode(content, name)
    if is_applied and document.get("version") != VERSION:
        raise Failure(f"{name}: this does not show for sure what was applied: use the output of 'terraform state pull'")
    try:
        return build_inventory(_instances(document))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Failure(f"{name}: a resource in the state is incomplete: the state is damaged or was edited") from None


def build_inventory(instances: Iterable[Instance], source: SourceKind = STATE) -> Inventory:
    """Return the resources about CAs among some instances, without secrets, and notes on the others about CAs.

    Other resources are counted by address, without keys.
    """
    others: Counter[str] = Counter()
    used: dict[str, str] = {}
    resources: list[Resource] = []
    notes: list[ImportNote] = []
    replaced: set[str] = set()
    for instance in instances:
        if not is_relevant(instance.type):
            others.update([] if instance.is_data else [strip_keys(instance.address)])
            shown = [value for name, value in instance.attributes.items() if name not in instance.hidden]
            for arn in find_cas(shown):
                used.setdefault(arn, str(instance.attributes.get("arn")))
            continue
        notes += _destroy_notes(instance)
        kind, address = instance.type, instance.address
        if instance.deposed or instance.is_tainted:
            replaced.add(address)
        if instance.deposed:
            continue
        if kind in ATTRIBUTES and (kind == AUTHORITY or not instance.is_data):
            allowed = {key: value for key, value in instance.attributes.items() if key in ATTRIBUTES[kind]}
            unread = frozenset(key for key, value in allowed.items() if key in instance.hidden or _is_secret(value))
            visible = {key: value for key, value in allowed.items() if key not in unread}
            found = Resource(kind, address, visible, is_reference=instance.is_data, provider=instance.provider)
            resources.append(replace(found, unread=unread))
            reason = f"'{{}}' is marked sensitive in the {source.noun}, so it was not read"
            notes += [ImportNote("unknown", address, reason.format(key)) for key in sorted(unread)]
        elif not instance.is_data and kind.startswith(ACMPCA_PREFIX):
            notes.append(ImportNote("left out", address, f"a spec has no field for '{kind}'"))
    marked = (replace(each, is_replaced=True) if each.address in replaced else each for each in resources)
    return Inventory(tuple(marked), tuple(notes), source=source, others=others, used=used)


def _destroy_notes(instance: Instance) -> Iterator[ImportNote]:
    """Yield notes on instances that any plan destroys or replaces because of their mark in the state."""
    if instance.deposed:
        address = f"{instance.address} (deposed object {instance.deposed})"
        reason = "it was replaced and is still to be deleted: a plan with its address in it deletes it"
        yield ImportNote("left out", address, reason)
    elif instance.is_tainted:
        reason = (
            f"it is tainted, so a plan replaces it: if it is intact, run 'terraform untaint {instance.address}' first"
        )
        yield ImportNote("left out", f"{instance.address} (tainted)", reason)


def _is_secret(value: Any) -> bool:
    """Tell whether a value contains a private key, at any depth."""
    return _SECRET in (value if isinstance(value, str) else repr(value))


def is_relevant(kind: Any) -> bool:
    """Tell whether a type of resource is about CAs or their users."""
    return kind in ATTRIBUTES or (isinstance(kind, str) and kind.startswith(ACMPCA_PREFIX))


def _instances(document: Mapping[str, Any]) -> Iterable[Instance]:
    """Return the instances of all resources."""
    if "resources" in document:
        return [instance for resource in document["resources"] for instance in _state_instances(resource)]
    prior = list(_shown_instances((document.get("prior_state") or {}).get("values")))
    planned = list(_shown_instances(document.get("values") or document.get("planned_values")))
    # Planned resources have no ARN yet, so prior ones are preferred if there is a CA among them.
    return prior if any(each.type == AUTHORITY for each in prior) else planned


def _base_address(resource: Mapping[str, Any]) -> str:
    """Return the address of a resource in a state of version 4, without the key of an instance."""
    mode = _DATA if resource["mode"] == _DATA else None
    return ".".join(part for part in (resource.get("module"), mode, str(resource["type"]), resource["name"]) if part)


def _state_instances(resource: Mapping[str, Any]) -> Iterator[Instance]:
    """Yield the instances of a resource in a state of version 4."""
    kind, is_data = resource["type"], resource["mode"] == _DATA
    base = _base_address(resource)
    alias = str(resource.get("provider") or "").rpartition('"]')[2].removeprefix(".")
    if not isinstance(resource["instances"], list):
        raise TypeError("instances must be a list")
    for instance in resource["instances"]:
        index = instance.get("index_key")
        attributes = instance.get("attributes")
        paths = instance.get("sensitive_attributes") or ()
        yield Instance(
            kind,
            base if index is None else with_key(base, index),
            is_data,
            {} if attributes is None else attributes,
            frozenset(str(path[0]["value"]) for path in paths if path),
            provider=alias,
            deposed=str(instance.get("deposed") or ""),
            is_tainted=instance.get("status") == "tainted",
        )


def _shown_instances(values: Any) -> Iterator[Instance]:
    """Yield the instances of all modules in the output of `show -json`."""
    modules = [values["root_module"]] if values and "root_module" in values else []
    while modules:
        module = modules.pop(0)
        modules += module.get("child_modules") or ()
        for resource in module.get("resources") or ():
            hidden, shown = resource.get("sensitive_values") or {}, resource.get("values")
            yield Instance(
                resource["type"],
                resource["address"],
                resource["mode"] == _DATA,
                {} if shown is None else shown,
                frozenset(name for name, mark in hidden.items() if is_marked(mark)),
                deposed=str(resource.get("deposed_key") or ""),
                is_tainted=resource.get("tainted") is True,
            )


def _decode(content: bytes, name: str) -> Mapping[str, Any]:
    """Return the document: a state of version 4, or the output of `terraform show -json`.

    Raises Failure that says what was found and what to do, but never shows a part of the content.
    """
    if not content.strip():
        raise Failure(f"{name}: the state is empty: nothing has been applied yet, or the wrong workspace is selected")
    if content.startswith(_PLAN_FILE):
        raise Failure(
            f"{name}: a plan file, which only Terraform can read: use the output of 'terraform show -json {name}'"
        )
    try:
        with gc_paused():
            document = json.loads(content)
    except (ValueError, RecursionError):
        raise Failure(f"{name}: not a complete JSON document: {_ADVICE}") from None
    if isinstance(document, Mapping) and "encrypted_data" in document:
        raise Failure(f"{name}: the state is encrypted: use 'tofu state pull' or 'tofu show -json', which decrypt it")
    if not isinstance(document, Mapping) or not ("version" in document or _FORMAT_VERSION in document):
        raise Failure(f"{name}: not a Terraform state: {_ADVICE}")
    if _FORMAT_VERSION not in document:
        _check_state(document, name)
    elif not any(isinstance(document.get(part), Mapping) for part in ("values", "planned_values", "prior_state")):
        raise Failure(f"{name}: nothing has been applied or planned yet: it has no values")
    return document


def _check_state(document: Mapping[str, Any], name: str) -> None:
    version = document["version"]
    if isinstance(document.get("backend"), Mapping):
        raise Failure(f"{name}: this file only describes the backend of a state: {_ADVICE} in its directory")
    if version != VERSION:
        shown_version = version if isinstance(version, int) else "that is not a number"
        problem = f"state version {shown_version} is not supported, only {VERSION}"
        is_later = isinstance(version, int) and version > VERSION
        advice = "a later release wrote it" if is_later else "upgrade the state with Terraform 0.12 or later"
        raise Failure(f"{name}: {problem}: {advice}")
    if not isinstance(document.get("resources"), list):
        raise Failure(f"{name}: the state has no list of resources: it is damaged or incomplete")
