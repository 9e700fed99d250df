"""Lists resources without an entry or a note, with a reason, so that nothing is dropped silently."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from pcaform.importer.infer.stack_locations import StackLocation, has_no_location
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from pcaform.terraform.resource_types import ACMPCA_PREFIX, CERTIFICATE, INSTALLATION, PERMISSION, SHARE

_REASONS: Mapping[str, tuple[str, str]] = {
    CERTIFICATE: (
        "certificate_authority_arn",
        (
            "it is not a CA's own certificate, and a spec cannot issue others. Remove it from the state before "
            "applying a stack over it, else Terraform revokes it"
        ),
    ),
    INSTALLATION: (
        "certificate_authority_arn",
        "the CA that it activates is not in this spec, or has another certificate",
    ),
    PERMISSION: ("certificate_authority_arn", "AWS keeps one permission for each principal and CA"),
    SHARE: ("resource_arn", "the CA that it shares is not in this spec"),
}
"""Resource type -> the attribute with its location, and why a spec cannot have it."""

_UNMANAGED = (
    "not in a spec. A stack over their state would destroy them: give the stack its own state with 'terraform state mv "
    "-state-out', or keep the files that describe them next to the stack's"
)


def unhandled_resources(
    inventory: Inventory, location: StackLocation, handled: Collection[str]
) -> Iterator[ImportNote]:
    """Yield a note for each private CA resource at a location that has neither an entry nor a note."""
    for kind, (attribute, reason) in _REASONS.items():
        for resource in inventory.of_type(kind):
            if (
                resource.address not in handled
                and not resource.is_reference
                and _is_here(resource, attribute, location)
            ):
                yield ImportNote("left out", resource.address, reason)


def unmanaged_resources(inventory: Inventory, handled: Collection[str]) -> Iterator[ImportNote]:
    """Yield notes on all other resources of a state: a stack over it destroys resources without configuration files."""
    unhandled = [each for each in inventory.resources if not each.is_reference and each.address not in handled]
    for each in unhandled if inventory.source.is_applied_over else ():
        if each.type.startswith(ACMPCA_PREFIX):
            yield ImportNote(
                "left out",
                each.address,
                "it is not in a spec, and a stack over this state would destroy it: remove it from the state first",
            )
    counts = Counter(each.type for each in unhandled if not each.type.startswith(ACMPCA_PREFIX)) + Counter(
        inventory.others
    )
    if inventory.source.lists_other_resources and counts:
        summary = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        yield ImportNote("listed", f"the same {inventory.source.noun}", f"{summary}: {_UNMANAGED}")


def _is_here(resource: Resource, attribute: str, location: StackLocation) -> bool:
    arn = resource.attributes.get(attribute)
    return has_no_location(arn) or location.holds(arn)
