"""Imports, renames and removals in a spec -> `import`, `moved` and `removed` blocks.

Everything here comes from the spec alone, so that the same spec gives the same blocks; a block whose object is no
longer in the state does nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from pcaform.render.plan.cas import retained_generations
from pcaform.render.plan.module_call import ModuleCall
from pcaform.spec.sections import Destroy, Forget
from pcaform.spec.stack import Spec
from pcaform.terraform import addresses, module_names
from pcaform.terraform.hcl_writer import Reference
from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `import`, `moved` or `removed`, with its arguments in order."""

    kind: str
    arguments: dict[str, Any]


def build_state_blocks(spec: Spec, calls: list[ModuleCall]) -> list[Block]:
    """Return the blocks of a stack with these calls; Terraform rejects a `removed` block of a module still called."""
    called = {call.name for call in calls}
    forgotten = dict.fromkeys([*_list_superseded(spec), *_list_forgotten(spec)])
    return [
        *_imports(spec),
        *(
            Block("moved", {"from": _module(old), "to": _module(new)})
            for old, new in _list_renames(spec)
            if new in called
        ),
        *(
            Block("moved", {"from": addresses.parse(old), "to": addresses.parse(new)})
            for old, new in spec.moves.items()
        ),
        *(Block("removed", {"from": _module(name)}) for name in forgotten if name not in called),
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


def _list_renames(spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield old and new name of each call of a renamed item; a call that never existed moves nothing."""
    for key, authority in spec.managed.items():
        if authority.renamed_from is not None:
            yield from _list_ca_renames(authority.renamed_from, key, authority.generation)
    for key, issuer in spec.issuers.items():
        if issuer.renamed_from is not None:
            yield module_names.issuer(issuer.renamed_from), module_names.issuer(key)


def _list_ca_renames(old: str, new: str, generation: int) -> Iterator[tuple[str, str]]:
    yield module_names.ca(old), module_names.ca(new)
    for retained in retained_generations(generation):
        yield module_names.ca_certificate(old, retained), module_names.ca_certificate(new, retained)
    yield module_names.permission(old), module_names.permission(new)
    yield module_names.share(old), module_names.share(new)


def _list_superseded(spec: Spec) -> Iterator[str]:
    """Yield the certificate calls of generations that are not retained: they stay valid and leave the state."""
    for key, authority in spec.managed.items():
        names = [key] if authority.renamed_from is None else [key, authority.renamed_from]
        for name in names:
            yield from (
                module_names.ca_certificate(name, generation)
                for generation in range(1, retained_generations(authority.generation).start)
            )


def _list_forgotten(spec: Spec) -> Iterator[str]:
    """Yield the calls that belong to each item under `removed` that is forgotten."""
    for name, removal in spec.removed.items():
        if not isinstance(removal, Destroy):
            section, key = spec.removed_item(name)
            yield from _list_calls_of(section, key, removal)


def _list_calls_of(section: str, key: str, removal: str | Forget) -> Iterator[str]:
    if section == "certificate_authorities":
        generation = removal.generation if isinstance(removal, Forget) else 1
        if not isinstance(removal, Forget) or removal.forget == "everything":
            yield from (module_names.ca(key), module_names.permission(key), module_names.share(key))
        yield from (module_names.ca_certificate(key, number) for number in range(1, generation + 1))
    else:
        names: dict[str, Callable[[str], str]] = {
            "issuers": module_names.issuer,
            "administrators": partial(module_names.operator_role, "administrators"),
            "auditors": partial(module_names.operator_role, "auditors"),
            "crl_buckets": module_names.crl_bucket,
            "certificates": module_names.certificate,
        }
        yield names[section](key)
