"""Spec -> the plan of its stack: each file with its template and values, and the modules to copy.

Imports, renames and removals that a stack ever had become `import`, `moved` and `removed` blocks. They stay, since no
render knows whether they were applied; a block whose object is no longer in the state does nothing.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pcaform.render.history import CALLS, EVERYTHING, advance, chains_of, keys_of, list_calls
from pcaform.render.manifest import AUTHORITIES, REMOVED, Record
from pcaform.render.plan.access import (
    certificates,
    crl_buckets,
    issuers,
    operator_roles,
    parameters,
    permissions,
    shares,
)
from pcaform.render.plan.cas import ca_calls, pem_files, retained_generations
from pcaform.render.plan.module_call import VENDORED, ModuleCall, ModuleSource, output, without_none
from pcaform.render.plan.providers import list_providers
from pcaform.render.plan.references import data_sources
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names, provider_releases
from pcaform.terraform.addresses import parse
from pcaform.terraform.hcl_writer import Call, Reference
from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY
from pcaform.terraform.schema import ATTRIBUTES

REQUIRED_TERRAFORM = ">= 1.10"
"""The first release with `use_lockfile` and with a lifecycle in `removed`, of Terraform and of OpenTofu."""

_REQUEST = "certificate_signing_request"


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
    renames = dict(_list_renames(called, record))
    forgotten = dict.fromkeys([*_list_superseded(spec, record), *_list_forgotten(record)])
    moves = {old: new for old, new in record.moves.items() if new != REMOVED}
    return [
        *_imports(spec),
        *(Block("moved", {"from": _module(old), "to": _module(new)}) for old, new in renames.items()),
        *(Block("moved", {"from": parse(old), "to": parse(new)}) for old, new in moves.items()),
        *(
            Block("removed", {"from": _module(name)})
            for name in forgotten
            if name not in called and name not in renames and f"module.{name}" not in record.moves
        ),
        *(
            Block("removed", {"from": parse(old)})
            for old in record.moves
            if old not in moves and not is_declared(old, called)
        ),
    ]


def is_declared(address: str, called: AbstractSet[str]) -> bool:
    """Tell whether an address without keys may be in these calls of our modules: they name each resource `this`."""
    call, _, inner = address.removeprefix("module.").partition(".")
    kind, _, name = inner.partition(".")
    return address.startswith("module.") and call in called and (not inner or (kind in ATTRIBUTES and name == "this"))


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


def _list_renames(called: AbstractSet[str], record: Record) -> Iterator[tuple[str, str]]:
    """Yield old and new name of each call of a renamed item, over all keys that it had: Terraform follows the chain.

    An object has one of the names; a call that never existed moves nothing.
    """
    for name, item in record.items.items():
        superseded = set(_superseded(name.partition(".")[2], item.last_generation)) if item.former else ()
        for chain in chains_of(name, item) if item.former else ():
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
        removal = item.removal
        if removal and not removal.destroy:
            for key in reversed(keys_of(name, item)):
                calls = list_calls(name.partition(".")[0], key, generation=removal.generation)
                certificates = module_names.ca_certificate(key, 1)
                yield from (call for call in calls if removal.forget == EVERYTHING or call.startswith(certificates))


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file to render: its path in the stack, its template and the template's values."""

    path: str
    template: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StackPlan:
    """A whole stack: the name of its directory, the files to render and the files to copy."""

    name: str
    source: str
    files: tuple[PlannedFile, ...]
    modules: tuple[str, ...]
    """The modules to copy into the stack."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Path in the stack -> text that is written unchanged: certificates that were signed elsewhere."""
    record: Record = field(default_factory=Record)
    """What the manifest records."""
    extra_files: tuple[str, ...] = ()
    """The files of others that the spec accepts."""


MODULE_FILES = (
    "crl_buckets.tf",
    "certificate_authorities.tf",
    "permissions.tf",
    "parameters.tf",
    "issuers.tf",
    "roles.tf",
    "certificates.tf",
)
"""The files of a stack that call its modules."""
REFERENCES = "references.tf"
STACK_FILES = (*MODULE_FILES, REFERENCES, "versions.tf", "providers.tf", "outputs.tf", "changes.tf")
"""All files of a stack but its modules and certificates."""


def calls_by_file(spec: Spec) -> dict[str, list[ModuleCall]]:
    """Return all module calls of a spec's stack, by the file that they are in."""
    calls = (
        crl_buckets(spec),
        ca_calls(spec),
        [*permissions(spec), *shares(spec)],
        parameters(spec),
        issuers(spec),
        operator_roles(spec),
        certificates(spec),
    )
    return dict(zip(MODULE_FILES, map(list, calls), strict=True))


