"""Reads the resources of a module and its calls to inventory resources, with notes on unknown values.

The attributes are those that a state has: with the provider's types and without nulls.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.hcl import import_blocks
from pcaform.sources.hcl.blocks import Block, evaluate_body
from pcaform.sources.hcl.module_calls import ModuleCalls
from pcaform.sources.hcl.objects import Instance
from pcaform.sources.hcl.operators import JsonText
from pcaform.sources.hcl.scope import ModuleScope
from pcaform.sources.hcl.type_conversion import ANY_TYPE, TypeConstraint, convert
from pcaform.sources.hcl.values import Unknown, first_unknown
from pcaform.sources.inventory import ImportNote, Resource, find_cas, is_symbolic
from pcaform.sources.symbols import certificate_address
from pcaform.terraform.addresses import strip_keys
from pcaform.terraform.arguments import ARGUMENTS
from pcaform.terraform.resource_types import ACMPCA_PREFIX, AUTHORITY, CERTIFICATE, INSTALLATION
from pcaform.terraform.schema import ATTRIBUTES, provider_defaults

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
_DETACHED = "the CA or certificate that it refers to is left out"
_WITHOUT = "it is taken whole or not at all, and {}, its certificate, is {}"
_USE = re.compile(r"acm[_-]?pca|certificate_authority_arn|private_ca|pca_arn")
_USES = "its text names a private CA, and a spec has no field for it"
_PLACEHOLDER = "its ARN is not that of a CA, whose id is a UUID"
_NOT_A_STRING = Unknown("it is not a string")
_REPEATED_BLOCK = Unknown("this block, or one inside it, occurs more than once")
OtherResource = tuple[str, tuple[str, ...]]
"""The address of another resource without keys, empty for a data source, and the ARNs of the CAs that it names."""
ReadResult = Resource | ImportNote | import_blocks.PendingStateChange | import_blocks.ImportBlock | OtherResource
ReadInstance = Callable[[Instance], Iterator[ReadResult]]
_SCALARS = {row.name.rpartition(".")[2]: row.kind for row in ARGUMENTS if row.kind in ("number", "bool")}
_TYPES = {
    **{name: TypeConstraint(kind) for name, kind in _SCALARS.items()},
    "prevent_destroy": TypeConstraint("bool"),
    **dict.fromkeys(("subject", "tags", "validity"), TypeConstraint("string")),
}
"""The provider's types of some arguments; a type applies to everything below a block or map too."""


def read_resources(scope: ModuleScope, calls: ModuleCalls) -> Iterator[ReadResult]:
    """Yield the resources about private CAs in a module and the modules that it calls."""
    for block in scope.module.of_type("resource"):
        type_ = block.labels[0] if block.labels else ""
        if type_ in ATTRIBUTES:
            yield from _read_instances(block, scope, _read_instance)
        elif type_.startswith(ACMPCA_PREFIX):
            yield from _read_instances(block, scope, _unsupported_note)
        elif type_:
            yield strip_keys(scope.address_of(block)), _find_used_cas(block, scope)
            if not type_.startswith("awscc_acmpca_") and _USE.search(block.source.text, block.start, block.stop):
                yield ImportNote("listed", scope.address_of(block), f"{block.location}: {_USES}")
    for block in scope.module.of_type("data"):
        if block.labels[:1] == (AUTHORITY,):
            yield from _read_instances(block, scope, _read_data_source)
        else:
            yield "", _find_used_cas(block, scope)
    for block in scope.module.of_type("module"):
        yield from _read_instances(block, scope, partial(_read_module_call, calls=calls))
    yield from import_blocks.pending_state_changes(scope)
    yield from import_blocks.read_imports(scope)
    for path, reason in scope.module.unread_files.items():
        yield ImportNote("unknown", path, f"{reason}; {_ADVICE}")


def _read_instances(block: Block, scope: ModuleScope, read: ReadInstance) -> Iterator[ReadResult]:
    instances = scope.instances(block)
    if isinstance(instances, Unknown):
        yield _unknown_note(block, scope, "the number of instances", instances)
        return
    for instance in instances:
        yield from read(instance)


def _find_used_cas(block: Block, scope: ModuleScope) -> tuple[str, ...]:
    """Return the ARNs of CAs in all arguments of a block, as far as they are known; nothing in it ends an import."""
    try:
        instances = scope.instances(block)
        known = [] if isinstance(instances, Unknown) else [evaluate_body(block.body, each.scope) for each in instances]
        return tuple(dict.fromkeys(find_cas(known)))
    except (Failure, RecursionError):
        return ()


def _unsupported_note(instance: Instance) -> Iterator[ReadResult]:
    yield ImportNote("left out", instance.address, f"'{instance.block.labels[0]}' is not supported in this release")


