"""Reads the resources of a module and its calls to inventory resources, with notes on unknown values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NewType

from pcaform.sources.hcl import symbolic_values
from pcaform.sources.hcl.block_values import evaluate
from pcaform.sources.hcl.blocks import Block
from pcaform.sources.hcl.module_calls import ModuleCalls
from pcaform.sources.hcl.moved_removed import PendingStateChange, ignored_changes, pending_state_changes
from pcaform.sources.hcl.objects import ResourceObject
from pcaform.sources.hcl.scope import Instance, ModuleScope
from pcaform.sources.hcl.state_shape import to_state_shape, type_error
from pcaform.sources.hcl.unknown import Unknown, first_unknown
from pcaform.sources.inventory import ImportNote, Resource, is_symbolic
from pcaform.terraform.resource_types import ACMPCA_PREFIX, AUTHORITY, CERTIFICATE
from pcaform.terraform.schema import ATTRIBUTES

_OWNERS = ("certificate_authority_arn", "resource_arn")
_COMPUTED = ("arn", "certificate", "certificate_chain", "certificate_signing_request")
_OPTIONAL = frozenset({"tags", "timeouts"})
"""Arguments that may be unknown: a spec without them does not endanger a CA."""
_REFERENCES = frozenset(
    {
        *("arn", "assume_role_policy", "certificate", "certificate_authority_arn", "certificate_chain"),
        *("certificate_signing_request", "policy", "resource_arn"),
    }
)
"""Arguments that may have symbolic values, which link resources and do not get into a spec."""
_ADVICE = "import from the state instead, if there is one"
_DETACHED = "the CA or certificate that it refers to is left out; import from the state instead, if there is one"
_KNOWN_LATER = Unknown("its value is known only after creation")
_NOT_A_STRING = Unknown("it is not a string")
_REPEATED_BLOCK = Unknown("this block, or one inside it, occurs more than once")
UnrelatedType = NewType("UnrelatedType", str)
"""The type of a resource that is not about private CAs."""
ReadResult = Resource | ImportNote | PendingStateChange | UnrelatedType


def read_resources(scope: ModuleScope, calls: ModuleCalls) -> Iterator[ReadResult]:
    """Yield the resources about private CAs in a module and the modules that it calls."""
    for block in scope.module.of_type("resource"):
        type_ = block.labels[0] if block.labels else ""
        if type_ in ATTRIBUTES or type_.startswith(ACMPCA_PREFIX):
            yield from _read_block(block, scope)
        elif type_:
            yield UnrelatedType(type_)
    for block in scope.module.of_type("data"):
        if block.labels and block.labels[0] == AUTHORITY:
            yield from _read_data_source(block, scope)
    for block in scope.module.of_type("module"):
        yield from _read_module_call(block, scope, calls)
    yield from pending_state_changes(scope)
    for path in scope.module.unread_files:
        yield ImportNote("unknown", path, f"pcaform reads only '*.tf' files; {_ADVICE}")


def _read_block(block: Block, scope: ModuleScope) -> Iterator[ReadResult]:
    instances = scope.instances(block)
    if isinstance(instances, Unknown):
        yield _unknown_note(block, scope, "the number of instances", instances)
        return
    for instance in instances:
        if block.labels[0] not in ATTRIBUTES:
            yield ImportNote("left out", instance.address, f"'{block.labels[0]}' is not supported in this release")
        else:
            yield from _read_instance(instance)


def _read_module_call(block: Block, scope: ModuleScope, calls: ModuleCalls) -> Iterator[ReadResult]:
    instances = scope.instances(block)
    if isinstance(instances, Unknown):
        yield _unknown_note(block, scope, "the number of instances", instances)
        return
    for instance in instances:
        module_scope = calls.enter_module(instance)
        if isinstance(module_scope, Unknown):
            yield _unknown_note(block, scope, "the module's content", module_scope)
        else:
            yield from read_resources(module_scope, calls)


def _read_instance(instance: Instance) -> Iterator[ReadResult]:
    """Yield a resource, or a note if it has unknown values; unknown optional arguments are left out with a note."""
    kind = instance.block.labels[0]
    if not (instance.region is None or isinstance(instance.region, str)):
        yield ImportNote(
            "unknown",
            instance.address,
            _format_reason(instance, "region", first_unknown(instance.region) or _NOT_A_STRING),
        )
        return
    attributes = {name: value for name, value in instance.values().items() if name in ATTRIBUTES[kind]}
    resource_object = ResourceObject(instance)
    for name in _COMPUTED:
        if name in ATTRIBUTES[kind] and name not in attributes:
            value = resource_object.get_attribute(name)
            if not isinstance(value, Unknown):
                attributes[name] = value
    if "prevent_destroy" in ATTRIBUTES[kind]:
        attributes["prevent_destroy"] = _prevent_destroy(instance)
    for name, value in list(attributes.items()):
        unknown = first_unknown(value) or _invalid_reason(kind, name, value)
        if unknown is None:
            continue
        yield ImportNote("unknown", instance.address, _format_reason(instance, name, unknown))
        if name not in _OPTIONAL:
            return
        del attributes[name]
    yield from ignored_changes(instance)
    provider = instance.provider
    yield Resource(
        kind,
        instance.address,
        to_state_shape(attributes, provider.default_tags, takes_tags="tags_all" in ATTRIBUTES[kind]),
        origin=instance.module_scope.origin or instance.block.location,
        provider=provider.alias,
    )


def _invalid_reason(kind: str, name: str, value: Any) -> Unknown | None:
    """Return why a known value cannot be used, None if it can."""
    if kind.startswith(ACMPCA_PREFIX) and _has_repeated_block(value):
        return _REPEATED_BLOCK
    symbolic = None if name in _REFERENCES else _symbolic_argument(name, value)
    if symbolic is not None:
        return (
            _KNOWN_LATER if symbolic == name else Unknown(f"'{symbolic}' has a value that is known only after creation")
        )
    return type_error(name, value)


def _symbolic_argument(name: str, value: Any) -> str | None:
    """Return the argument, the innermost one in blocks, that has a symbolic ARN; None if none has."""
    blocks = [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
    arguments = ((key, below) for block in blocks for key, below in block.items())
    inner = (argument for key, below in arguments if (argument := _symbolic_argument(key, below)))
    return next(inner, name if is_symbolic(str(value)) else None)


def _has_repeated_block(value: Any) -> bool:
    """Tell whether a block, or one inside it, is repeated; the provider accepts each block of a CA only once."""
    if not isinstance(value, list) or not all(isinstance(block, Mapping) for block in value):
        return False
    return len(value) > 1 or any(_has_repeated_block(inner) for block in value for inner in block.values())


def _read_data_source(block: Block, scope: ModuleScope) -> Iterator[ReadResult]:
    instances = scope.instances(block)
    if isinstance(instances, Unknown):
        yield _unknown_note(block, scope, "the number of instances", instances)
        return
    for instance in instances:
        arn = instance.argument("arn")
        if isinstance(arn, Unknown):
            yield ImportNote("unknown", instance.address, _format_reason(instance, "arn", arn))
        if isinstance(arn, str):
            yield Resource(
                AUTHORITY,
                instance.address,
                {"arn": arn},
                id=arn,
                origin=block.location,
                is_reference=True,
                provider=instance.provider.alias,
            )


def _format_reason(instance: Instance, name: str, unknown: Unknown) -> str:
    attribute = instance.block.body.attributes.get(name)
    location = instance.module_scope.origin or (attribute.location if attribute else instance.block.location)
    return f"{location}: cannot evaluate '{name}': {unknown.reason}; {_ADVICE}"


def _unknown_note(block: Block, scope: ModuleScope, what: str, why: Unknown) -> ImportNote:
    labels = block.labels if block.type == "resource" else (block.type, *block.labels)
    address = ".".join(part for part in (scope.address, *labels) if part)
    return ImportNote(
        "unknown", address, f"{scope.origin or block.location}: {what} is unknown: {why.reason}; {_ADVICE}"
    )


def _prevent_destroy(instance: Instance) -> Any:
    """Return the `prevent_destroy` of a resource's lifecycle; None if it is not set."""
    for block in instance.block.body.of_type("lifecycle"):
        attribute = block.body.attributes.get("prevent_destroy")
        if attribute is not None:
            return evaluate(attribute, instance.scope)
    return None


