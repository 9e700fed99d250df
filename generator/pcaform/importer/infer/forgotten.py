"""What a stack over the source's state forgets: all that the state has and the stack has not.

Terraform destroys what no file describes. Only `removed` blocks with `destroy = false` prevent that, and they name a
resource or a module without instance keys, which must not be in the configuration.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from pcaform.importer.infer.context import SpecEntry
from pcaform.importer.infer.keys import CA_ARN
from pcaform.render.history import call_of
from pcaform.render.plan.resources import StackResource
from pcaform.render.plan.stack import is_declared
from pcaform.sources.inventory import ImportNote, Inventory, Resource, is_symbolic
from pcaform.terraform import addresses
from pcaform.terraform.addresses import strip_keys
from pcaform.terraform.resource_types import ACMPCA_PREFIX, CERTIFICATE
from pcaform.terraform.schema import ATTRIBUTES, arguments_of, is_same

_FORGET = "forget"
_REPLACED = "a plan would replace {0}, or delete what the state holds beside it: it is tainted, or has a deposed object"
_MIXED = "its resource, {0}, has instances with keys too, which would move with it"
_ANOTHER = "a plan would replace {0}, since a spec cannot have its '{1}'"
_LONG = ("certificate", "certificate_chain", "certificate_signing_request")
_NAMES = "subject_alternative_names"
_OCCUPIED = "its address in a stack, {0}, is that of another resource: give that one another address first"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The lines of a spec that forget: `removed`, and `moves` of single instances of what the stack has too."""

    removed: Mapping[str, str] = field(default_factory=dict)
    moves: Mapping[str, str] = field(default_factory=dict)
    touched: AbstractSet[str] = frozenset()
    """The addresses, with and without keys, that are forgotten."""


NOTHING_FORGOTTEN = Forgotten()


def find_forgotten(
    inventory: Inventory,
    notes: Iterable[ImportNote],
    *,
    moved: Collection[str],
    kept: AbstractSet[str],
    calls: AbstractSet[str],
) -> Forgotten:
    """Return what a stack with these module calls forgets.

    It moves what is at `moved`, and has what is at `kept`, which a spec that exists has already.
    """
    stays = {*moved, *kept}
    left = dict.fromkeys(address for address in _list_addresses(inventory, notes) if address not in stays)
    busy = {_top_module(strip_keys(address)) for address in stays} | {f"module.{call}" for call in calls}
    removed: dict[str, str] = {}
    moves: dict[str, str] = {}
    for address in left:
        name = strip_keys(address)
        if is_declared(name, calls):
            kind = name.rpartition(".")[0].rpartition(".")[2]
            moves[address] = name = _free_name(kind, left, moves)
        elif (module := _top_module(name)) and module not in busy:
            name = module
        removed[name] = _FORGET
    return Forgotten(removed, moves, frozenset({*left, *map(strip_keys, left)}))


def _list_addresses(inventory: Inventory, notes: Iterable[ImportNote]) -> Iterator[str]:
    """Yield the address of all that a state may have, also of what could not be read: that is in notes only."""
    yield from (each.address for each in inventory.resources if not each.is_reference)
    yield from inventory.others
    for note in notes:
        address = note.address.partition(" (")[0]
        try:
            kind = addresses.resource_type(addresses.parse(address))
        except ValueError:
            continue
        if kind is None or kind in ATTRIBUTES or kind.startswith(ACMPCA_PREFIX):
            yield address


def _top_module(name: str) -> str:
    """Return the address of the root module's call that an address is in; empty if it is in none."""
    return f"module.{call_of(name)}" if name.startswith("module.") else ""


def _free_name(kind: str, *taken: Collection[str]) -> str:
    """Return an address of the root module that nothing has."""
    number = 1 + len(taken[-1])
    while any(f"{kind}.forgotten_{number}" in each for each in taken):
        number += 1
    return f"{kind}.forgotten_{number}"


def _list_arns(inventory: Inventory) -> Iterator[str]:
    """Yield the ARNs of CAs in a source, without symbolic ones: no other may reach a spec."""
    yield from inventory.used
    for each in inventory.resources:
        for name, value in (("id", each.id), *each.attributes.items()):
            if name not in _LONG:
                yield from (arn for arn in CA_ARN.findall(str(value)) if not is_symbolic(arn))


def find_invented(inventory: Inventory, entries: Iterable[SpecEntry]) -> Iterator[tuple[SpecEntry, str]]:
    """Yield each entry that names a CA which the source does not have, and why that cannot be."""
    arns = set(_list_arns(inventory))
    for entry in entries:
        for arn in CA_ARN.findall(str(entry.data)):
            if arn not in arns:
                yield entry, f"it names {arn}, which the source does not have"


def _find_replacing(resource: Resource, values: Mapping[str, Any]) -> str:
    """Return an argument that a stack has with another value, and whose change replaces a resource; empty without."""
    for row in arguments_of(resource.type) if resource.type != CERTIFICATE else ():
        name, old, new = row.name, resource.attributes.get(row.name), values.get(row.name, row.default)
        is_there = name in resource.attributes and (new is not None or name == "description")
        old = old.lower() if name == "domain_name" and isinstance(old, str) else old  # as AWS keeps it
        is_known = not str(new).startswith("(") and name != _NAMES  # which AWS adds to
        if row.replaces and is_there and is_known and not is_same(resource.type, name, old, new):
            return name
    return ""


def find_clashes(
    inventory: Inventory,
    entries: Iterable[SpecEntry],
    *,
    rendered: Mapping[str, StackResource],
    owners: Mapping[str, SpecEntry],
) -> Iterator[tuple[SpecEntry, str]]:
    """Yield each entry of which a plan would replace or destroy something, and why.

    Terraform does not move to an address that the state has: it destroys what would move there. `rendered` are the
    resources of the stack, `owners` the entries of its module calls.
    """
    at = Counter(each.address for each in inventory.resources if inventory.source.is_applied_over)
    resources = {each.address: each for each in inventory.resources if at[each.address] == 1}
    held = set(_list_addresses(inventory, inventory.notes))
    replaced = {each.address for each in inventory.resources if each.is_replaced}
    keyed = {address.rpartition("[")[0] for address in held if address.endswith("]")}
    unmoved: set[str] = set()
    for entry in entries:
        unmoved.update(old for old, new in entry.addresses if old == new)
        for address in entry.covered_addresses:
            if address in replaced or address in keyed:
                yield entry, (_MIXED if address in keyed else _REPLACED).format(address)
                break
        for old, new in entry.addresses:
            name = _find_replacing(resources[old], rendered[new].values) if old in resources and new in rendered else ""
            if name:
                yield entry, _ANOTHER.format(old, name)
                break
    for address, each in rendered.items():
        if address in held and address not in unmoved and each.call in owners:
            yield owners[each.call], _OCCUPIED.format(address)
