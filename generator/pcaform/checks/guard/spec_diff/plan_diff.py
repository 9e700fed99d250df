"""Computes the plan that Terraform would make from one spec to the next, as far as the specs allow.

Terraform moves before it removes, and does not move to an address that is already used. Changed arguments of an issued
certificate are ignored, as the modules do; what only Terraform knows is unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from pcaform.render.history import advance, call_of, is_call
from pcaform.render.manifest import Record
from pcaform.render.plan.module_call import ModuleCall
from pcaform.render.plan.resources import StackResource, build_placeholders, calls, output_placeholder, resources
from pcaform.render.plan.stack import build_state_blocks
from pcaform.spec.stack import Spec
from pcaform.terraform import addresses, module_names
from pcaform.terraform.hcl_writer import expression
from pcaform.terraform.plan_json import Change, Plan
from pcaform.terraform.resource_types import AUTHORITY, CERTIFICATE, POLICIES, SHARE
from pcaform.terraform.schema import forces_replacement, is_same

_MAX_MOVES = 10
"""Moves of one object that are followed; Terraform refuses moves in a circle."""

_ANEW = ("delete", "create")
_READABLE = (*POLICIES, SHARE)
"""Types whose text the guard reads: with placeholders for unknown ARNs it can still be checked."""


@dataclass(frozen=True, slots=True)
class TrackedMoves:
    """The module calls of both specs, and the moves: new names of calls and new addresses by the old ones.

    `back` are the old names of module calls by the new ones, also of calls whose CA or certificate moves alone, and
    `forgotten` the calls to forget.
    """

    before: Sequence[ModuleCall]
    after: Sequence[ModuleCall]
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
            call = call_of(address)
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
    olds, news = calls(before), calls(after)
    called = {call.name for call in olds}
    blocks = build_state_blocks(after, news, advance(after, Record()))
    still = (
        {*resources(after, build_placeholders(after), module_calls=news), *(f"module.{each.name}" for each in news)}
        if after.moves
        else ()
    )
    pairs = [
        [expression(block.arguments[name]) for name in ("from", "to")] for block in blocks if block.kind == "moved"
    ]
    moves = [(old, new) for old, new in pairs if old not in still]
    named = {call_of(old): call_of(new) for old, new in moves if is_call(old) and call_of(old) in called}
    own = {old: new for old, new in moves if not is_call(old) and call_of(old) in called}
    kinds = {old: addresses.resource_type(addresses.parse(old)) for old in own}
    main = [(call_of(new), call_of(old)) for old, new in own.items() if kinds[old] in (AUTHORITY, CERTIFICATE)]
    back = {new: old for new, old in main if new not in called} | {new: old for old, new in named.items()}
    forgotten = frozenset(call_of(expression(block.arguments["from"])) for block in blocks if block.kind == "removed")
    return TrackedMoves(olds, news, named, own, back, forgotten)


def diff_specs(before: Spec, after: Spec, *, moves: TrackedMoves | None = None) -> Plan:
    """Return the changes from one spec of a stack to the next; `moves` are theirs, where they are known already."""
    moves = moves or track_moves(before, after)
    olds, back = resources(before, build_placeholders(before), module_calls=moves.before), moves.back
    placeholders = build_placeholders(after, before=before, moved=back)
    news = resources(after, placeholders, module_calls=moves.after)
    cas = {address: each for address, each in news.items() if each.type == AUTHORITY}
    again = frozenset(
        module_names.ca_key(addresses.modules(change.address)[0])
        for change in _Comparison(olds, cas, moves, frozenset()).changes_of_new({})
        if change.actions == _ANEW
    )
    if again:
        placeholders = build_placeholders(after, before=before, moved=back, recreated=again)
        news = resources(after, placeholders, module_calls=moves.after)
    created = frozenset(call.name for call in moves.after) - {call.name for call in moves.before} - set(back)
    final = _Comparison(olds, news, moves, created | {module_names.ca(key) for key in again})
    return Plan(tuple(final.changes(existing_arns(after))), is_errored=False)


def existing_arns(spec: Spec) -> dict[str, str]:
    """Return the ARNs of existing CAs as a spec gives them, by address."""
    cas = spec.managed.items()
    return {module_names.resource(module_names.ca(key), AUTHORITY): ca.arn for key, ca in cas if ca.arn}


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The resources of both specs, the moves, and the module calls whose outputs are unknown until the apply."""

    olds: Mapping[str, StackResource]
    news: Mapping[str, StackResource]
    moves: TrackedMoves
    created: frozenset[str]

    def changes(self, imported: Mapping[str, str]) -> Iterator[Change]:
        """Yield the change of each resource; `imported` are the ids of those that exist already."""
        yield from self.changes_of_new(imported)
        kept = {new.call for new in self.news.values()}
        for address, old in self.moves.origins(self.olds).items():
            if address not in self.news:
                yield self._remove(old, address, kept)

    def changes_of_new(self, imported: Mapping[str, str]) -> Iterator[Change]:
        """Yield the change of each resource that is there afterwards."""
        origins = self.moves.origins(self.olds)
        for address, new in self.news.items():
            yield self._compare(new, origins.get(address), importing=imported.get(address, ""))

    def _compare(self, new: StackResource, old: StackResource | None, *, importing: str) -> Change:
        after, paths = new.values, tuple[str, ...]()
        if old is None:
            before = after if importing else {}
            actions: tuple[str, ...] = ("no-op",) if importing else ("create",)
        else:
            before = old.values
            after = before if new.type == CERTIFICATE else after
            differing = list(_differing(new.type, before, after))
            paths = tuple(path for path in differing if forces_replacement(new.type, path))
            actions = _ANEW if paths else ("update",) if differing else ("no-op",)
        unknown = {name: True for name, value in after.items() if self._is_unknown(new, name, value)}
        return Change(
            new.address,
            new.type,
            actions,
            before,
            {name: value for name, value in after.items() if name not in unknown},
            unknown,
            "replace_because_cannot_update" if paths else "",
            paths,
            importing=importing if old is None else "",
            moved_from=old.address if old is not None and old.address != new.address else "",
        )

    def _is_unknown(self, resource: StackResource, name: str, value: Any) -> bool:
        """Tell whether a value comes from a call that creates something; the text of a policy is read all the same."""
        if not isinstance(value, str) or (resource.type in _READABLE and name == "policy"):
            return False
        return any(value == output_placeholder(call, value[1:].partition(" ")[0]) for call in self.created)

    def _remove(self, old: StackResource, address: str, kept: AbstractSet[str]) -> Change:
        is_moved = address != old.address
        is_kept = old.call in self.moves.forgotten and not is_moved
        actions = ("forget",) if is_kept else ("delete",)
        reason = "" if is_kept else "delete_because_no_move_target" if is_moved else "delete_because_no_module"
        if not is_kept and not is_moved and old.call in kept:
            reason = "delete_because_no_resource_config"
        return Change(address, old.type, actions, old.values, {}, {}, reason)


def _differing(resource: str, before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of the arguments that differ for the provider, as Terraform writes them."""
    if is_same(resource, path, before, after):
        return
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        old, new = before or {}, after or {}
        for name in dict.fromkeys([*old, *new]):
            yield from _differing(resource, old.get(name), new.get(name), f"{path}.{name}".lstrip("."))
    elif _is_block(before) or _is_block(after):
        for index, (old, new) in enumerate(zip_longest(before or (), after or ())):
            yield from _differing(resource, old, new, f"{path}[{index}]")
    else:
        yield path


def _is_block(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, Mapping) for each in value)
