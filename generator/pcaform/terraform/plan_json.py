"""Reads the changes from the output of `terraform show -json PLAN`; raises Failure for what it cannot read.

Format: https://developer.hashicorp.com/terraform/internals/json-format, which OpenTofu writes as well. Planned
changes are in `resource_changes` and `errored`; `resource_drift`, which lists past changes, is only used for what was
deleted outside Terraform, and `prior_state` for the other objects and for what data sources read.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pcaform.core.problems import Failure

Changes = dict[str, tuple[str, ...]]
"""The actions of resources, by address."""
_QUIET = ({"no-op"}, {"read"})
_MAJOR = "1"
_TAKE = "take the output of 'terraform show -json PLAN'"
_ZIP = b"PK\x03\x04"
_PARTS = {
    *("format_version", "terraform_version", "timestamp", "variables", "configuration", "prior_state", "checks"),
    *("planned_values", "resource_drift", "resource_changes", "deferred_changes", "output_changes"),
    *("action_invocations", "deferred_action_invocations", "relevant_attributes", "applyable", "complete", "errored"),
}
"""The parts of a plan of Terraform 1.10 to 1.17 and OpenTofu 1.10 to 1.13, read in their sources."""
_TAINTING = re.compile(r"(?!.*(Halt|Continue)$).+")
"""An `on_failure` after which a resource that was just created is tainted, so that the next plan replaces it."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """The change of one object; two are the same only if they are one, so that an analysis can be kept for it.

    `actions` are Terraform's words in its order; `before` is the object as it is, `after` as it will be as far
    as that is known, and `unknown` names the unknown arguments. `reason` is Terraform's `action_reason`, `paths` are
    the arguments that force a replacement, in the form `subject[0].country`. `deposed` is the key of an object that a
    replacement has left behind, or empty. `secret` names the arguments that may not be shown, as they are and as they
    will be. `importing` is the id that is imported and `moved_from` the address of before, or empty.
    """

    address: str
    type: str
    actions: tuple[str, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    unknown: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    paths: tuple[str, ...] = ()
    deposed: str = ""
    secret: tuple[Any, Any] = (False, False)
    importing: str = ""
    moved_from: str = ""

    @property
    def full_address(self) -> str:
        """The address of the changed object, with the key of a deposed object."""
        return f"{self.address} (deposed {self.deposed})" if self.deposed else self.address

    @property
    def is_destroyed(self) -> bool:
        """Whether the existing object is destroyed; Terraform asks readers to look for the action 'delete'."""
        return "delete" in self.actions

    @property
    def is_replaced(self) -> bool:
        """Whether another object takes its place; the old one is destroyed, or only forgotten (OpenTofu)."""
        return "create" in self.actions and (self.is_destroyed or "forget" in self.actions)

    @property
    def is_created(self) -> bool:
        """Whether an object is created where none exists."""
        return "create" in self.actions and not self.is_replaced

    @property
    def is_updated(self) -> bool:
        """Whether the object stays and its arguments change."""
        return "update" in self.actions


@dataclass(frozen=True, slots=True)
class Resource:
    """An object as it is before the plan; `deposed` as in a change."""

    address: str
    type: str
    values: Mapping[str, Any]
    deposed: str = ""


@dataclass(frozen=True, slots=True)
class Invocation:
    """An action of Terraform 1.14 or later that a plan invokes: its address, and the event and resource that ask."""

    address: str
    event: str = ""
    resource: str = ""
    is_tainting: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: its changes, and whether Terraform stopped before it was complete.

    `resources` are the objects of the state, `read` those that its data sources have just read, `gone` those that
    were deleted outside, by their address. `deferred` are the changes that Terraform leaves to a later plan, and
    `actions` the actions that it invokes, in this plan or a later one. `novelties` are the parts that only a later
    release knows. `is_partial` means that a target, for example, left something out. `configuration` is the root
    module in the files, None between two specs; `providers` are the provider blocks by their key in it, `variables`
    the values of the root module's variables.
    """

    changes: tuple[Change, ...]
    is_errored: bool
    resources: tuple[Resource, ...] = ()
    gone: Mapping[str, Resource] = field(default_factory=dict)
    deferred: tuple[Change, ...] = ()
    actions: tuple[Invocation, ...] = ()
    novelties: tuple[str, ...] = ()
    is_partial: bool = False
    read: tuple[Resource, ...] = ()
    configuration: Mapping[str, Any] | None = None
    providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)


def read(content: bytes, name: str) -> Plan:
    """Return the plan in a file's bytes (UTF-8, or UTF-16 as PowerShell redirects); raises Failure for all else."""
    document = _document(content, name)
    errored = document.get("errored")
    if not isinstance(errored, bool):
        raise Failure(
            f"{name}: the plan does not say whether it is complete ('errored'): use Terraform or OpenTofu 1.10+"
        )
    try:
        state, planned = (
            _object(_object(values).get("root_module"))
            for values in (_object(document.get("prior_state")).get("values"), document["planned_values"])
        )
        objects = (each for module in (state, planned) for each in _resources(module, "managed"))
        if "resource_changes" not in document and any(True for _ in objects):
            raise Failure(f"{name}: has objects and no 'resource_changes', so what changes is not there: {_TAKE}")
        configuration = _object(document.get("configuration"))
        return Plan(
            tuple(_change(record) for record in _list(document, "resource_changes")),
            errored,
            tuple(_resources(state, "managed")),
            {each.address: each for each in _gone(_list(document, "resource_drift"))},
            deferred=tuple(_change(each["resource_change"]) for each in _list(document, "deferred_changes")),
            actions=tuple(_invocations(document)),
            novelties=unknown_parts(document),
            is_partial=document.get("complete") is False,
            read=tuple(_resources(state, "data")),
            configuration=_object(configuration.get("root_module")),
            providers={key: _object(each) for key, each in _object(configuration.get("provider_config")).items()},
            variables={name: _object(each).get("value") for name, each in _object(document.get("variables")).items()},
        )
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(f"{name}: a change in the plan does not have the format that Terraform writes: {_TAKE}") from None