def attached_resources(resources: Iterable[Resource]) -> tuple[list[Resource], list[ImportNote]]:
    """Return the resources whose CAs and certificates are present too, and a note for each of the others."""
    kept = list(resources)
    notes: list[ImportNote] = []
    while detached := _find_detached(kept):
        kept = [resource for resource in kept if resource.address not in detached]
        notes += [
            ImportNote("unknown", address, f"{resource.origin}: {_DETACHED}") for address, resource in detached.items()
        ]
    return kept, notes


def _find_detached(resources: Sequence[Resource]) -> dict[str, Resource]:
    """Return by address the resources that refer to a CA or certificate that is not among the resources."""
    arns = {resource.attributes.get("arn") for resource in resources if resource.type == AUTHORITY}
    certificates = {resource.attributes.get("certificate") for resource in resources if resource.type == CERTIFICATE}
    return {
        resource.address: resource
        for resource in resources
        if any(_is_absent(resource.attributes.get(name), arns) for name in _OWNERS)
        or (
            symbolic_values.is_symbolic_certificate(resource.attributes.get("certificate"))
            and resource.attributes["certificate"] not in certificates
        )
    }


def _is_absent(arn: Any, arns: set[Any]) -> bool:
    return isinstance(arn, str) and is_symbolic(arn) and arn not in arns
