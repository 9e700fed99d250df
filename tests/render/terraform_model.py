"""A model of what Terraform plans for a rendered stack, which knows module calls only.

The end-to-end tests compare it with Terraform itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pcaform.render.history import StateContent
from pcaform.render.plan.stack import StackPlan
from pcaform.terraform import module_names
from pcaform.terraform.hcl_writer import expression
from pcaform.terraform.resource_types import AUTHORITY
from render.drafts import Draft, arn_of


class Thing(NamedTuple):
    """An object at AWS: the CA or issuer of the user's mind that it belongs to, and what may not change in it."""

    owner: int
    identity: str


@dataclass
class Outcome:
    """What Terraform would do: the objects that it destroys or replaces, and what it refuses."""

    lost: dict[str, Thing] = field(default_factory=dict)
    destroyed: frozenset[str] = frozenset()
    """The module calls of `lost`, those that the user asks to destroy included."""
    refused: list[str] = field(default_factory=list)
    state: dict[str, Thing] = field(default_factory=dict)


def content_of(state: Mapping[str, Thing]) -> StateContent:
    """Return what a state of these calls shows."""
    arns = {
        f"module.{call}.{AUTHORITY if _is_ca(call) else 'x'}.this": arn_of(thing.owner) if _is_ca(call) else None
        for call, thing in state.items()
    }
    return StateContent(arns, is_empty=not state)


def _is_ca(call: str) -> bool:
    return call.startswith("ca_") and "_certificate" not in call


def _owners(draft: Draft) -> dict[str, Thing]:
    """Return what each call of a draft stands for."""
    things: dict[str, Thing] = {}
    for key, ca in draft["cas"].items():
        own = Thing(ca["owner"], f"CA {ca['subject']}")
        things |= dict.fromkeys((module_names.ca(key), module_names.permission(key)), own)
        things |= {module_names.ca_certificate(key, number): own for number in range(1, ca.get("generation", 1) + 1)}
    return things | {module_names.issuer(key): Thing(each["owner"], "") for key, each in draft["issuers"].items()}


def terraform_plan(state: Mapping[str, Thing], planned: StackPlan, draft: Draft) -> Outcome:
    """Return what Terraform does with a state: it moves first, and what is neither called nor removed is destroyed."""
    values = [file.values for file in planned.files]
    called = [call["name"] for each in values for call in each.get("calls", ())]
    blocks = [block for each in values for block in each.get("blocks", ())]
    moved = [
        tuple(expression(block.arguments[end]) for end in ("from", "to")) for block in blocks if block.kind == "moved"
    ]
    removed = {_call(expression(block.arguments["from"])) for block in blocks if block.kind == "removed"}
    outcome = Outcome(refused=list(_refusals(called, moved, removed)))
    things = _owners(draft)
    moves, after = {pair[0]: pair[1] for pair in moved}, {}
    for call, thing in state.items():
        target = _follow(call, moves)
        blocked = target != call and target in state and _follow(target, moves) == target
        after[call if blocked else target] = thing
    for call in called:
        old, new = after.get(call), things[call]
        if old is not None and _is_ca(call) and old.identity != new.identity:
            outcome.lost[call] = old
        if old is None and _is_ca(call) and new.owner in [each.owner for name, each in state.items() if _is_ca(name)]:
            outcome.lost[f"{call}, a second time"] = new
        outcome.state[call] = new if old is None else old
    for call, old in after.items():
        if call not in called and call not in removed:
            outcome.lost[call] = old
    outcome.destroyed = frozenset(outcome.lost)
    outcome.refused += _cycles(after, removed, planned)
    return outcome


def _cycles(after: Mapping[str, Thing], removed: set[str], planned: StackPlan) -> Iterator[str]:
    """Yield each CA whose installed certificate is forgotten while another one is installed: a cycle in Terraform."""
    for name, item in planned.record.items.items():
        section, _, key = name.partition(".")
        if section == "certificate_authorities" and item.certificate and module_names.ca(key) in after:
            numbers = [number for number in range(1, 9) if module_names.ca_certificate(key, number) in after]
            if numbers and module_names.ca_certificate(key, numbers[-1]) in removed:
                yield f"cycle: {key}"


def _refusals(called: list[str], moved: list[tuple[str, ...]], removed: set[str]) -> Iterator[str]:
    sources, targets = [old for old, _ in moved], [new for _, new in moved]
    yield from (f"moved twice: {old}" for old in sources if sources.count(old) > 1)
    yield from (f"moved to twice: {new}" for new in targets if targets.count(new) > 1)
    yield from (f"moved and declared: {old}" for old in sources if _call(old) in called)
    yield from (f"removed and declared: {call}" for call in removed if call in called)
    yield from (f"removed and moved: {call}" for call in removed if f"module.{call}" in sources)
    moves = {pair[0]: pair[1] for pair in moved}
    for old in sources:
        seen, now = {old}, moves[old]
        while now in moves and now not in seen:
            seen.add(now)
            now = moves[now]
        if now in seen:
            yield f"circle: {old}"


def _follow(call: str, moves: Mapping[str, str]) -> str:
    """Return the call that an object moves to; a CA may move alone, by the address of its resource."""
    for _ in moves:
        alone = moves.get(f"module.{call}.{AUTHORITY}.this")
        target = alone or moves.get(f"module.{call}")
        if target is None:
            break
        call = _call(target)
    return call


def _call(address: str) -> str:
    return address.removeprefix("module.").partition(".")[0]
