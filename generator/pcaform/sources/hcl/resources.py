"""Modules in use -> the resources of an inventory, shaped as a state would hold them, and what cannot be told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NewType

from pcaform.sources.hcl import symbolic_values
from pcaform.sources.hcl.block_values import value_of
from pcaform.sources.hcl.blocks import Block
from pcaform.sources.hcl.module_calls import Calls
from pcaform.sources.hcl.moved_removed import PendingStateChange, ignored_changes, pending_state_changes
from pcaform.sources.hcl.objects import ResourceObject
from pcaform.sources.hcl.scope import Instance, ModuleScope
from pcaform.sources.hcl.state_shape import misfit, to_state_shape
from pcaform.sources.hcl.unknown import Unknown, first_unknown
from pcaform.sources.inventory import ATTRIBUTES, ImportNote, Resource, is_symbolic

_OURS = "aws_acmpca_"
_AUTHORITY = "aws_acmpca_certificate_authority"
_COMPUTED = ("arn", "certificate", "certificate_chain", "certificate_signing_request")
_HARMLESS = frozenset({"tags", "timeouts"})
"""What a resource is taken without where it is not known: leaving it out of a spec endangers no CA."""
_NAMES_OTHERS = frozenset(
    {
        *("arn", "assume_role_policy", "certificate", "certificate_authority_arn", "certificate_chain"),
        *("certificate_signing_request", "policy", "resource_arn"),
    }
)
"""What may hold an ARN that only stands for one: it ties resources to each other, and is no text of a spec."""
_ADVICE = "import from the state instead, where it is known"
_LATER = Unknown("it holds what is known only when it exists")
_NO_TEXT = Unknown("it is no text")
_TWICE = Unknown("this block, or one in it, stands more than once")
Other = NewType("Other", str)
"""The type of a resource that has nothing to do with private CAs."""
Found = Resource | ImportNote | PendingStateChange | Other


def read_resources(scope: ModuleScope, calls: Calls) -> Iterator[Found]:
    """Yield what a module and those that it calls hold about private CAs."""
    for block in scope.module.of_type("resource"):
        kind = block.labels[0] if block.labels else ""
        if kind in ATTRIBUTES or kind.startswith(_OURS):
            yield from _resources(block, scope)
        elif kind:
            yield Other(kind)
    for block in scope.module.of_type("data"):
        if block.labels and block.labels[0] == _AUTHORITY:
            yield from _references(block, scope)
    for block in scope.module.of_type("module"):
        yield from _called(block, scope, calls)
    yield from pending_state_changes(scope)
    for path in scope.module.unread:
        yield ImportNote("unknown", path, f"only files in Terraform's own language, '*.tf', are read: {_ADVICE}")


def _resources(block: Block, scope: ModuleScope) -> Iterator[Found]:
    instances = scope.instances(block)
    if isinstance(instances, Unknown):
        yield _unknown(block, scope, "how many there are", instances)
        return
    for instance in instances:
        if block.labels[0] not in ATTRIBUTES:
            yield ImportNote("left out", instance.address, f"'{block.labels[0]}' is not built yet in this release")
        else:
            yield from _resource(instance)


def _called(block: Block, scope: ModuleScope, calls: Calls) -> Iterator[Found]:
    instances = scope.instances(block)
    if isinstance(instances, Unknown):
        yield _unknown(block, scope, "how many there are", instances)
        return
    for instance in instances:
        entered = calls.enter(instance)
        if isinstance(entered, Unknown):
            yield _unknown(block, scope, "what is in it", entered)
        else:
            yield from read_resources(entered, calls)


def _resource(instance: Instance) -> Iterator[Found]:
    """Yield a resource, or why it cannot be told; what is not known and harmless is left out and named."""
    kind = instance.block.labels[0]
    if not (instance.region is None or isinstance(instance.region, str)):
        yield ImportNote(
            "unknown", instance.address, _reason(instance, "region", first_unknown(instance.region) or _NO_TEXT)
        )
        return
    attributes = {name: value for name, value in instance.contents().items() if name in ATTRIBUTES[kind]}
    view = ResourceObject(instance)
    for name in _COMPUTED:
        if name in ATTRIBUTES[kind] and name not in attributes:
            value = view.step(name)
            if not isinstance(value, Unknown):
                attributes[name] = value
    if "prevent_destroy" in ATTRIBUTES[kind]:
        attributes["prevent_destroy"] = _protection(instance)
    for name, value in list(attributes.items()):
        unknown = first_unknown(value) or _fault(kind, name, value)
        if unknown is None:
            continue
        yield ImportNote("unknown", instance.address, _reason(instance, name, unknown))
        if name not in _HARMLESS:
            return
        del attributes[name]
    yield from ignored_changes(instance)
    place = instance.place
    yield Resource(
        kind,
        instance.address,
        to_state_shape(attributes, place.default_tags, takes_tags="tags_all" in ATTRIBUTES[kind]),
        origin=instance.home.origin or instance.block.place,
        provider=place.alias,
    )


def _fault(kind: str, name: str, value: Any) -> Unknown | None:
    """Return why a known value cannot be taken."""
    if kind.startswith(_OURS) and _is_twice(value):
        return _TWICE
    holder = None if name in _NAMES_OTHERS else _holder(name, value)
    if holder is not None:
        return _LATER if holder == name else Unknown(f"'{holder}' holds what is known only when it exists")
    return misfit(name, value)


def _holder(name: str, value: Any) -> str | None:
    """Return the argument, the innermost of those in blocks, that holds an ARN which only stands for one."""
    blocks = [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
    inner = (found for each in blocks for key, below in each.items() if (found := _holder(key, below)))
    return next(inner, name if is_symbolic(str(value)) else None)


def _is_twice(value: Any) -> bool:
    """Tell whether a block, or one inside it, stands more often than the provider takes any block of a private CA."""
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        return False
    return len(value) > 1 or any(_is_twice(inner) for each in value for inner in each.values())


def _references(block: Block, scope: ModuleScope) -> Iterator[Found]:
    instances = scope.instances(block)
    if isinstance(instances, Unknown):
        yield _unknown(block, scope, "how many there are", instances)
        return
    for instance in instances:
        arn = instance.argument("arn")
        if isinstance(arn, Unknown):
            yield ImportNote("unknown", instance.address, _reason(instance, "arn", arn))
        if isinstance(arn, str):
            yield Resource(
                _AUTHORITY,
                instance.address,
                {"arn": arn},
                id=arn,
                origin=block.place,
                is_reference=True,
                provider=instance.place.alias,
            )


def _reason(instance: Instance, name: str, unknown: Unknown) -> str:
    attribute = instance.block.body.attributes.get(name)
    where = instance.home.origin or (attribute.place if attribute else instance.block.place)
    return f"{where}: '{name}' has to be evaluated, {unknown.reason}: {_ADVICE}"


def _unknown(block: Block, scope: ModuleScope, what: str, why: Unknown) -> ImportNote:
    labels = block.labels if block.type == "resource" else (block.type, *block.labels)
    address = ".".join(part for part in (scope.address, *labels) if part)
    return ImportNote(
        "unknown", address, f"{scope.origin or block.place}: {what} cannot be told, {why.reason}: {_ADVICE}"
    )


def _protection(instance: Instance) -> Any:
    """Return what a resource says of being destroyed; None where it says nothing."""
    for block in instance.block.body.of_type("lifecycle"):
        attribute = block.body.attributes.get("prevent_destroy")
        if attribute is not None:
            return value_of(attribute, instance.scope)
    return None


_AUTHORITY = "aws_acmpca_certificate_authority"
_CERTIFICATE = "aws_acmpca_certificate"
_OWNERS = ("certificate_authority_arn", "resource_arn")
_REASON = "what it belongs to or was signed by is left out: import from the state instead, where it is known"


def attached_resources(resources: Iterable[Resource]) -> tuple[list[Resource], list[ImportNote]]:
    """Return the resources whose CAs and certificates are there too, and a remark for each of the others."""
    kept = list(resources)
    notes: list[ImportNote] = []
    while lost := _lost(kept):
        kept = [each for each in kept if each.address not in lost]
        notes += [ImportNote("unknown", address, f"{each.origin}: {_REASON}") for address, each in lost.items()]
    return kept, notes


def _lost(resources: Sequence[Resource]) -> dict[str, Resource]:
    """Return by address what belongs to a CA, or has a certificate, that is not among the resources."""
    arns = {each.attributes.get("arn") for each in resources if each.type == _AUTHORITY}
    certificates = {each.attributes.get("certificate") for each in resources if each.type == _CERTIFICATE}
    return {
        each.address: each
        for each in resources
        if any(_is_absent(each.attributes.get(name), arns) for name in _OWNERS)
        or (
            symbolic_values.is_certificate(each.attributes.get("certificate"))
            and each.attributes["certificate"] not in certificates
        )
    }


def _is_absent(arn: Any, arns: set[Any]) -> bool:
    return isinstance(arn, str) and is_symbolic(arn) and arn not in arns
