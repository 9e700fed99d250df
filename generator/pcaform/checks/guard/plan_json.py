"""What `terraform show -json PLAN` prints -> the changes in it, checked: what cannot be read is never judged safe.

Format: https://developer.hashicorp.com/terraform/internals/json-format, which OpenTofu writes as well. What will happen
is in `resource_changes` and `errored`; `resource_drift`, which lists what has happened already, only tells what
was deleted outside, and `prior_state` which others there are, and what data sources read.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pcaform.core.problems import Failure

_MAJOR = "1"
_TAKE = "take the output of 'terraform show -json PLAN'"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Change:
    """What a plan does to one object.

    `actions` are Terraform's words in its order; `before` is the object as it is, `after` as it will be where that is
    known, and `unknown` names the arguments of which it is not. `reason` is Terraform's `action_reason`, `paths` are
    the arguments that force a replacement, in the form `subject[0].country`. `deposed` is the key of an object that a
    replacement has left behind, or empty. `secret` names the arguments that may not be shown, as they are and as they
    will be. `importing` is the id that is imported and `moved_from` the address of before, or empty.
    """

    address: str
    type: str
    actions: tuple[str, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    unknown: Mapping[str, Any]
    reason: str
    paths: tuple[str, ...]
    deposed: str
    secret: tuple[Any, Any] = (False, False)
    importing: str = ""
    moved_from: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """An object as it is before the plan; `deposed` as in a change."""

    address: str
    type: str
    values: Mapping[str, Any]
    deposed: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: all that it does, and whether Terraform stopped before it was whole.

    `resources` are the objects of the state, `read` those that its data sources have just read, `gone` those that
    were deleted outside, by their address. `is_deferred` tells that something was put off to a later plan,
    `is_partial` that a target or the like left something out.
    """

    changes: tuple[Change, ...]
    is_errored: bool
    resources: tuple[Resource, ...] = ()
    gone: Mapping[str, Resource] = field(default_factory=dict)
    is_deferred: bool = False
    is_partial: bool = False
    read: tuple[Resource, ...] = ()


def read(content: bytes, name: str) -> Plan:
    """Return the plan in a file's bytes (UTF-8, or UTF-16 as PowerShell redirects); raises Failure for all else."""
    document = _document(content, name)
    errored = document.get("errored")
    if not isinstance(errored, bool):
        raise Failure(f"{name}: the plan does not say whether it is whole ('errored'): use Terraform or OpenTofu 1.10+")
    try:
        state = _object(_object(_object(document.get("prior_state")).get("values")).get("root_module"))
        return Plan(
            tuple(_change(record) for record in _list(document, "resource_changes")),
            errored,
            tuple(_resources(state, "managed")),
            {each.address: each for each in _gone(_list(document, "resource_drift"))},
            is_deferred=bool(document.get("deferred_changes") or document.get("action_invocations")),
            is_partial=document.get("complete") is False,
            read=tuple(_resources(state, "data")),
        )
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(f"{name}: a change in the plan is not as Terraform writes it: {_TAKE}") from None


def _document(content: bytes, name: str) -> Mapping[str, Any]:
    if not content.strip():
        raise Failure(f"{name}: there is nothing in it: {_TAKE}")
    if content.startswith(_ZIP):
        raise Failure(f"{name}: this is the plan file itself, which only Terraform reads: {_TAKE}")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise Failure(f"{name}: not a whole JSON document: {_TAKE}") from None
    version = document.get("format_version") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(version, str) or "planned_values" not in document:
        raise Failure(f"{name}: not a plan in JSON: {_TAKE}")
    if version.partition(".")[0] != _MAJOR:
        raise Failure(f"{name}: the plan's format is {_printable(version)}, and only {_MAJOR}.x is understood")
    return document


def _resources(module: Mapping[str, Any], mode: str) -> Iterator[Resource]:
    """Yield what a module of the state and those below it hold: what is managed, or what data sources read."""
    for record in _list(module, "resources"):
        if record.get("mode", "managed") == mode:
            address, deposed = (_printable(_text(text)) for text in (record["address"], record.get("deposed_key", "")))
            yield Resource(address, _text(record["type"]), _object(record.get("values")), deposed)
    for child in _list(module, "child_modules"):
        yield from _resources(child, mode)


def _gone(drift: list[Any]) -> Iterator[Resource]:
    for record in drift:
        if _list(record["change"], "actions") == ["delete"]:
            before = _object(record["change"].get("before"))
            yield Resource(_printable(_text(record["address"])), _text(record["type"]), before)


def _change(record: Mapping[str, Any]) -> Change:
    change = record["change"]
    importing = change.get("importing")
    return Change(
        address=_printable(_text(record["address"])),
        type=_text(record["type"]),
        actions=tuple(_printable(_text(action)) for action in _list(change, "actions")),
        before=_object(change.get("before")),
        after=_object(change.get("after")),
        unknown=_masked(change.get("after_unknown")),
        reason=_printable(_text(record.get("action_reason", ""))),
        paths=tuple(_path(steps) for steps in _list(change, "replace_paths")),
        deposed=_printable(_text(record.get("deposed", ""))),
        secret=(change.get("before_sensitive", False), change.get("after_sensitive", False)),
        importing=_imported(importing) if importing else "",
        moved_from=_printable(_text(record.get("previous_address", ""))),
    )


def _imported(importing: Mapping[str, Any]) -> str:
    """Return what is imported: its id, or the parts of its identity."""
    shown = importing.get("id") or json.dumps(importing.get("identity"), sort_keys=True)
    return _printable(_text(shown))


def _path(steps: Any) -> str:
    if not isinstance(steps, list):
        raise TypeError
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{_text(step)}" for step in steps)
    return _printable(written.removeprefix("."))


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
    """Return an object of the plan; null and `false`, which stand for none at all, are empty."""
    return value if isinstance(value, dict) else {}


def _masked(value: Any) -> Mapping[str, Any]:
    """Return which arguments are unknown; that all of an object is unknown is nothing that could be judged."""
    if value is True:
        raise TypeError
    return _object(value)


def _printable(text: str) -> str:
    """Return text that moves no cursor: addresses are printed, and a plan may come from anywhere."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
