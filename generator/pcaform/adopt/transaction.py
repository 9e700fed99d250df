"""Runs the steps of adopting in order: wherever they stop, the shared state is unchanged, restored or proven.

The shared state is not written before the proof. The backend refuses the push if another run wrote since the pull, and
the previous state is restored only if no other run wrote since the push.

The proof is a plan (JSON) that would only take over resources, address by address. Of it `resource_changes`, `errored`
and `complete` are read. New output values are allowed: they exist only in the state, and an adopted stack has none yet.
`resource_drift` is noise, and exit codes do not distinguish moves from changes.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pcaform.adopt.permissions import Grant, check_actions
from pcaform.adopt.state import (
    Entry,
    State,
    add_entries,
    is_same_state,
    parse_state,
    planned_entries,
    restore_state,
    without_checks,
)
from pcaform.core.problems import PARTIAL_DATA_ERRORS, Failure, Invalid
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.statements import ISSUER_TAG
from pcaform.terraform.plan_json import is_marked, unknown_parts
from pcaform.terraform.resource_types import PERMISSION

CLASSES: Mapping[str, frozenset[str]] = {
    "tags": frozenset({"tags", "tags_all"}),
    "force-destroy": frozenset({"force_destroy"}),
    "timeouts": frozenset({"timeouts"}),
    "wording": frozenset({"policy"}),
    "forget": frozenset(),
}
"""Classes of differences that may be accepted, by argument; only Terraform knows `force_destroy` and `timeouts`.