def _read_module_call(call: Instance, calls: ModuleCalls) -> Iterator[ReadResult]:
    module_scope = calls.enter_module(call)
    if isinstance(module_scope, Unknown):
        yield _unknown_note(call.block, call.module_scope, "the module's content", module_scope)
    else:
        yield from read_resources(module_scope, calls)


def _read_instance(instance: Instance) -> Iterator[ReadResult]:
    """Yield a resource, or a note if it has unknown values; unknown optional arguments are left out with a note."""
    kind = instance.block.labels[0]
    if not (instance.region is None or isinstance(instance.region, str)):
        yield _argument_note(instance, "region", first_unknown(instance.region) or _NOT_A_STRING)
        return
    attributes = {name: value for name, value in instance.values().items() if name in ATTRIBUTES[kind]}
    for name in _COMPUTED:
        if name in ATTRIBUTES[kind] and name not in attributes:
            value = instance.get_attribute(name)
            if not isinstance(value, Unknown):
                attributes[name] = value
    attributes |= {name: each for name, each in provider_defaults(kind).items() if attributes.get(name) is None}
    if "prevent_destroy" in ATTRIBUTES[kind]:
        attributes["prevent_destroy"] = _prevent_destroy(instance)
    shaped: dict[str, Any] = {}
    for name, value in attributes.items():
        as_applied = _to_provider_types(value, name)
        unknown = first_unknown(value) or _invalid_reason(kind, name, value) or first_unknown(as_applied)
        if unknown is None:
            shaped[name] = as_applied
            continue
        yield _argument_note(instance, name, unknown)
        if name not in _OPTIONAL:
            return
        if name == "tags" and isinstance(as_applied, dict):
            known = {key: each for key, each in as_applied.items() if not first_unknown(each)}
            shaped[name] = {key: each for key, each in known.items() if not is_symbolic(str(each))}
    yield from import_blocks.unread_lifecycle(instance)
    provider = instance.provider
    yield Resource(
        kind,
        instance.address,
        _to_state_shape(shaped, provider.default_tags, takes_tags="tags_all" in ATTRIBUTES[kind]),
        origin=instance.module_scope.origin or instance.block.location,
        provider=provider.alias,
    )


def _invalid_reason(kind: str, name: str, value: Any) -> Unknown | None:
    """Return why a known value cannot be used, None if it can."""
    if kind.startswith(ACMPCA_PREFIX) and _has_repeated_block(value):
        return _REPEATED_BLOCK
    symbolic = None if name in _REFERENCES else _symbolic_argument(name, value)
    if symbolic is not None:
        subject = "its value is" if symbolic == name else f"'{symbolic}' has a value that is"
        return Unknown(f"{subject} known only after creation")
    if name == "tags" and not isinstance(value, dict | None):
        return Unknown("it is not a map")
    if name == "timeouts":
        (block,) = value if isinstance(value, list) and len(value) == 1 else (value,)
        return None if isinstance(block, dict | None) else Unknown("it is not a block")
    return None


def _symbolic_argument(name: str, value: Any) -> str | None:
    """Return the argument, the innermost one in blocks, that has a symbolic ARN; None if none has."""
    blocks = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    arguments = ((key, below) for block in blocks for key, below in block.items())
    inner = (argument for key, below in arguments if (argument := _symbolic_argument(key, below)))
    return next(inner, name if is_symbolic(str(value)) else None)


def _has_repeated_block(value: Any) -> bool:
    """Tell whether a block, or one inside it, is repeated; the provider accepts each block of a CA only once."""
    if not isinstance(value, list) or not all(isinstance(block, dict) for block in value):
        return False
    return len(value) > 1 or any(_has_repeated_block(inner) for block in value for inner in block.values())


def _read_data_source(instance: Instance) -> Iterator[ReadResult]:
    arn, origin = instance.argument("arn"), instance.block.location
    if isinstance(arn, Unknown):
        yield _argument_note(instance, "arn", arn)
    if isinstance(arn, str):
        if not (is_symbolic(arn) or list(find_cas(arn))):
            yield ImportNote("left out", instance.address, f"{origin}: {_PLACEHOLDER}")
        alias = instance.provider.alias
        yield Resource(AUTHORITY, instance.address, {"arn": arn}, arn, origin, is_reference=True, provider=alias)


def _argument_note(instance: Instance, name: str, unknown: Unknown) -> ImportNote:
    attribute = instance.block.body.attributes.get(name)
    location = instance.module_scope.origin or (attribute.location if attribute else instance.block.location)
    reason = f"{location}: cannot evaluate '{name}': {unknown.reason}; {_ADVICE}"
    return ImportNote("unknown", instance.address, reason)


def _unknown_note(block: Block, scope: ModuleScope, what: str, why: Unknown) -> ImportNote:
    reason = f"{scope.origin or block.location}: {what} is unknown: {why.reason}; {_ADVICE}"
    return ImportNote("unknown", scope.address_of(block), reason)


