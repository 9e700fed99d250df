"""What a stack ever had: which render was applied is not known to the next one, so nothing is forgotten on the way.

Each of the renders so far, or none, may have been applied, in any order. So a renamed item keeps its former keys, and
what was let go stays let go: `moved` and `removed` blocks of it are rendered for good, and do nothing once they were
applied. The history ends where a user who knows the state says that all was applied, or nothing, or shows the state.
"""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from pcaform.render import manifest
from pcaform.render.manifest import AUTHORITIES, REMOVED, Fate, Item, Items, Record, Terms
from pcaform.render.plan.cas import retained_generations
from pcaform.spec.sections import Destroy, Forget
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.addresses import strip_keys
from pcaform.terraform.resource_types import AUTHORITY

EVERYTHING = "everything"

CALLS: dict[str, Callable[[str], str]] = {
    "issuers": module_names.issuer,
    "administrators": partial(module_names.operator_role, "administrators"),
    "auditors": partial(module_names.operator_role, "auditors"),
    "crl_buckets": module_names.crl_bucket,
    "certificates": module_names.certificate,
}
"""The function from an item's key to its module call, by its section."""


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
    return (*item.former, name.partition(".")[2])


def list_calls(section: str, key: str, *, generation: int) -> Iterator[str]:
    """Yield the calls that an item may have under a key, those of its CA certificates up to a generation."""
    if section != AUTHORITIES:
        yield CALLS[section](key)
        return
    yield from (module_names.ca(key), module_names.permission(key), module_names.share(key))
    yield module_names.parameter(key)
    yield from (module_names.ca_certificate(key, number) for number in range(1, generation + 1))


def chains_of(name: str, item: Item) -> list[tuple[str, ...]]:
    """Return for each kind of call that an item may have its names under all keys of the item; the own key is last."""
    section = name.partition(".")[0]
    names = [list(list_calls(section, key, generation=item.last_generation)) for key in keys_of(name, item)]
    return list(zip(*names, strict=True))


def calls_of(name: str, item: Item) -> frozenset[str]:
    """Return the calls that an item may have in the state."""
    return frozenset(call for chain in chains_of(name, item) for call in chain)


def list_made_calls(name: str, item: Item) -> Iterator[str]:
    """Yield the calls that an applied render made for an item, each with a resource; whether a CA is shared is unknown.

    A CA that is managed elsewhere has only its permission here; manifests of format 1.0 list no others.
    """
    section, _, key = name.partition(".")
    if section != AUTHORITIES:
        yield from (chain[-1] for chain in chains_of(name, item))
    elif item.is_managed:
        yield module_names.ca(key)
    if item.is_permitting:
        yield module_names.permission(key)
    if item.certificate:
        retained = retained_generations(item.certificate.generation)
        yield from (module_names.ca_certificate(key, number) for number in retained)


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
    origins = {new: old for old, new in renamed_items(spec).items()}
    items = {
        name: _remember(item, name, origins.get(name), before)
        for name, item in manifest.build_manifest_items(spec).items()
    }
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
        said, item = _fate(removal), known[0][1] if known else Item()
        last = max(said.generation, *(each.last_generation for _, each in known), 1)
        fate = said.model_copy(update={"generation": last})
        let_go[name] = item.model_copy(update={"removal": fate, "former": _former(name, known)})
    moves = {**before.moves, **spec.moves, **forgotten}
    # A manifest is sorted: in any other order the next render would be another one.
    return Record(items, dict(sorted(let_go.items())), dict(sorted(moves.items())), place=manifest.place_of(spec))


def _former(name: str, known: list[tuple[str, Item]]) -> tuple[str, ...]:
    """Return the keys that an item had, by what is known of it under each of its names."""
    own = name.partition(".")[2]
    return tuple(dict.fromkeys(key for source, item in known for key in keys_of(source, item) if key != own))


