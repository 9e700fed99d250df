"""What a stack ever had: which render was applied is not known to the next one, so nothing is forgotten on the way.

Each of the renders so far, or none, may have been applied, in any order. So a renamed item keeps its former keys, and
what was let go stays let go: `moved` and `removed` blocks of it are rendered for good, and do nothing once they were
applied. The history ends where a user who knows the state says that all was applied, or nothing, or shows the state.
"""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from pcaform.render import manifest
from pcaform.render.manifest import (
    ACTIVATION,
    ARN,
    AUTHORITIES,
    AWS,
    BACKEND,
    CERTIFICATE,
    FORMER,
    GENERATION,
    MANAGED,
    OLDEST,
    PERMITS,
    REMOVAL,
    REMOVED,
    Items,
    Record,
)
from pcaform.render.plan.cas import retained_generations
from pcaform.spec.sections import Destroy, Forget
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.addresses import strip_keys
from pcaform.terraform.resource_types import AUTHORITY

OF_STACK = frozenset((AWS, BACKEND))
"""The items that are the stack's own."""
EVERYTHING = "everything"
DESTROY = "destroy"
FORGET = "forget"
APPLIED = "applied"
"""Marks an item of which it is known that it was applied; never written."""
ARN_IN_STATE = "arn_in_state"
"""The ARN of a CA in the state; never written."""

_CALLS: dict[str, Callable[[str], str]] = {
    "issuers": module_names.issuer,
    "administrators": partial(module_names.operator_role, "administrators"),
    "auditors": partial(module_names.operator_role, "auditors"),
    "crl_buckets": module_names.crl_bucket,
    "certificates": module_names.certificate,
}
Item = Mapping[str, Any]


@dataclass(frozen=True)
class StateContent:
    """What a state has: the addresses of its resources about CAs, with the ARN of each, and whether it has any."""

    arns: Mapping[str, str | None]
    is_empty: bool

    @cached_property
    def calls(self) -> frozenset[str]:
        """The names of the module calls that have a resource."""
        return frozenset(call_of(address) for address in self.arns if address.startswith("module."))


def call_of(address: str) -> str:
    """Return the name of the module call of an address in one."""
    return address.removeprefix("module.").partition(".")[0].partition("[")[0]


def keys_of(name: str, item: Item) -> tuple[str, ...]:
    """Return every key that an item may have in the state: the former ones, oldest first, and its own."""
    return (*item.get(FORMER, ()), name.partition(".")[2])


def list_calls(section: str, key: str, *, generation: int) -> Iterator[str]:
    """Yield the calls that an item may have under a key, those of its CA certificates up to a generation."""
    if section != AUTHORITIES:
        yield _CALLS[section](key)
        return
    yield from (module_names.ca(key), module_names.permission(key), module_names.share(key))
    yield from (module_names.ca_certificate(key, number) for number in range(1, generation + 1))


def chains_of(name: str, item: Item) -> list[tuple[str, ...]]:
    """Return for each kind of call that an item may have its names under all keys of the item; the own key is last."""
    if name in OF_STACK:
        return []
    section, generation = name.partition(".")[0], _last_generation(item)
    names = [list(list_calls(section, key, generation=generation)) for key in keys_of(name, item)]
    return list(zip(*names, strict=True))


def calls_of(name: str, item: Item) -> frozenset[str]:
    """Return the calls that an item may have in the state."""
    return frozenset(call for chain in chains_of(name, item) for call in chain)


def list_made_calls(name: str, item: Item) -> Iterator[str]:
    """Yield the calls that an applied render made for an item, each with a resource; whether a CA is shared is unknown.

    A CA that is managed elsewhere has only its permission here; manifests of format 1.0 list no others.
    """
    section, _, key = name.partition(".")
    is_managed = item.get(MANAGED, True)
    if section != AUTHORITIES:
        yield from (chain[-1] for chain in chains_of(name, item))
    elif is_managed:
        yield module_names.ca(key)
    if item.get(PERMITS, not is_managed):
        yield module_names.permission(key)
    if CERTIFICATE in item:
        retained = retained_generations(item[CERTIFICATE][GENERATION])
        yield from (module_names.ca_certificate(key, number) for number in retained)


def _last_generation(item: Item) -> int:
    """Return the last generation of a CA's certificate that the stack may have."""
    issued, removal = item.get(CERTIFICATE, {}).get(GENERATION, 1), item.get(REMOVAL, {}).get(GENERATION, 1)
    return max(int(issued), int(removal))


def renamed_items(spec: Spec) -> dict[str, str]:
    """Return old item -> new item, from each `renamed_from` in the spec."""
    sections: dict[str, Mapping[str, Any]] = {AUTHORITIES: spec.managed, "issuers": spec.issuers}
    return {
        f"{section}.{item.renamed_from}": f"{section}.{key}"
        for section, entries in sections.items()
        for key, item in entries.items()
        if item.renamed_from is not None
    }