def _prevent_destroy(instance: Instance) -> Any:
    """Return the `prevent_destroy` of a resource's lifecycle; None if it is not set.

    A CA that is forgotten where others are destroyed (`destroy = false`) is protected as well.
    """
    blocks = [*instance.block.body.of_type("lifecycle")]
    if any(block.argument("destroy", instance.scope) not in (None, True) for block in blocks):
        return True
    values = (block.argument("prevent_destroy", instance.scope) for block in blocks)
    return next((value for value in values if value is not None), None)


def set_installed_certificates(resources: Sequence[Resource]) -> list[Resource]:
    """Return the resources, each CA with its installed certificate, as a state would have it."""
    certificates = {
        resource.attributes.get("certificate_authority_arn"): resource.attributes.get("certificate")
        for resource in resources
        if resource.type == INSTALLATION
    }
    return [
        replace(resource, attributes={**resource.attributes, "certificate": certificates[resource.attributes["arn"]]})
        if resource.type == AUTHORITY
        and resource.attributes.get("arn") in certificates
        and not resource.attributes.get("certificate")
        else resource
        for resource in resources
    ]


def attached_resources(
    resources: Iterable[Resource], lost: Collection[str] = ()
) -> tuple[list[Resource], list[ImportNote]]:
    """Return the resources whose CAs and certificates are present too, and a note for each of the others.

    `lost` are the addresses of resources that could not be read, which have notes already; a CA whose installed
    certificate is lost is lost too.
    """
    kept, gone = list(resources), set(lost)
    notes: list[ImportNote] = []
    while True:
        halves = {
            each.attributes.get("certificate_authority_arn"): each.address
            for each in kept
            if each.type == INSTALLATION and each.address in gone
        }
        kept = [each for each in kept if each.address not in gone]
        detached = list(_find_detached(kept, halves, {note.address for note in notes}))
        if not detached:
            return kept, notes
        notes += detached
        gone = {note.address for note in detached}


def _find_detached(
    resources: Sequence[Resource], halves: Mapping[Any, str], earlier: Collection[str]
) -> Iterator[ImportNote]:
    """Yield a note for each resource that refers to a CA or certificate that is not among them.

    Also for CAs of `halves`, ARNs of those whose certificate is not installed any more, with the installations.
    `earlier` are the addresses of what was left out before.
    """
    arns = {resource.attributes.get("arn") for resource in resources if resource.type == AUTHORITY}
    certificates = {resource.attributes.get("certificate") for resource in resources if resource.type == CERTIFICATE}
    for each in resources:
        own = certificate_address(each.attributes.get("certificate"))
        lost = own if own and each.attributes["certificate"] not in certificates else ""
        if each.type == AUTHORITY:
            lost = "" if each.is_reference else lost or halves.get(each.attributes.get("arn"), "")
        owners = (str(each.attributes.get(name)) for name in _OWNERS)
        if lost or any(is_symbolic(arn) and arn not in arns for arn in owners):
            why = _WITHOUT.format(lost, "left out" if lost in earlier else "unknown")
            reason = f"{why if each.type == AUTHORITY else _DETACHED}; {_ADVICE}"
            yield ImportNote("unknown", each.address, f"{each.origin}: {reason}" if each.origin else reason)


def _to_state_shape(attributes: dict[str, Any], default_tags: Mapping[str, str], *, takes_tags: bool) -> dict[str, Any]:
    """Return attributes as a state has them: with all tags, and without nulls."""
    result = {name: value for name, value in attributes.items() if value is not None}
    if not result.get("tags", True):
        del result["tags"]
    if isinstance(result.get("timeouts"), list):
        result["timeouts"] = result["timeouts"][0]
    if takes_tags:
        result["tags_all"] = {**default_tags, **result.get("tags", {})}
    return result


def _to_provider_types(value: Any, name: str, type_constraint: TypeConstraint = ANY_TYPE) -> Any:
    """Return an argument with the provider's types and without nulls; Unknown in place of what no boolean can be."""
    type_constraint = _TYPES.get(name, ANY_TYPE) if type_constraint == ANY_TYPE else type_constraint
    if isinstance(value, dict):
        known = {key: each for key, each in value.items() if each is not None}
        return {key: _to_provider_types(each, key, type_constraint) for key, each in known.items()}
    if isinstance(value, list) and type_constraint.name != "bool":
        return [_to_provider_types(each, name, type_constraint) for each in value]
    converted = convert(value.as_written if isinstance(value, JsonText) else value, type_constraint)
    is_fit = type_constraint.name != "bool" or value is None or isinstance(converted, bool)
    return converted if is_fit else Unknown(f"'{name}' must be true or false")
