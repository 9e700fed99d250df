"""What no entry stands for and nothing was said of yet: listed with its reason, so that nothing is dropped silently."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from pcaform.importer.infer.stack_locations import StackLocation, is_nowhere
from pcaform.sources.inventory import ImportNote, Inventory, Resource

_REASONS: Mapping[str, tuple[str, str]] = {
    "aws_acmpca_certificate": (
        "certificate_authority_arn",
        (
            "it is no CA's own certificate, and a spec issues no others. Take it out of the state before a stack is "
            "applied over it, else Terraform revokes it"
        ),
    ),
    "aws_acmpca_certificate_authority_certificate": (
        "certificate_authority_arn",
        "the CA that it activates is not in this spec, or has another one",
    ),
    "aws_acmpca_permission": ("certificate_authority_arn", "AWS keeps one permission for each principal and CA"),
    "aws_acmpca_policy": ("resource_arn", "the CA that it shares is not in this spec"),
}
"""Type -> which attribute says where it is, and why a spec has none such."""

_OURS = "aws_acmpca_"
_BESIDE = (
    "in no spec. Over their state a stack would destroy them: give it a state of its own with 'terraform state mv "
    "-state-out', or keep the files that describe them beside the stack's"
)


def unhandled_resources(inventory: Inventory, place: StackLocation, said: Collection[str]) -> Iterator[ImportNote]:
    """Yield a remark for each resource of private CAs at a place that is neither in the spec nor remarked upon."""
    for kind, (attribute, reason) in _REASONS.items():
        for resource in inventory.of_type(kind):
            if resource.address not in said and not resource.is_reference and _is_here(resource, attribute, place):
                yield ImportNote("left out", resource.address, reason)


def unmanaged_resources(inventory: Inventory, said: Collection[str]) -> Iterator[ImportNote]:
    """Yield what is to say of all else that is in a state: a stack over it would destroy what no file describes."""
    unsaid = [each for each in inventory.resources if not each.is_reference and each.address not in said]
    for each in unsaid if inventory.source == "state" else ():
        if each.type.startswith(_OURS):
            yield ImportNote(
                "left out",
                each.address,
                "it is in no spec, and over this state a stack would destroy it: take it out of the state first",
            )
    counts = Counter(each.type for each in unsaid if not each.type.startswith(_OURS)) + Counter(inventory.others)
    if inventory.source != "live" and counts:
        listed = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        where = "the same state" if inventory.source == "state" else "the same files"
        yield ImportNote("listed", where, f"{listed}: {_BESIDE}")


def _is_here(resource: Resource, attribute: str, place: StackLocation) -> bool:
    arn = resource.attributes.get(attribute)
    return is_nowhere(arn) or place.holds(arn)
