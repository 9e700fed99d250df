"""A state as `terraform state pull` gives it -> the state that is pushed: patched, or put back, never by force.

What `state push` accepts was tried with Terraform 1.11 (docs/decisions/adopt.md): the same lineage, and a serial that
is higher than the stored one. So a push with exactly one more than was pulled is refused where somebody wrote since.
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
    """One resource instance to put into a state.

    `provider` is the provider's address as states write it, `index` the key of count or for_each, or None.
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
        """The id by which the provider reads it back."""
        return str(self.attributes["id"])


@dataclass(frozen=True, slots=True)
class State:
    """A pulled state: what it says of itself, and the whole document."""

    serial: int
    lineage: str
    document: Mapping[str, Any] = field(repr=False)

    def instances(self) -> Iterator[tuple[str, str, Attributes]]:
        """Yield type, address and attributes of each managed instance; deposed objects are not any more."""
        for resource in self.document["resources"]:
            if resource.get("mode") != "managed":
                continue
            for instance in resource["instances"]:
                if not instance.get("deposed"):
                    yield resource["type"], _address(resource, instance), instance.get("attributes") or {}


def parse(content: bytes) -> State:
    """Return the state in what was pulled; nothing at all, as before the first apply, is an empty one.

    Raises Failure for what is no state of version 4.
    """
    if not content.strip():
        return State(0, "", _new())
    try:
        document = json.loads(content)
        state = State(int(document["serial"]), str(document["lineage"]), {**_new(), **document})
        list(state.instances())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(_DAMAGED) from None
    if document.get("version") != _VERSION:
        raise Failure(f"the pulled state has version {document.get('version')}, only {_VERSION} is understood")
    return state


def patch(state: State, entries: Iterable[Entry]) -> bytes:
    """Return a state with further instances, one serial on; an unwritten one gets a lineage."""
    resources = [{**resource, "instances": list(resource["instances"])} for resource in state.document["resources"]]
    for entry in entries:
        _resource(resources, entry)["instances"].append(_instance(entry))
    return _written(state, resources, state.document.get("outputs", {}))


def restore(before: State, now: State) -> bytes:
    """Return the content of before as the successor of what is stored now."""
    return _written(now, before.document["resources"], before.document.get("outputs", {}))


def is_same(pushed: State, now: State) -> bool:
    """Tell whether what is stored is what was pushed, and nobody has written since.

    Backends store the pushed serial or one more, and give a state that had none a lineage of their own.
    """
    return now.serial in (pushed.serial, pushed.serial + 1) and _content(pushed) == _content(now)


def _content(state: State) -> Any:
    instances = sorted((address, json.dumps(found, sort_keys=True)) for _, address, found in state.instances())
    return instances, state.document.get("outputs") or {}


def _new() -> dict[str, Any]:
    return {"version": _VERSION, "serial": 0, "lineage": "", "outputs": {}, "resources": [], "check_results": None}


def _written(state: State, resources: list[Any], outputs: Mapping[str, Any]) -> bytes:
    changed = {
        "serial": state.serial + 1,
        "lineage": state.lineage or str(uuid.uuid4()),
        "resources": resources,
        "outputs": outputs,
    }
    return (json.dumps({**state.document, **changed}, indent=2) + "\n").encode()


def _resource(resources: list[dict[str, Any]], entry: Entry) -> dict[str, Any]:
    """Return the resource that an instance belongs to, added where the state has none of it."""
    wanted = {"mode": "managed", "type": entry.type, "name": entry.name}
    if entry.module:
        wanted = {"module": entry.module, **wanted}
    for resource in resources:
        if {name: resource.get(name) for name in ("module", *wanted)} == {"module": None, **wanted}:
            return resource
    made: dict[str, Any] = {**wanted, "provider": entry.provider, "instances": []}
    resources.append(made)
    return made


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