`forget` is an action, with which a resource leaves the state and stays at AWS as it is.
`wording` covers only policies that allow and deny the same with different wording; `tags` does not cover the tag with
the owner of a certificate.
"""
TRUST = "assume_role_policy"
"""The policy of who may assume a role: the same in other words needs no acceptance."""

_QUIET = (("no-op",), ("read",))
Plan = Mapping[str, Any]
WRITTEN_SINCE = "another run has written the state since it was pulled: adopt again"


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
    if plan.get("action_invocations") or plan.get("deferred_action_invocations"):
        yield "the plan invokes actions, which change more than resources"
    for name in unknown_parts(plan):
        yield f"no release that was read has the part '{name}' of a plan"


def _line(record: Mapping[str, Any], accepted: Sequence[str], to_create: Container[str]) -> PlanLine:
    change = record["change"]
    actions = tuple(change["actions"])
    is_quiet = actions in _QUIET and not record.get("deposed")
    is_expected_create = actions == ("create",) and record["address"] in to_create
    arguments = () if is_quiet else _diff_arguments(change)
    is_update, is_forgotten = actions == ("update",), actions == ("forget",) and not record.get("deposed")
    same = {each for each in arguments if is_update and each == TRUST and _is_equivalent_policy(each, change)}
    classes = _classes(tuple(each for each in arguments if each not in same), change) if is_update else ()
    classes = ("forget",) if is_forgotten else classes
    is_covered = bool(classes) or (bool(same) and same == set(arguments))
    return PlanLine(
        address=record["address"],
        actions=actions,
        import_id=(change.get("importing") or {}).get("id"),
        moved_from=record.get("previous_address"),
        taken_over_id=None,
        differing_arguments=arguments,
        classes=classes,
        is_accepted=is_quiet or is_expected_create or (is_covered and set(classes) <= set(accepted)),
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
    return before == after and not is_marked((change.get("after_unknown") or {}).get(argument))


@dataclass(frozen=True, slots=True)
class Environment:
    """What the steps need: access to the shared state, plans and AWS, and a directory for copies of states.

    `plan_scratch` plans a state in the scratch copy, `plan_shared` the shared one. `find_grants` returns the planned
    permissions that exist at AWS. `save_copy` writes a copy of a state or raises Failure. `iam` is
    `arn:PARTITION:iam::ACCOUNT`. With `is_recreating` existing permissions are not taken over: the plan creates them.
    """

    pull: Callable[[], bytes]
    push: Callable[[bytes], None]
    plan_scratch: Callable[[bytes], Plan]
    plan_shared: Callable[[], Plan]
    find_grants: Callable[[Sequence[Entry], State], Sequence[Grant]]
    save_copy: Callable[[str, bytes], None]
    iam: str
    accepted: Sequence[str] = ()
    is_recreating: bool = False


@dataclass(frozen=True, slots=True)
class ProvenState:
    """A state before and after, the entries added to it, and the plan that proves it."""

    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    entries: tuple[Entry, ...]
    plan: Plan = field(repr=False)
    result: AdoptCheck
    grants: tuple[Grant, ...] = ()
    to_create: frozenset[str] = frozenset()
    """The permissions that the plan is to create, by address."""

    @property
    def is_pushable(self) -> bool:
        """Whether there are entries to push, and the plan is accepted."""
        return bool(self.entries) and self.result.is_accepted


class NotRestored(Failure):
    """The shared state could not be restored, so the copies of its previous content must be kept."""


def prove(environment: Environment) -> ProvenState:
    """Pull, save a copy, and plan in the scratch copy until the copied state has all existing resources."""
    try:
        before = environment.pull()
        state = parse_state(before)
        environment.save_copy("before.tfstate", before)
        return _build_proof(environment, before, state)
    except Invalid:
        raise
    except Failure as failure:
        raise Failure(failure, "nothing was changed") from None


def push(environment: Environment, proven: ProvenState) -> AdoptCheck:
    """Push the proven state, and plan once more; restore the previous state if that plan is not accepted.

    Raises Failure if another run wrote since the pull, or if the second plan fails; both describe the state's status.
    The pull right before the push is for a state that was emptied, because Terraform lets any state replace that one.
    """
    environment.save_copy("after.tfstate", proven.after)
    if without_checks(parse_state(environment.pull())) != without_checks(parse_state(proven.before)):
        raise Failure(WRITTEN_SINCE, "nothing was changed")
    _push(environment, parse_state(proven.after), proven.after)
    try:
        result = check_plan(environment.plan_shared(), environment.accepted, to_create=proven.to_create)
    except Failure as failure:
        _restore(environment, proven, Failure(failure, "the plan after the push failed"))
    if not result.is_accepted:
        reason = f"the plan after the push is not the proven one: {_first_refusal(result)}"
        _restore(environment, proven, Failure(reason))
    return result


def _build_proof(environment: Environment, before: bytes, state: State) -> ProvenState:
    """Add existing resources to the state and plan again, until a plan finds no more: that plan is the proof."""
    taken: dict[str, Entry] = {}
    grants: dict[str, Grant] = {}
    tried: set[str] = set()
    while True:
        after = add_entries(state, taken.values()) if taken else before
        plan = environment.plan_scratch(after)
        candidates = [entry for entry in planned_entries(plan, environment.iam) if entry.address not in tried]
        if not candidates:
            break
        tried |= {entry.address for entry in candidates}
        new = {grant.entry.address: grant for grant in environment.find_grants(candidates, state)}
        grants |= new
        taken |= {entry.address: entry for entry in candidates if entry.type != PERMISSION}
        if not environment.is_recreating:
            check_actions(tuple(new.values()))
            taken |= {address: grant.entry for address, grant in new.items()}
    to_create = frozenset(grants) if environment.is_recreating else frozenset()
    result = check_plan(plan, environment.accepted, to_create=to_create)
    return ProvenState(before, after, tuple(taken.values()), plan, result, tuple(grants.values()), to_create)


def _push(environment: Environment, after: State, content: bytes) -> None:
    """Push; if that fails, check whether the state was stored anyway, as after a broken connection."""
    try:
        environment.push(content)
    except Failure as failure:
        try:
            now = parse_state(environment.pull())
        except Failure:
            raise NotRestored(failure, "it is not known whether the state was stored: check it") from None
        if not is_same_state(after, now):
            raise Failure(failure, "nothing was changed") from None


def _restore(environment: Environment, proven: ProvenState, reason: Failure) -> NoReturn:
    """Restore the previous state if the stored one is still ours; raise a Failure that describes the state's status."""
    try:
        now = parse_state(environment.pull())
        is_ours = is_same_state(parse_state(proven.after), now)
        if is_ours:
            environment.push(restore_state(parse_state(proven.before), now))
    except Failure as failure:
        raise NotRestored(
            reason, f"the previous state could not be restored: {failure.lines[0]}", *failure.lines[1:]
        ) from None
    if not is_ours:
        raise NotRestored(reason, "another run has written the state since, so it was left unchanged")
    raise Failure(reason, "the previous state was restored")


def _first_refusal(result: AdoptCheck) -> str:
    lines = [f"{line.address}: {', '.join(line.actions)}" for line in result.refused]
    return [*result.reasons, *lines][0]
