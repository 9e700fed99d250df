"""Compares what a stack may still have at AWS with the keys and addresses that a new render uses.

A state can have an item under any key that it had since the last known apply. If that key means something else now,
Terraform changes or replaces the old item instead of creating the new one; if an object is moved to the address of
another one, it replaces the object.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from pcaform.render.history import call_of, calls_of, chains_of, list_made_calls, renamed_items
from pcaform.render.manifest import Item, Items, Record
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names

HOW = "say '--applied' if the last render was applied, or show the state with '--state FILE'"
"""How the history of a stack is shortened."""
_NAME_FIELDS = {"issuers": ("role", "role_name"), "crl_buckets": ("bucket",)}


def check_reused_keys(spec: Spec, now: Record, before: Record) -> Iterator[Violation]:
    """Check that no key is used again which, for all that is known, the state still has for something else."""
    for name, item in now.items.items():
        gone, earlier = before.let_go.get(name), before.items.get(name)
        is_new = earlier is None or not earlier.is_managed
        if gone and is_new and not gone.applied and _claims(name, item) and not is_same_existing(gone, item):
            yield Violation(tuple(name.split(".", 1)), _left(name, gone))
        elif (taken := now.let_go.get(name)) and _takes_permission(item, taken):
            yield Violation(tuple(name.split(".", 1)), _left(name, taken))
    origins = {new: old for old, new in renamed_items(spec).items()}
    claims: dict[str, str] = {}
    for name, item in {**now.items, **_list_gone(now, before)}.items():
        for call in _claims(name, item):
            if claims.setdefault(call, name) != name and {claims[call], name} & set(now.items):
                yield _conflict(call, (claims[call], name), origins, now)
    for new, old in origins.items():
        if old in before.items and new in before.items:
            message = f"'{_key(old)}' and '{_key(new)}' are both in this stack: one cannot have the key of the other"
            yield Violation((*new.split(".", 1), "renamed_from"), message)


def _claims(name: str, item: Item) -> frozenset[str]:
    """Return the calls that the state may have for an item; of a CA that is managed elsewhere, its permission."""
    if item.is_managed:
        return calls_of(name, item)
    return frozenset([module_names.permission(_key(name))] if item.permits else ())


def _takes_permission(item: Item, gone: Item) -> bool:
    """Tell whether a reference has the permission of what is let go under its key, which may be another CA."""
    is_other = gone.is_managed and gone.permits and (gone.arn is None or gone.arn != item.arn)
    return bool(is_other and not item.is_managed and item.permits)


def _conflict(call: str, owners: tuple[str, str], origins: Mapping[str, str], now: Record) -> Violation:
    """Return the problem of a module that means two things, at the item of the spec that uses it."""
    live = [name for name in owners if name in now.items]
    user = next((name for name in live if call in {chain[-1] for chain in chains_of(name, now.items[name])}), live[0])
    other = next(name for name in owners if name != user)
    loc = tuple(user.split(".", 1))
    if other not in now.items:
        return Violation(
            (*loc, "renamed_from") if user in origins else loc, _left(other, now.let_go.get(other, Item()))
        )
    message = f"'module.{call}' was that of '{_key(other)}', and it is not known whether the state has it there"
    return Violation(loc, f"{message}: use another key, or {HOW}")


def _left(name: str, gone: Item) -> str:
    fate = "destroyed" if gone.removal and gone.removal.destroy else "forgotten"
    return f"an earlier spec had '{_key(name)}' {fate}, and it is not known whether that was applied: {HOW}"


def _list_gone(now: Record, before: Record) -> Items:
    """Return what was let go, and, for all that is known, may still be there."""
    is_undone = {name for name, item in before.let_go.items() if item.applied and name not in now.let_go}
    gone = {**before.let_go, **now.let_go}
    return {name: item for name, item in gone.items() if name not in now.items and name not in is_undone}


def is_same_existing(gone: Item, item: Item) -> bool:
    """Tell whether an item is declared as the existing one that was let go: importing it again changes nothing."""
    return item.arn is not None and item.arn == gone.arn and not (gone.removal and gone.removal.destroy)


def check_principal(loc: tuple[str, str], name: str, before: Item, now: Item) -> Iterator[Violation]:
    """Check that an issuer stays the same kind of principal, and a role or a bucket the same one.

    Terraform would destroy the one that is in use; only a user gets another name in place.
    """
    (section, key), kind, old, new = loc, before.principal, before.name, now.name
    way = f"write 'removed: {{{name}: forget}}', or destroy it when it is no longer used"
    if kind not in (None, now.principal, "existing"):
        message = (
            f"'{key}' was a {kind} of this stack, and Terraform would destroy it: give the new principal a new key"
        )
        yield Violation(loc, f"{message}, and {way}")
    elif kind != "user" and old not in (None, new):
        what = "role" if kind else "bucket with its CRLs"
        message = f"'{key}' is the {what} '{old}', which Terraform would destroy for '{new}': keep its name, or give"
        field = _NAME_FIELDS.get(section, ("role_name",))
        yield Violation((*loc, *field), f"{message} the new one a new key, and {way}")


def check_arn(loc: tuple[str, str], before: Item, now: str | None) -> Iterator[Violation]:
    """Check that a key still means the same CA or certificate: everything that refers to the key would switch to it."""
    known = before.known_arn
    if known is None or known == now:
        return
    if now is None and before.is_managed:
        if not before.applied:
            message = f"until the import of {known} is applied, Terraform would create another one: keep it, or {HOW}"
            yield Violation((*loc, "arn"), message)
        return
    message = (
        f"'{loc[1]}' was {known}, seen {now or 'none'}: that is another one. Give it a new key; if this stack "
        f"created or permitted something on it, declare under 'removed' what happens to '{loc[1]}'"
    )
    yield Violation((*loc, "arn"), message)


def check_moves(spec: Spec, now: Record, before: Record) -> Iterator[Violation]:
    """Check the moves of what the stack may have: Terraform moves before it removes, over all moves and renames.

    So what belongs to an item may only move to where its own item is now. `moves` cannot give a CA another key: its
    certificate and its permission would not move with it, and Terraform would issue another certificate.
    """
    for old, new in spec.moves.items():
        if before.moves.get(old, new) != new:
            yield Violation(("moves", old), f"an earlier render moved it to '{before.moves[old]}': move it from there")
    yield from _check_moved_away(spec, now, before)
    yield from _check_renamed_too(spec, now)
    if not spec.moves:
        return
    owned, targets = _index_calls({**before.let_go, **before.items}), _index_calls({**now.let_go, **now.items})
    renamed = renamed_items(spec)
    made = {owned[call] for name, item in before.items.items() for call in list_made_calls(name, item)}
    made = {(renamed.get(name, name), kind) for name, kind in made}
    everywhere = {**_list_renames(now), **now.moves}
    for source in spec.moves:
        if _move_once(last := _follow(source, everywhere), everywhere) != last:
            yield Violation(("moves", source), f"this moves in a circle with the moves of earlier renders: {HOW}")
            continue
        target, owner = targets.get(call_of(last)), owned.get(call_of(source))
        if owner is not None:
            name, kind = owner
            if target != (renamed.get(name, name), kind):
                where = f"to '{_key(target[0])}'" if target else f"to '{last}', where this stack has nothing,"
                message = f"it belongs to '{_key(name)}', and Terraform would move it {where} before anything else"
                yield Violation(("moves", source), f"{message}: remove this; 'renamed_from' gives an item another key")
        elif target in made and source not in {**before.moves, **before.done_moves}:
            key = _key(target[0])
            message = f"an earlier render has '{key}' at '{last}', and if both exist, Terraform destroys '{source}'"
            how = f"remove this, or show with '--state FILE' that the state does not have '{key}'"
            yield Violation(("moves", source), f"{message}: {how}")


def _check_moved_away(spec: Spec, now: Record, before: Record) -> Iterator[Violation]:
    """Check that nothing new has an address that an earlier render moved away: Terraform refuses that."""
    gone = {call_of(old) for old in before.moves if old.startswith("module.") and old not in spec.moves}
    for name, item in now.items.items() if gone else ():
        own = {chain[-1] for chain in chains_of(name, item)}
        if name not in before.items and own & gone:
            message = f"an earlier render moved 'module.{min(own & gone)}' away: use another key, or {HOW}"
            yield Violation(tuple(name.split(".", 1)), message)


def _check_renamed_too(spec: Spec, now: Record) -> Iterator[Violation]:
    """Check that no move begins or ends where a rename does: one object cannot move to two places, or two to one."""
    sources, targets = {new: old for old, new in now.moves.items()}, now.moves
    for name, item in now.items.items() if now.moves else ():
        for chain in chains_of(name, item) if item.former else ():
            for old, new in pairwise(f"module.{call}" for call in chain):
                move = old if targets.get(old, new) != new else sources.get(new, old)
                if move != old or targets.get(old, new) != new:
                    loc = ("moves", move) if move in spec.moves else (*name.split(".", 1), "renamed_from")
                    reason = f"'{_key(name)}' was renamed, and Terraform moves '{old}' to '{new}'"
                    yield Violation(loc, f"{reason}: remove this, or {HOW}")


Owner = tuple[str, int]
"""The name of an item, and the kind of one of its calls."""


def _index_calls(items: Items) -> dict[str, Owner]:
    """Return the owner of each call that the items may have in the state."""
    return {
        call: (name, kind)
        for name, item in items.items()
        for kind, chain in enumerate(chains_of(name, item))
        for call in chain
    }


def _list_renames(now: Record) -> dict[str, str]:
    """Return the new address of each former call."""
    chains = (chain for name, item in now.items.items() for chain in chains_of(name, item))
    return {f"module.{call}": f"module.{chain[-1]}" for chain in chains for call in chain[:-1]}


def _follow(address: str, moves: Mapping[str, str]) -> str:
    """Return where Terraform moves an address to, over each move of it and of its module."""
    for _ in moves:
        before, address = address, _move_once(address, moves)
        if address == before:
            break
    return address


def _move_once(address: str, moves: Mapping[str, str]) -> str:
    call = f"module.{call_of(address)}"
    return moves.get(address) or (moves[call] + address.removeprefix(call) if call in moves else address)


def _key(name: str) -> str:
    return name.partition(".")[2]
