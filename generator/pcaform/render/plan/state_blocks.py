"""Imports, renames and removals that a stack ever had -> `import`, `moved` and `removed` blocks.

They stay, since no render knows whether they were applied; a block whose object is no longer in the state does nothing.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pcaform.render.history import DESTROY, EVERYTHING, FORGET, keys_of, list_calls
from pcaform.render.manifest import AUTHORITIES, FORMER, GENERATION, REMOVAL, Record
from pcaform.render.plan.cas import retained_generations
from pcaform.render.plan.module_call import ModuleCall
from pcaform.spec.stack import Spec
from pcaform.terraform import addresses, module_names
from pcaform.terraform.hcl_writer import Reference
from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `import`, `moved` or `removed`, with its arguments in order."""

    kind: str
    arguments: dict[str, Any]


def build_state_blocks(spec: Spec, calls: list[ModuleCall], record: Record) -> list[Block]:
    """Return the blocks of a stack with these calls, from what its record says that it ever had.

    Terraform rejects a `removed` and a `moved` block of a module that is still called, and both of one module.
    """
    called = {call.name for call in calls}
    renames = dict(_list_renames(spec, called, record))
    forgotten = dict.fromkeys([*_list_superseded(spec, record), *_list_forgotten(record)])
    return [
        *_imports(spec),
        *(Block("moved", {"from": _module(old), "to": _module(new)}) for old, new in renames.items()),
        *(
            Block("moved", {"from": addresses.parse(old), "to": addresses.parse(new)})
            for old, new in record.moves.items()
        ),
        *(
            Block("removed", {"from": _module(name)})
            for name in forgotten
            if name not in called and name not in renames and f"module.{name}" not in record.moves
        ),
    ]


def _module(name: str) -> Reference:
    return Reference(f"module.{name}")


def _imports(spec: Spec) -> Iterator[Block]:
    """Yield an import block for each object that exists; it stays, so that a lost state plans no second CA."""
    arns = [
        *((module_names.ca(key), AUTHORITY, authority.arn) for key, authority in spec.managed.items()),
        *((module_names.certificate(key), ACM_CERTIFICATE, each.arn) for key, each in spec.certificates.items()),
    ]
    for call, resource_type, arn in arns:
        if arn is not None:
            yield Block("import", {"to": Reference(module_names.resource(call, resource_type)), "id": arn})


def _list_renames(spec: Spec, called: AbstractSet[str], record: Record) -> Iterator[tuple[str, str]]:
    """Yield old and new name of each call of a renamed item, over all keys that it had: Terraform follows the chain.

    An object has one of the names; a call that never existed moves nothing.
    """
    for name, item in record.items.items():
        if FORMER in item:
            section, _, own = name.partition(".")
            generation = spec.managed[own].generation if own in spec.managed else 1
            names = [list(list_calls(section, key, generation=generation)) for key in keys_of(name, item)]
            superseded = set(_superseded(own, generation))
            for chain in zip(*names, strict=True):
                if chain[-1] in called and chain[-1] not in superseded:
                    yield from pairwise(chain)


def _list_superseded(spec: Spec, record: Record) -> Iterator[str]:
    """Yield the certificate calls of generations that are not retained: they stay valid and leave the state."""
    for key, authority in spec.managed.items():
        name = f"{AUTHORITIES}.{key}"
        for each in reversed(keys_of(name, record.items[name])):
            yield from _superseded(each, authority.generation)


def _superseded(key: str, generation: int) -> Iterator[str]:
    for number in range(1, retained_generations(generation).start):
        yield module_names.ca_certificate(key, number)


def _list_forgotten(record: Record) -> Iterator[str]:
    """Yield the calls of each item, or of a CA's certificate, that was let go and is not to be destroyed."""
    for name, item in record.let_go.items():
        removal = item[REMOVAL]
        if DESTROY not in removal:
            for key in reversed(keys_of(name, item)):
                calls = list_calls(name.partition(".")[0], key, generation=removal.get(GENERATION, 1))
                certificates = module_names.ca_certificate(key, 1)
                yield from (call for call in calls if removal[FORGET] == EVERYTHING or call.startswith(certificates))