def advance(spec: Spec, before: Record) -> Record:
    """Return the record of a stack once `spec` is rendered over it; the same spec again changes nothing."""
    items, origins = manifest.build_manifest_items(spec), {new: old for old, new in renamed_items(spec).items()}
    for name, item in items.items():
        _remember(item, name, origins.get(name), before)
    let_go = {name: item for name, item in before.let_go.items() if not _is_back(name, item, items)}
    forgotten = dict.fromkeys(spec.forgotten, REMOVED)
    for removed, removal in spec.removed.items():
        if removed in forgotten:
            continue
        name = ".".join(spec.removed_item(removed))
        sources = [name, *([origins[name]] if name in origins else [])]
        known = [
            (source, table[source]) for source in sources for table in (before.items, before.let_go) if source in table
        ]
        said, own = _removal(removal), name.partition(".")[2]
        last = max(said.get(GENERATION, 1), *(_last_generation(item) for _, item in known), 1)
        former = [key for source, item in known for key in keys_of(source, item) if key != own]
        gone = {**(known[0][1] if known else {}), REMOVAL: {**said, GENERATION: last}}
        let_go[name] = {**gone, **({FORMER: list(dict.fromkeys(former))} if former else {})}
    return Record(items, let_go, {**before.moves, **spec.moves, **forgotten})


def _remember(item: dict[str, Any], name: str, origin: str | None, before: Record) -> None:
    """Add to an item its former keys, and the oldest generation that may be installed."""
    sources = [source for source in (name, origin) if source is not None]
    known = [(source, before.items.get(source) or before.let_go.get(source) or {}) for source in sources]
    former = [key for source, old in known for key in keys_of(source, old)]
    own = name.partition(".")[2]
    if keys := list(dict.fromkeys(key for key in former if key != own)):
        item[FORMER] = keys
    issued = [old[CERTIFICATE] for _, old in known if CERTIFICATE in old]
    if CERTIFICATE in item and issued:
        oldest = min(terms.get(OLDEST, terms[GENERATION]) for terms in issued)
        item[CERTIFICATE] |= {OLDEST: oldest} if oldest < item[CERTIFICATE][GENERATION] else {}


def _is_back(name: str, item: Item, items: Items) -> bool:
    """Tell whether what was let go, and is still in a state that was shown, is in the stack again.

    Otherwise it stays let go beside the item that is declared again: whatever that does not call is forgotten.
    """
    now = items.get(name)
    if now is None or not now.get(MANAGED, True) or APPLIED not in item:
        return False
    return item[REMOVAL].get(FORGET) != CERTIFICATE or CERTIFICATE in now


def _removal(removal: str | Forget | Destroy) -> dict[str, Any]:
    return {FORGET: EVERYTHING} if isinstance(removal, str) else removal.model_dump(mode="json", exclude_none=True)


def settle(record: Record) -> Record:
    """Return what is left of a record once it is said that the last render was applied: its items without history."""
    items = {name: item if name in OF_STACK else _settled(item) for name, item in record.items.items()}
    return Record(items, done_moves=record.moves)


def _settled(item: Item) -> dict[str, Any]:
    settled = {**item, APPLIED: True}
    settled.pop(FORMER, None)
    if CERTIFICATE in item:
        settled[CERTIFICATE] = {term: value for term, value in item[CERTIFICATE].items() if term != OLDEST}
    return settled


def confirm(record: Record, state: StateContent) -> Record:
    """Return what is left of a record beside a state: what is not in the state is not there, and free to change."""
    calls, roots = state.calls, frozenset((*state.arns, *map(strip_keys, state.arns)))
    moves = {old: new for old, new in record.moves.items() if old in roots or (is_call(old) and call_of(old) in calls)}
    there = calls | {call_of(new) for new in record.moves.values()} if moves else calls
    items, let_go = (
        {name: _confirmed(name, item, state) for name, item in table.items() if _is_there(name, item, there)}
        for table in (record.items, record.let_go)
    )
    return Record(items, let_go, record.moves if moves else {}, done_moves=record.moves)


def is_call(address: str) -> bool:
    """Tell whether an address is that of a module call."""
    return address.startswith("module.") and address.count(".") == 1


def _is_there(name: str, item: Item, calls: AbstractSet[str]) -> bool:
    exists = not item.get(MANAGED, True) or ARN in item  # whatever the state has
    return name in OF_STACK or exists or bool(calls_of(name, item) & calls)


def _confirmed(name: str, item: Item, state: StateContent) -> Item:
    """Return an item with only those keys and generations, and that permission, which the state has."""
    section, calls = name.partition(".")[0], state.calls
    if not calls_of(name, item) & calls:
        return item
    *former, own = keys_of(name, item)
    keys = [key for key in former if set(list_calls(section, key, generation=_last_generation(item))) & calls]
    known = {**_settled(item), **({FORMER: keys} if keys else {})}
    if section != AUTHORITIES:
        return known
    if not any(module_names.permission(key) in calls for key in (*former, own)):
        known.pop(PERMITS, None)
    return _confirm_certificate(known, (*former, own), calls) | _find_arn((*former, own), state)


def _confirm_certificate(item: dict[str, Any], keys: tuple[str, ...], calls: AbstractSet[str]) -> dict[str, Any]:
    """Return the item of a CA with the last generation of its certificate that the state has, if it has one."""
    if CERTIFICATE not in item:
        return item
    rendered = item[CERTIFICATE][GENERATION]
    there = [
        number
        for number in range(1, rendered + 1)
        if any(module_names.ca_certificate(key, number) in calls for key in keys)
    ]
    if rendered in there:
        return item
    rest = {part: value for part, value in item.items() if part != CERTIFICATE}
    return {**rest, CERTIFICATE: {GENERATION: there[-1]}} if there else {**rest, ACTIVATION: "pending"}


def _find_arn(keys: tuple[str, ...], state: StateContent) -> dict[str, str]:
    """Return the ARN of a CA that the state has under one of its keys."""
    addresses = (module_names.resource(module_names.ca(key), AUTHORITY) for key in keys)
    arns = [arn for arn in map(state.arns.get, addresses) if arn]
    return {ARN_IN_STATE: arns[0]} if arns else {}
