"""Reads a state from `terraform state pull`, and builds the state to push: with added entries, or restored.

Entries are for resources that a plan (JSON) would create, but that may exist already. Terraform's plan has the address,
every argument, the provider and the schema version. Only the id is built here, so that the provider can read the
object; Terraform's refresh removes entries of objects that do not exist at AWS. Formats:
https://developer.hashicorp.com/terraform/internals/json-format, and the provider's documentation for ids.

`state push` accepts the same lineage with a serial higher than the stored one (tried with Terraform 1.11, see
docs/decisions/adopt.md). So a push with exactly the next serial is refused if another run wrote since the pull.
Moves that a state has absorbed are removed from the spec; its other lines stay unchanged.
"""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pcaform.core.problems import Failure, Invalid
from pcaform.spec import yaml_reader
from pcaform.spec.extends import base_data, own_data
from pcaform.spec.yaml_reader import Document
from pcaform.terraform import addresses
from pcaform.terraform import resource_types as types

_VERSION = 4
_DAMAGED = "the pulled state is damaged or was edited"

Attributes = Mapping[str, Any]

_IDS: Mapping[str, tuple[tuple[str, ...], Callable[[Attributes, str], str]]] = {
    types.PERMISSION: (
        ("certificate_authority_arn", "principal", "actions"),
        lambda after, _: f"{after['certificate_authority_arn']},{after['principal']},",
    ),
    types.SHARE: (("resource_arn",), lambda after, _: str(after["resource_arn"])),
    types.IAM_POLICY: (("name", "path"), lambda after, account: f"{account}:policy{after['path']}{after['name']}"),
    types.IAM_USER: (("name",), lambda after, _: str(after["name"])),
    types.IAM_ROLE: (("name",), lambda after, _: str(after["name"])),
    types.IAM_USER_POLICY_ATTACHMENT: (
        ("user", "policy_arn"),
        lambda after, _: f"{after['user']}-{after['policy_arn']}",
    ),
    types.IAM_ROLE_POLICY_ATTACHMENT: (
        ("role", "policy_arn"),
        lambda after, _: f"{after['role']}-{after['policy_arn']}",
    ),
}
"""Resource type -> the arguments that must be known, and a function of them and of `arn:...::account` for the id."""
_MOVES = "moves"


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


def without_checks(state: State) -> dict[str, Any]:
    """Return a state's document without the results of checks, which Terraform writes in another order at each pull."""
    return {**state.document, "check_results": None}


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
    attributes = dict(entry.attributes)
    return {**key, "schema_version": entry.schema_version, "attributes": attributes, "sensitive_attributes": []}


