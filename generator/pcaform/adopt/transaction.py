"""The steps of taking over, in their order: what is shared is as it was, or proven, wherever they end.

Nothing shared is written before the proof. What is written is refused by the backend where somebody else wrote since
the pull, and is put back only while nobody did since the push. `between` is called after each step, by tests that kill
there or write as somebody else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pcaform.adopt import state as states
from pcaform.adopt.permissions import Grant, refuse_unlike
from pcaform.adopt.plan_check import AdoptCheck, check_plan
from pcaform.adopt.state import Entry, State
from pcaform.adopt.state_entries import PERMISSION, entries
from pcaform.core.problems import Failure, Invalid

Plan = Mapping[str, Any]
WRITTEN_SINCE = "somebody has written the state since it was pulled: adopt again"


def _nothing(_: str) -> None:
    """Let the next step follow at once."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What the steps stand on: the shared state, plans, AWS and a place for what must not get lost.

    `plan_of` plans a state in the scratch copy, `plan` the shared one. `grants` finds which of these permissions AWS
    has. `keep` writes a copy of a state and raises Failure where it cannot. `iam` is `arn:PARTITION:iam::ACCOUNT`. With
    `is_recreating` permissions that exist are not taken over: the plan is to create them.
    """

    pull: Callable[[], bytes]
    push: Callable[[bytes], None]
    plan_of: Callable[[bytes], Plan]
    plan: Callable[[], Plan]
    grants: Callable[[Sequence[Entry], State], Sequence[Grant]]
    keep: Callable[[str, bytes], None]
    iam: str
    accepted: Sequence[str] = ()
    is_recreating: bool = False
    between: Callable[[str], None] = _nothing


@dataclass(frozen=True, slots=True)
class ProvenState:
    """A state before and after, what was put into it, and the plan that judges it."""

    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    entries: tuple[Entry, ...]
    plan: Plan = field(repr=False)
    result: AdoptCheck
    grants: tuple[Grant, ...] = ()
    awaited: frozenset[str] = frozenset()
    """The permissions that the plan is to create, by address."""

    @property
    def is_pushable(self) -> bool:
        """Whether there is something to push, and it may be."""
        return bool(self.entries) and self.result.is_accepted


class NotRestored(Failure):
    """The shared state is not as it was: its content of before must not get lost."""


def prove(ground: Environment) -> ProvenState:
    """Pull, keep a copy, and plan in the scratch copy until all that exists is in the state; nothing shared changes."""
    try:
        before = ground.pull()
        ground.between("pull")
        state = states.parse(before)
        ground.keep("before.tfstate", before)
        ground.between("keep")
        return _proven(ground, before, state)
    except Invalid:
        raise
    except Failure as failure:
        raise Failure(f"{failure}\nnothing was changed") from None


def push(ground: Environment, proven: ProvenState) -> AdoptCheck:
    """Push what was proven, and plan once more; put the state back where that plan is not the proven one.

    Raises Failure where somebody wrote since the pull, and where the second plan fails; both say how the state stands.
    The pull right before the push is for a state that was emptied: onto that one Terraform would push anything.
    """
    ground.keep("after.tfstate", proven.after)
    if states.parse(ground.pull()).document != states.parse(proven.before).document:
        raise Failure(f"{WRITTEN_SINCE}\nnothing was changed")
    ground.between("look again")
    _push(ground, states.parse(proven.after), proven.after)
    ground.between("push")
    try:
        result = check_plan(ground.plan(), ground.accepted, awaited=proven.awaited)
    except Failure as failure:
        _put_back(ground, proven, f"{failure}\nthe plan after the push failed")
    ground.between("plan")
    if not result.is_accepted:
        _put_back(ground, proven, f"the plan after the push is not the proven one: {_first(result)}")
    return result


def _proven(ground: Environment, before: bytes, state: State) -> ProvenState:
    """Put what is found to exist into the state, and plan again, until a plan finds nothing more: that one counts."""
    taken: dict[str, Entry] = {}
    grants: dict[str, Grant] = {}
    asked: set[str] = set()
    while True:
        after = states.patch(state, taken.values()) if taken else before
        plan = ground.plan_of(after)
        ground.between("prove")
        found = [entry for entry in entries(plan, ground.iam) if entry.address not in asked]
        if not found:
            break
        asked |= {entry.address for entry in found}
        new = {grant.entry.address: grant for grant in ground.grants(found, state)}
        grants |= new
        taken |= {entry.address: entry for entry in found if entry.type != PERMISSION}
        if not ground.is_recreating:
            refuse_unlike(tuple(new.values()))
            taken |= {address: grant.entry for address, grant in new.items()}
    awaited = frozenset(grants) if ground.is_recreating else frozenset()
    result = check_plan(plan, ground.accepted, awaited=awaited)
    return ProvenState(before, after, tuple(taken.values()), plan, result, tuple(grants.values()), awaited)


def _push(ground: Environment, after: State, content: bytes) -> None:
    """Push; where that fails, look whether it arrived all the same, as after a broken connection."""
    try:
        ground.push(content)
    except Failure as failure:
        try:
            now = states.parse(ground.pull())
        except Failure:
            raise NotRestored(f"{failure}\nwhether it arrived is not known: look at the state") from None
        if not states.is_same(after, now):
            raise Failure(f"{failure}\nnothing was changed") from None


def _put_back(ground: Environment, proven: ProvenState, reason: str) -> NoReturn:
    """Put the state of before back while what is stored is still ours; raise Failure that says how it stands."""
    try:
        now = states.parse(ground.pull())
        ground.between("pull again")
        is_ours = states.is_same(states.parse(proven.after), now)
        if is_ours:
            ground.push(states.restore(states.parse(proven.before), now))
            ground.between("restore")
    except Failure as failure:
        raise NotRestored(f"{reason}\nthe state of before could not be put back: {failure}") from None
    if not is_ours:
        raise NotRestored(f"{reason}\nsomebody has written the state since, so it was left as it is")
    raise Failure(f"{reason}\nthe state of before was put back")


def _first(result: AdoptCheck) -> str:
    lines = [f"{line.address}: {', '.join(line.actions)}" for line in result.refused]
    return [*result.doubts, *lines][0]
