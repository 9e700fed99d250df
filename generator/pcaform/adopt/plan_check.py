"""A plan in JSON -> whether applying it would take over and nothing else, address by address.

Judged are `resource_changes`, `errored` and `complete`. New values of outputs are let through: they live only in the
state, and a stack that is adopted has none yet. `resource_drift` is noise, and exit codes cannot tell moves from
changes.
"""

import json
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.terraform.plan_changes import is_marked

CLASSES: Mapping[str, frozenset[str]] = {
    "tags": frozenset({"tags", "tags_all"}),
    "force-destroy": frozenset({"force_destroy"}),
    "timeouts": frozenset({"timeouts"}),
    "wording": frozenset({"policy", "assume_role_policy"}),
}
"""Classes of differences that may be accepted, by argument; only Terraform knows `force_destroy` and `timeouts`.

`wording` covers policies that allow and deny the same in other words, and no others; `tags` not the one that says
whose a certificate is.
"""

_QUIET = (("no-op",), ("read",))


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What a plan does at one address; `arguments` are those that differ, `classes` the ones that cover them all."""

    address: str
    actions: tuple[str, ...]
    importing: str | None
    moved_from: str | None
    arguments: tuple[str, ...]
    classes: tuple[str, ...]
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class AdoptCheck:
    """All lines of a plan, and what it is about the plan as a whole that refuses it."""

    lines: tuple[PlanLine, ...]
    outputs: tuple[str, ...]
    doubts: tuple[str, ...]

    @property
    def refused(self) -> tuple[PlanLine, ...]:
        """The lines that are more than taking over."""
        return tuple(line for line in self.lines if not line.is_accepted)

    @property
    def is_accepted(self) -> bool:
        """Whether nothing but no-ops, imports, moves and accepted classes is in the plan."""
        return not self.doubts and not self.refused


def check_plan(plan: Mapping[str, Any], accepted: Sequence[str] = (), *, awaited: Container[str] = ()) -> AdoptCheck:
    """Return the judgement on a plan; `accepted` classes of differences pass, and creates at `awaited` addresses."""
    found = (_line(change, accepted, awaited) for change in plan.get("resource_changes", []))
    lines = sorted(found, key=lambda each: each.address)
    changed = plan.get("output_changes", {})
    outputs = sorted(name for name, change in changed.items() if change["actions"] != ["no-op"])
    return AdoptCheck(tuple(lines), tuple(outputs), tuple(_doubts(plan)))


def _doubts(plan: Mapping[str, Any]) -> Iterator[str]:
    if plan.get("errored") is not False:
        yield "Terraform stopped with an error: the plan is not whole"
    if plan.get("complete") is False or plan.get("deferred_changes"):
        yield "Terraform put changes off: the plan is not whole"
    if plan.get("action_invocations"):
        yield "the plan invokes actions, which change more than resources"


def _line(record: Mapping[str, Any], accepted: Sequence[str], awaited: Container[str]) -> PlanLine:
    change = record["change"]
    actions = tuple(change["actions"])
    is_quiet = actions in _QUIET and not record.get("deposed")
    is_awaited = actions == ("create",) and record["address"] in awaited
    arguments = () if is_quiet else _differing(change)
    classes = _classes(arguments, change) if actions == ("update",) else ()
    return PlanLine(
        address=record["address"],
        actions=actions,
        importing=(change.get("importing") or {}).get("id"),
        moved_from=record.get("previous_address"),
        arguments=arguments,
        classes=classes,
        is_accepted=is_quiet or is_awaited or (bool(classes) and set(classes) <= set(accepted)),
    )


def _differing(change: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the arguments that change, by name; one whose new value is not known yet may change."""
    before, after = change.get("before") or {}, change.get("after") or {}
    if not before or not after:
        return ()
    unknown = {name for name, value in (change.get("after_unknown") or {}).items() if is_marked(value)}
    known = (set(before) | set(after)) - unknown
    return tuple(sorted(unknown | {name for name in known if _given(before.get(name)) != _given(after.get(name))}))


def _given(value: Any) -> Any:
    """Return a value, or None for a block that is there without a value: an import has none, and means the same."""
    is_empty = isinstance(value, Mapping) and all(each is None for each in value.values())
    return None if value and is_empty else value


def _classes(arguments: tuple[str, ...], change: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the classes that cover all arguments, none where one is covered by no class."""
    covering = {_class(argument, change) for argument in arguments}
    return tuple(sorted(name for name in covering if name)) if None not in covering else ()


def _class(argument: str, change: Mapping[str, Any]) -> str | None:
    name = next((each for each, covered in CLASSES.items() if argument in covered), None)
    if name == "wording" and not _means_the_same(argument, change):
        return None
    return None if name == "tags" and _may_change_hands(argument, change) else name


def _may_change_hands(argument: str, change: Mapping[str, Any]) -> bool:
    """Tell whether tags may give a certificate to another issuer, who may do what it likes with its own."""
    before, after = ((change[side].get(argument) or {}).get(ISSUER_TAG) for side in ("before", "after"))
    return before != after or is_marked((change.get("after_unknown") or {}).get(argument))


def _means_the_same(argument: str, change: Mapping[str, Any]) -> bool:
    """Tell whether a policy says before and after the same; one that is unknown, or odd, may say anything."""
    try:
        before, after = (normalized_statements([json.loads(change[side][argument])]) for side in ("before", "after"))
    except PARTIAL_DATA_ERRORS:
        return False
    return before == after