def _remember(item: Item, name: str, origin: str | None, before: Record) -> Item:
    """Return an item with its former keys, and the oldest generation that may be installed."""
    sources = [source for source in (name, origin) if source is not None]
    known = [(source, before.items.get(source) or before.let_go.get(source) or Item()) for source in sources]
    issued, terms = [old.certificate for _, old in known if old.certificate], item.certificate
    if terms and issued:
        oldest = min(each.oldest or each.generation for each in issued)
        terms = terms.model_copy(update={"oldest": oldest}) if oldest < terms.generation else terms
    return item.model_copy(update={"certificate": terms, "former": _former(name, known)})


def _is_back(name: str, item: Item, items: Items) -> bool:
    """Tell whether what was let go, and is still in a state that was shown, is in the stack again.

    Otherwise it stays let go beside the item that is declared again: whatever that does not call is forgotten.
    """
    now = items.get(name)
    if now is None or not now.is_managed or not item.applied or not item.removal:
        return False
    return item.removal.forget != "certificate" or now.certificate is not None


def _fate(removal: str | Forget | Destroy) -> Fate:
    said = {"forget": EVERYTHING} if isinstance(removal, str) else removal.model_dump(mode="json", exclude_none=True)
    return Fate.model_validate({"generation": 1, **said})


def settle(record: Record) -> Record:
    """Return what is left of a record once it is said that the last render was applied: its items without history."""
    items = {name: _settled(item) for name, item in record.items.items()}
    return Record(items, done_moves=record.moves, place=record.place)


def _settled(item: Item) -> Item:
    terms = item.certificate and item.certificate.model_copy(update={"oldest": None})
    return item.model_copy(update={"applied": True, "former": (), "certificate": terms})


def confirm(record: Record, state: StateContent) -> Record:
    """Return what is left of a record beside a state: what is not in the state is not there, and free to change."""
    calls, roots = state.calls, frozenset((*state.arns, *map(strip_keys, state.arns)))
    moves = {old: new for old, new in record.moves.items() if old in roots or (is_call(old) and call_of(old) in calls)}
    there = calls | {call_of(new) for new in record.moves.values()} if moves else calls
    items, let_go = (
        {name: _confirmed(name, item, state) for name, item in table.items() if _is_there(name, item, there)}
        for table in (record.items, record.let_go)
    )
    return replace(record, items=items, let_go=let_go, moves=record.moves if moves else {}, done_moves=record.moves)


def is_call(address: str) -> bool:
    """Tell whether an address is that of a module call."""
    return address.startswith("module.") and address.count(".") == 1


def _is_there(name: str, item: Item, calls: AbstractSet[str]) -> bool:
    exists = not item.is_managed or item.arn is not None  # whatever the state has
    return exists or bool(calls_of(name, item) & calls)


def _confirmed(name: str, item: Item, state: StateContent) -> Item:
    """Return an item with only those keys and generations, and that permission, which the state has."""
    section, calls = name.partition(".")[0], state.calls
    if not calls_of(name, item) & calls:
        return item
    *former, own = keys_of(name, item)
    there = [key for key in former if set(list_calls(section, key, generation=item.last_generation)) & calls]
    known = _settled(item).model_copy(update={"former": tuple(there)})
    if section != AUTHORITIES:
        return known
    keys = (*former, own)
    is_permitted = any(module_names.permission(key) in calls for key in keys)
    arns = (state.arns.get(module_names.resource(module_names.ca(key), AUTHORITY)) for key in keys)
    found = {"permits": item.permits if is_permitted else None, "arn_in_state": next(filter(None, arns), None)}
    return _confirm_certificate(known, keys, calls).model_copy(update=found)


def _confirm_certificate(item: Item, keys: tuple[str, ...], calls: AbstractSet[str]) -> Item:
    """Return the item of a CA with the last generation of its certificate that the state has, if it has one."""
    rendered = item.certificate.generation if item.certificate else 0
    there = [
        number
        for number in range(1, rendered + 1)
        if any(module_names.ca_certificate(key, number) in calls for key in keys)
    ]
    if not rendered or rendered in there:
        return item
    terms = Terms(generation=there[-1]) if there else None
    return item.model_copy(update={"certificate": terms, "activation": item.activation if there else "pending"})
