"""Checks that applying a plan (JSON) would only take over resources, address by address.

It reads `resource_changes`, `errored` and `complete`. New output values are allowed: they exist only in the state, and
an adopted stack has none yet. `resource_drift` is noise, and exit codes do not distinguish moves from changes.
"""

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

`wording` covers only policies that allow and deny the same with different wording; `tags` does not cover the tag with
the owner of a certificate.
"""

_QUIET = (("no-op",), ("read",))


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What a plan does at one address.

    `actions` are Terraform's words, `import_id` the id of an import, `moved_from` the old address of a move.
    `differing_arguments` are the names of arguments that an apply would change, and `classes` the classes that cover
    them all. `taken_over_id` is the id with which adopt added it to the state.
    """

    address: str
    actions: tuple[str, ...]
    import_id: str | None
    moved_from: str | None
    taken_over_id: str | None
    differing_arguments: tuple[str, ...]
    classes: tuple[str, ...]
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class AdoptCheck:
    """All lines of a plan, and the reasons why the plan as a whole is refused."""

    lines: tuple[PlanLine, ...]
    outputs: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def refused(self) -> tuple[PlanLine, ...]:
        """The lines that do more than take over."""
        return tuple(line for line in self.lines if not line.is_accepted)

    @property
    def is_accepted(self) -> bool:
        """Whether the plan has only no-ops, imports, moves and accepted classes."""
        return not self.reasons and not self.refused


def check_plan(plan: Mapping[str, Any], accepted: Sequence[str] = (), *, to_create: Container[str] = ()) -> AdoptCheck:
    """Return the check of a plan; `accepted` classes of differences pass, and creates at the addresses `to_create`."""
    unsorted = (_line(change, accepted, to_create) for change in plan.get("resource_changes", []))
    lines = sorted(unsorted, key=lambda line: line.address)
    changed = plan.get("output_changes", {})
    outputs = sorted(name for name, change in changed.items() if change["actions"] != ["no-op"])
    return AdoptCheck(tuple(lines), tuple(outputs), tuple(_find_reasons(plan)))


def _find_reasons(plan: Mapping[str, Any]) -> Iterator[str]:
    if plan.get("errored") is not False:
        yield "Terraform stopped with an error: the plan is incomplete"
    if plan.get("complete") is False or plan.get("deferred_changes"):
        yield "Terraform deferred changes: the plan is incomplete"
    if plan.get("action_invocations"):
        yield "the plan invokes actions, which change more than resources"


def _line(record: Mapping[str, Any], accepted: Sequence[str], to_create: Container[str]) -> PlanLine:
    change = record["change"]
    actions = tuple(change["actions"])
    is_quiet = actions in _QUIET and not record.get("deposed")
    is_expected_create = actions == ("create",) and record["address"] in to_create
    arguments = () if is_quiet else _diff_arguments(change)
    classes = _classes(arguments, change) if actions == ("update",) else ()
    return PlanLine(
        address=record["address"],
        actions=actions,
        import_id=(change.get("importing") or {}).get("id"),
        moved_from=record.get("previous_address"),
        taken_over_id=None,
        differing_arguments=arguments,
        classes=classes,
        is_accepted=is_quiet or is_expected_create or (bool(classes) and set(classes) <= set(accepted)),
    )


def _diff_arguments(change: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of arguments that change, including those whose new value is not known yet."""
    before, after = change.get("before") or {}, change.get("after") or {}
    if not before or not after:
        return ()
    unknown = {name for name, value in (change.get("after_unknown") or {}).items() if is_marked(value)}
    known = (set(before) | set(after)) - unknown
    changed = {
        name for name in known if _without_empty_block(before.get(name)) != _without_empty_block(after.get(name))
    }
    return tuple(sorted(unknown | changed))


def _without_empty_block(value: Any) -> Any:
    """Return a value, or None for a block without values, which is equivalent: an import leaves the block out."""
    is_empty = isinstance(value, Mapping) and all(each is None for each in value.values())
    return None if value and is_empty else value


def _classes(arguments: tuple[str, ...], change: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the classes that cover all arguments; none if an argument is in no class."""
    covering = {_class(argument, change) for argument in arguments}
    return tuple(sorted(name for name in covering if name)) if None not in covering else ()


def _class(argument: str, change: Mapping[str, Any]) -> str | None:
    name = next((each for each, covered in CLASSES.items() if argument in covered), None)
    if name == "wording" and not _is_equivalent_policy(argument, change):
        return None
    return None if name == "tags" and _may_change_owner(argument, change) else name


def _may_change_owner(argument: str, change: Mapping[str, Any]) -> bool:
    """Tell whether tags may change the owner of a certificate, who has full access to it."""
    before, after = ((change[side].get(argument) or {}).get(ISSUER_TAG) for side in ("before", "after"))
    return before != after or is_marked((change.get("after_unknown") or {}).get(argument))


def _is_equivalent_policy(argument: str, change: Mapping[str, Any]) -> bool:
    """Tell whether a policy means the same before and after; False for one that is unknown or unreadable."""
    try:
        before, after = (normalized_statements([change[side][argument]]) for side in ("before", "after"))
    except PARTIAL_DATA_ERRORS:
        return False
    return before == after
