"""Tracks which objects of the state move or are forgotten from one spec of a stack to the next.

Terraform moves before it removes, and does not move to an address that is already used.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pcaform.render.plan.placeholders import build_placeholders
from pcaform.render.plan.resources import StackResource, calls, resources
from pcaform.render.plan.state_blocks import build_state_blocks
from pcaform.spec.stack import Spec
from pcaform.terraform import addresses
from pcaform.terraform.hcl_writer import Reference, Traversal
from pcaform.terraform.resource_types import AUTHORITY, CERTIFICATE

_MAX_MOVES = 10
"""Moves of one object that are followed; Terraform refuses moves in a circle."""


@dataclass(frozen=True, slots=True)
class TrackedMoves:
    """The moves: new names of module calls and new addresses by the old ones, and the calls to forget.

    `back` are the old names of module calls by the new ones, also of calls whose CA or certificate moves alone.
    """

    calls: Mapping[str, str]
    moves: Mapping[str, str]
    back: Mapping[str, str]
    forgotten: frozenset[str]

    def origins(self, olds: Mapping[str, StackResource]) -> Mapping[str, StackResource]:
        """Return the old resources by the address at which Terraform looks for them now."""
        targets = {address: self._target(made) for address, made in olds.items()}
        stays = {address for address, target in targets.items() if address == target}
        return {address if targets[address] in stays else targets[address]: made for address, made in olds.items()}

    def _target(self, made: StackResource) -> str:
        address = made.address
        for _ in range(_MAX_MOVES):
            call = _module(address)
            moved = self.moves.get(address) or address.replace(
                f"module.{call}.", f"module.{self.calls.get(call, call)}.", 1
            )
            if moved == address:
                break
            address = moved
        return address


def track_moves(before: Spec, after: Spec) -> TrackedMoves:
    """Return the moves and forgotten calls of the step between two specs.

    Moves from outside the stack are left out, and those of addresses that are still declared, which Terraform refuses.
    """
    called = {call.name for call in calls(before)}
    blocks = build_state_blocks(after, calls(after))
    still = (
        {*resources(after, build_placeholders(after)), *(f"module.{each.name}" for each in calls(after))}
        if after.moves
        else ()
    )
    pairs = [[_text(block.arguments[name]) for name in ("from", "to")] for block in blocks if block.kind == "moved"]
    moves = [(old, new) for old, new in pairs if old not in still]
    named = {_module(old): _module(new) for old, new in moves if _is_call(old) and _module(old) in called}
    own = {old: new for old, new in moves if not _is_call(old) and _module(old) in called}
    main = [(_module(new), _module(old)) for old, new in own.items() if _kind(old) in (AUTHORITY, CERTIFICATE)]
    back = {new: old for new, old in main if new not in called} | {new: old for old, new in named.items()}
    forgotten = frozenset(_module(block.arguments["from"].path) for block in blocks if block.kind == "removed")
    return TrackedMoves(named, own, back, forgotten)


def _kind(address: str) -> str | None:
    return addresses.resource_type(addresses.parse(address))


def _text(address: Reference | Traversal) -> str:
    return address.path if isinstance(address, Reference) else addresses.format_address(address)


def _module(address: str) -> str:
    """Return the name of the module call of an address."""
    return address.removeprefix("module.").partition(".")[0]


def _is_call(address: str) -> bool:
    return address.startswith("module.") and address.count(".") == 1
