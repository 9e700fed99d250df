"""Reads a state from `terraform state pull`, and builds the state to push: with added entries, or restored.

`state push` accepts the same lineage with a serial higher than the stored one (tried with Terraform 1.11, see
docs/decisions/adopt.md). So a push with exactly the next serial is refused if another run wrote since the pull.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pcaform.core.problems import Failure

_VERSION = 4
_DAMAGED = "the pulled state is damaged or was edited"

Attributes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource instance to add to a state.

    `provider` is the provider's address in the format of states, `index` the key of count or for_each, or None.
    """

    address: str
    module: str
    type: str
    name: str
    index: int | str | None
    provider: str
    schema_version: int
    attributes: Attributes = field(repr=False)

    @property
    def id(self) -> str:
        """The id with which the provider reads the object."""
        return str(self.attributes["id"])


@dataclass(frozen=True, slots=True)
class State:
    """A pulled state: its serial, lineage and whole document."""

    serial: int
    lineage: str
    document: Mapping[str, Any] = field(repr=False)

    def instances(self) -> Iterator[tuple[str, str, Attributes]]:
        """Yield type, address and attributes of each managed instance, without deposed objects."""
        for resource in self.document["resources"]:
            if resource.get("mode") != "managed":
                continue
            for instance in resource["instances"]:
                if not instance.get("deposed"):
                    yield resource["type"], _address(resource, instance), instance.get("attributes") or {}


def parse_state(content: bytes) -> State:
    """Return the pulled state; empty content, as before the first apply, is an empty state.

    Raises Failure for anything but a state of version 4.
    """
    if not content.strip():
        return State(0, "", _empty_document())
    try:
        document = json.loads(content)
        state = State(int(document["serial"]), str(document["lineage"]), {**_empty_document(), **document})
        list(state.instances())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(_DAMAGED) from None
    if document.get("version") != _VERSION:
        raise Failure(f"the pulled state has version {document.get('version')}, only {_VERSION} is understood")
    return state


def add_entries(state: State, entries: Iterable[Entry]) -> bytes:
    """Return a state with added instances and the next serial; a new state gets a lineage."""
    resources = [{**resource, "instances": list(resource["instances"])} for resource in state.document["resources"]]
    for entry in entries:
        _find_resource(resources, entry)["instances"].append(_instance(entry))
    return _serialize(state, resources, state.document.get("outputs", {}))


def restore_state(before: State, now: State) -> bytes:
    """Return the previous content as the successor of the stored state."""
    return _serialize(now, before.document["resources"], before.document.get("outputs", {}))


def is_same_state(pushed: State, now: State) -> bool:
    """Tell whether the stored state is the pushed one, so that no other run has written since.

    Backends store the pushed serial or one more, and may give a new state another lineage.
    """
    return now.serial in (pushed.serial, pushed.serial + 1) and _content(pushed) == _content(now)


def _content(state: State) -> Any:
    instances = sorted((address, json.dumps(values, sort_keys=True)) for _, address, values in state.instances())
    return instances, state.document.get("outputs") or {}


def _empty_document() -> dict[str, Any]:
    return {"version": _VERSION, "serial": 0, "lineage": "", "outputs": {}, "resources": [], "check_results": None}


def _serialize(state: State, resources: list[Any], outputs: Mapping[str, Any]) -> bytes:
    changed = {
        "serial": state.serial + 1,
        "lineage": state.lineage or str(uuid.uuid4()),
        "resources": resources,
        "outputs": outputs,
    }
    return (json.dumps({**state.document, **changed}, indent=2) + "\n").encode()


def _find_resource(resources: list[dict[str, Any]], entry: Entry) -> dict[str, Any]:
    """Return the resource of an instance; it is added if the state does not have it."""
    identity = {"mode": "managed", "type": entry.type, "name": entry.name}
    if entry.module:
        identity = {"module": entry.module, **identity}
    for resource in resources:
        if {name: resource.get(name) for name in ("module", *identity)} == {"module": None, **identity}:
            return resource
    added: dict[str, Any] = {**identity, "provider": entry.provider, "instances": []}
    resources.append(added)
    return added


def _instance(entry: Entry) -> dict[str, Any]:
    key = {} if entry.index is None else {"index_key": entry.index}
    return {
        **key,
        "schema_version": entry.schema_version,
        "attributes": dict(entry.attributes),
        "sensitive_attributes": [],
    }


def _address(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    base = ".".join(part for part in (resource.get("module"), resource["type"], resource["name"]) if part)
    index = instance.get("index_key")
    return base if index is None else f"{base}[{json.dumps(index)}]"