def _address(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    base = ".".join(part for part in (resource.get("module"), resource["type"], resource["name"]) if part)
    index = instance.get("index_key")
    return base if index is None else addresses.with_key(base, index)


def planned_entries(plan: Mapping[str, Any], iam: str) -> Iterator[Entry]:
    """Yield an entry for each planned create of a known type; `iam` is `arn:PARTITION:iam::ACCOUNT`."""
    for change in plan.get("resource_changes", []):
        required, build_id = _IDS.get(change["type"], ((), None))
        after = change["change"].get("after") or {}
        is_known = all(after.get(name) is not None for name in required)
        if build_id is not None and change["change"]["actions"] == ["create"] and is_known:
            yield _entry(change, {**after, "id": build_id(after, iam)}, plan["configuration"])


def _entry(change: Mapping[str, Any], attributes: dict[str, Any], configuration: Mapping[str, Any]) -> Entry:
    module = change.get("module_address", "")
    block, module_path = _find_block(change, configuration["root_module"])
    if change["type"] == types.IAM_POLICY:
        attributes["arn"] = attributes["id"]
    return Entry(
        address=change["address"],
        module=module,
        type=change["type"],
        name=change["name"],
        index=change.get("index"),
        provider=_provider(block["provider_config_key"], change["provider_name"], configuration, module_path),
        schema_version=block["schema_version"],
        attributes=attributes,
    )


def _find_block(change: Mapping[str, Any], module: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """Return the configuration block of a changed resource, and the path of its module."""
    path = addresses.modules(change.get("module_address", ""))
    for name in path:
        module = module["module_calls"][name]["module"]
    for resource in module["resources"]:
        if (resource["type"], resource["name"]) == (change["type"], change["name"]):
            return resource, ".".join(f"module.{name}" for name in path)
    raise KeyError(change["address"])


def _provider(key: str, full_name: str, configuration: Mapping[str, Any], module_path: str) -> str:
    """Return a provider's address in the format of states: module, source and alias."""
    provider = configuration.get("provider_config", {}).get(key, {})
    alias = provider.get("alias")
    owner = f"{module_path}." if provider.get("module_address") else ""
    return f'{owner}provider["{full_name}"]' + (f".{alias}" if alias else "")


@dataclass(frozen=True, slots=True)
class FinishedSpec:
    """The new content, and the old addresses of removed moves and of those that the state has not absorbed yet.

    `in_bases` are those that bases have, by the place; they stay, also where the spec has the same address.
    """

    content: bytes
    removed: tuple[str, ...]
    remaining: tuple[str, ...]
    in_bases: Mapping[str, str]


def remove_absorbed_moves(document: Document, content: bytes, state: State) -> FinishedSpec:
    """Return a spec without absorbed moves, and without `moves` if none remains; comments on separate lines stay.

    A move is absorbed once the state has nothing at its old address and something at its new one. Raises Failure if
    removing lines would change more than that: `moves` in flow style on one line, or a value over several lines.
    """
    own: Document = replace(document, data=own_data(document), layers=())
    in_bases = {
        old: str(document.location((_MOVES, old), of_key=True)) for old in base_data(document).get(_MOVES) or {}
    }
    moves = {old: new for old, new in (own.data.get(_MOVES) or {}).items() if old not in in_bases}
    kept = {old: new for old, new in (own.data.get(_MOVES) or {}).items() if old in in_bases}
    instances = [addresses.parse(address).steps for _, address, _ in state.instances()]
    removed = tuple(old for old, new in moves.items() if not _exists(old, instances) and _exists(new, instances))
    remaining = tuple(old for old in moves if old not in removed)
    numbers = _line_numbers(own, removed, is_empty=not remaining and not kept) if removed else set()
    lines = enumerate(content.splitlines(keepends=True), start=1)
    result = b"".join(line for number, line in lines if number not in numbers)
    if _read_data(result, document.path) != {**own.data, _MOVES: kept | {old: moves[old] for old in remaining}}:
        raise Failure(f"{document.path}: 'moves' does not have one line for each move: remove these by hand: {removed}")
    return FinishedSpec(result, removed, remaining, in_bases)


def _exists(address: str, instances: Sequence[tuple[object, ...]]) -> bool:
    """Tell whether a state has an instance at an address, or below that resource or module."""
    steps = addresses.parse(address).steps
    return any(instance[: len(steps)] == steps for instance in instances)


def _line_numbers(document: Document, removed: tuple[str, ...], *, is_empty: bool) -> set[int]:
    """Return the line numbers of removed moves, and of the key `moves` itself if none remains."""
    numbers = {document.position((_MOVES,), of_key=True)[0]} if is_empty else set()
    for old in removed:
        first, last = document.position((_MOVES, old), of_key=True)[0], document.position((_MOVES, old))[0]
        numbers |= set(range(first, last + 1))
    return numbers


def _read_data(content: bytes, path: str) -> Mapping[str, object]:
    """Return a spec's data, with an empty `moves` if there is none; empty for content that is not a spec any more."""
    try:
        data = yaml_reader.parse(content, path).data
    except Invalid:
        return {}
    return {**data, _MOVES: data.get(_MOVES) or {}}