def _document(content: bytes, name: str) -> Mapping[str, Any]:
    if not content.strip():
        raise Failure(f"{name}: the file is empty: {_TAKE}")
    if content.startswith(_ZIP):
        raise Failure(f"{name}: this is the plan file itself, which only Terraform can read: {_TAKE}")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise Failure(f"{name}: not a whole JSON document: {_TAKE}") from None
    if isinstance(document, dict) and "encrypted_data" in document:
        raise Failure(f"{name}: the plan is encrypted: take the output of 'tofu show -json PLAN', which decrypts it")
    version = document.get("format_version") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(version, str) or "planned_values" not in document:
        raise Failure(f"{name}: not a plan in JSON: {_TAKE}")
    if version.partition(".")[0] != _MAJOR:
        raise Failure(f"{name}: the format of the plan is {version}, only {_MAJOR}.x is supported")
    return document


def _resources(module: Mapping[str, Any], mode: str) -> Iterator[Resource]:
    """Yield the managed or the data resources of a module of the state and of the modules below it."""
    for record in _list(module, "resources"):
        if record.get("mode", "managed") == mode:
            address, deposed = (_text(text) for text in (record["address"], record.get("deposed_key", "")))
            yield Resource(address, _text(record["type"]), _object(record.get("values")), deposed)
    for child in _list(module, "child_modules"):
        yield from _resources(child, mode)


def unknown_parts(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the parts of a plan that hold something and that no release read here has."""
    return tuple(sorted(key for key, each in document.items() if key not in _PARTS and each not in (None, "", [], {})))


def _invocations(document: Mapping[str, Any]) -> Iterator[Invocation]:
    """Yield each action that is invoked, now or later."""
    later = (_object(each)["action_invocation"] for each in _list(document, "deferred_action_invocations"))
    for each in (*_list(document, "action_invocations"), *later):
        trigger = _object(each.get("lifecycle_action_trigger"))
        event, resource, failure = (
            _text(trigger.get(name, ""))
            for name in ("action_trigger_event", "triggering_resource_address", "on_failure")
        )
        yield Invocation(_text(each["address"]), event, resource, is_tainting=bool(_TAINTING.fullmatch(failure)))


def _gone(drift: list[Any]) -> Iterator[Resource]:
    for record in drift:
        if _list(record["change"], "actions") == ["delete"]:
            before = _object(record["change"].get("before"))
            yield Resource(_text(record["address"]), _text(record["type"]), before)


def _change(record: Mapping[str, Any]) -> Change:
    change = record["change"]
    importing = change.get("importing")
    return Change(
        address=_text(record["address"]),
        type=_text(record["type"]),
        actions=tuple(_text(action) for action in _list(change, "actions")),
        before=_object(change.get("before")),
        after=_object(change.get("after")),
        unknown=_mask(change.get("after_unknown")),
        reason=_text(record.get("action_reason", "")),
        paths=tuple(_path(steps) for steps in _list(change, "replace_paths")),
        deposed=_text(record.get("deposed", "")),
        secret=(change.get("before_sensitive", False), change.get("after_sensitive", False)),
        # the id of an imported object, or the parts of its identity
        importing=_text(importing.get("id") or json.dumps(importing.get("identity"), sort_keys=True))
        if importing
        else "",
        moved_from=_text(record.get("previous_address", "")),
    )


def _path(steps: Any) -> str:
    if not isinstance(steps, list):
        raise TypeError
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{_text(step)}" for step in steps)
    return written.removeprefix(".")


def _list(record: Mapping[str, Any], key: str) -> list[Any]:
    value = record.get(key, [])
    if not isinstance(value, list):
        raise TypeError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _object(value: Any) -> Mapping[str, Any]:
    """Return an object of the plan; null and `false`, which mean none, are empty."""
    if value not in (None, False) and not isinstance(value, dict):
        raise TypeError
    return value or {}


def _mask(value: Any) -> Mapping[str, Any]:
    """Return the unknown arguments; an object that is unknown as a whole cannot be checked."""
    if value is True:
        raise TypeError
    return _object(value)


def list_changes(plan: Mapping[str, Any]) -> Changes:
    """Return the actions of each resource that a plan changes, by address; imports and moves alone are not changes."""
    return {
        change["address"]: tuple(change["change"]["actions"])
        for change in plan.get("resource_changes", [])
        if set(change["change"]["actions"]) not in _QUIET
    }


def is_marked(mark: Any) -> bool:
    """Tell whether Terraform marks a value or any part of it as unknown or sensitive, with `true` instead of it."""
    inner = mark.values() if isinstance(mark, Mapping) else mark if isinstance(mark, list) else ()
    return mark is True or any(map(is_marked, inner))


def is_empty(plan: Mapping[str, Any]) -> bool:
    """Tell whether a plan is complete and changes neither a resource nor an output."""
    outputs = [change["actions"] for change in plan.get("output_changes", {}).values()]
    return not plan.get("errored") and not list_changes(plan) and all(actions == ["no-op"] for actions in outputs)