def uses_of(calls: Collection[ModuleCall]) -> tuple[list[str], set[str]]:
    """Return what module calls use of the provider, and the modules that they call."""
    return [each for call in calls for each in call.uses], {module_names.original(call.module) for call in calls}


_NOTHING = Record()


def plan(spec: Spec, *, source: str, modules: ModuleSource = VENDORED, before: Record = _NOTHING) -> StackPlan:
    """Return what rendering `spec` writes over a stack with the record `before`.

    `source` is the spec's file name, for the header of each file.
    """
    calls = calls_by_file(spec)
    all_calls = [call for file_calls in calls.values() for call in file_calls]
    module_files = [
        PlannedFile(path, "modules.tf.j2", {"calls": [_with_source(call, modules) for call in file_calls]})
        for path, file_calls in calls.items()
        if file_calls
    ]
    record, sources = advance(spec, before), data_sources(spec)
    blocks = build_state_blocks(spec, all_calls, record)
    versions = {
        "required_version": REQUIRED_TERRAFORM,
        "provider": {"source": "hashicorp/aws", "version": provider_releases.constraint(*uses_of(all_calls))},
        "backends": list((spec.terraform.backend or {}).items()),
        "cloud": spec.terraform.cloud,
    }
    files = (
        PlannedFile("versions.tf", "versions.tf.j2", versions),
        PlannedFile("providers.tf", "providers.tf.j2", {"providers": list_providers(spec, record)}),
        *([PlannedFile(REFERENCES, "references.tf.j2", {"sources": sources})] if sources else []),
        *module_files,
        *([PlannedFile("changes.tf", "changes.tf.j2", {"blocks": blocks})] if blocks else []),
        PlannedFile("outputs.tf", "outputs.tf.j2", {"outputs": _outputs(spec, all_calls)}),
    )
    to_copy = sorted({call.module for call in all_calls}) if modules.is_copied else []
    extra = spec.terraform.extra_files
    return StackPlan(spec.stack, source, files, tuple(to_copy), pem_files(spec), record, extra)


def _with_source(call: ModuleCall, modules: ModuleSource) -> dict[str, Any]:
    """Return the values of a `module` block: its source and providers, then its arguments."""
    arguments = dict(call.arguments)
    source, providers = modules.of(call.module), arguments.pop("providers", None)
    head = {"source": source, "version": modules.version, "providers": providers}
    return {"name": call.name, "head": without_none(head), "arguments": arguments}


def _outputs(spec: Spec, calls: list[ModuleCall]) -> list[dict[str, Any]]:
    offline = [key for key, authority in spec.managed.items() if authority.activation not in (None, "external")]
    active = [key for key in spec.managed if key not in spec.pending]
    owned, ca, issuer = [key for key, each in spec.issuers.items() if each.is_owned], module_names.ca, CALLS["issuers"]
    with_profile = {call.name for call in calls if call.arguments.get("instance_profile")}
    profiles = [key for key in owned if issuer(key) in with_profile]
    outputs: tuple[tuple[str, str, str, Callable[[str], str], Collection[str]], ...] = (
        ("certificate_authority_arns", "ARN of each active CA", "active_arn", ca, active),
        (
            "certificate_authorities",
            "ARN, certificate, chain, dates and serial of each active CA",
            "",
            ca,
            active,
        ),
        ("certificate_signing_requests", "request of each CA that is signed elsewhere", _REQUEST, ca, offline),
        (
            "crl_buckets",
            "name, ARN and domain of each bucket for CRLs",
            "",
            CALLS["crl_buckets"],
            spec.crl_buckets,
        ),
        ("issuer_arns", "ARN of each issuer", "arn", issuer, owned),
        ("issuer_policy_arns", "ARNs of each issuer's policies", "policy_arns", issuer, spec.issuers),
        ("instance_profile_names", "instance profile of each issuer's role", "instance_profile_name", issuer, profiles),
        ("administrator_arns", "ARN of each administrator's role", "arn", CALLS["administrators"], spec.administrators),
        ("auditor_arns", "ARN of each auditor's role", "arn", CALLS["auditors"], spec.auditors),
        ("certificate_arns", "ARN of each private certificate", "arn", CALLS["certificates"], spec.certificates),
    )
    by_key = [
        {
            "name": name,
            "arguments": {
                "description": f"The {what}, by its key in the spec.",
                "value": {key: output(call(key), attribute) if attribute else _module(call(key)) for key in keys},
            },
        }
        for name, what, attribute, call, keys in outputs
        if keys
    ]
    roots = [output(ca(key), "certificate") for key in active if spec.managed[key].type == "ROOT"]
    bundle = {
        "description": "The certificates of this stack's root CAs, PEM: what relying parties trust.",
        "value": Call("join", "\n", (Call("compact", roots),)),
    }
    return [*by_key, *([{"name": "trust_bundle", "arguments": bundle}] if roots else [])]
