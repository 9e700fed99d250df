"""Runs the steps of adopting in order: wherever they stop, the shared state is unchanged, restored or proven.

The shared state is not written before the proof. The backend refuses the push if another run wrote since the pull, and
the previous state is restored only if no other run wrote since the push. `after_step` is called after each step; tests
use it to kill the run or to write as another run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pcaform.adopt.permissions import Grant, check_actions
from pcaform.adopt.plan_check import AdoptCheck, check_plan
from pcaform.adopt.state import Entry, State, add_entries, is_same_state, parse_state, planned_entries, restore_state
from pcaform.core.problems import Failure, Invalid
from pcaform.terraform.resource_types import PERMISSION

Plan = Mapping[str, Any]
WRITTEN_SINCE = "another run has written the state since it was pulled: adopt again"


def _do_nothing(_: str) -> None:
    """Continue with the next step."""


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
    after_step: Callable[[str], None] = _do_nothing


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
        environment.after_step("pull")
        state = parse_state(before)
        environment.save_copy("before.tfstate", before)
        environment.after_step("keep")
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
    if parse_state(environment.pull()).document != parse_state(proven.before).document:
        raise Failure(WRITTEN_SINCE, "nothing was changed")
    environment.after_step("look again")
    _push(environment, parse_state(proven.after), proven.after)
    environment.after_step("push")
    try:
        result = check_plan(environment.plan_shared(), environment.accepted, to_create=proven.to_create)
    except Failure as failure:
        _restore(environment, proven, Failure(failure, "the plan after the push failed"))
    environment.after_step("plan")
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
        environment.after_step("prove")
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
        environment.after_step("pull again")
        is_ours = is_same_state(parse_state(proven.after), now)
        if is_ours:
            environment.push(restore_state(parse_state(proven.before), now))
            environment.after_step("restore")
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
