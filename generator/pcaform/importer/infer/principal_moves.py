"""Current addresses of a principal and its policies, and their addresses in a rendered stack."""

from pcaform.iam.policies import trust_policy
from pcaform.importer.infer.ca_index import text
from pcaform.importer.infer.principal_policies import PolicyAttachment, Principal
from pcaform.sources.inventory import Resource
from pcaform.terraform.addresses import with_key


def addresses_of(
    principal: Principal, attachments: list[PolicyAttachment], module: str
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return old and new addresses of a principal with its policies, and the addresses that cannot move.

    Terraform moves a resource only to one of the same type, so an inline policy cannot move.
    """
    moved = []
    if principal.resource is not None:
        moved.append((principal.resource.address, f"module.{module}.{principal.resource.type}.this"))
        if principal.profile and _has_same_profile(principal.profile, principal.resource):
            moved.append((principal.profile.address, with_key(f"module.{module}.{principal.profile.type}.this", 0)))
    unmoved = []
    for each in attachments:
        kind = f"aws_iam_{principal.kind}_policy_attachment"
        if each.attachment is None:
            unmoved.append(each.resource.address)
            continue
        moved.append((each.resource.address, with_key(f"module.{module}.aws_iam_policy.this", each.name)))
        if each.attachment.type == kind:
            moved.append((each.attachment.address, with_key(f"module.{module}.{kind}.this", each.name)))
        else:
            unmoved.append(each.attachment.address)
    return tuple(moved), tuple(unmoved)


def _has_same_profile(profile: Resource, role: Resource) -> bool:
    """Tell whether a stack has this instance profile: for EC2, and with the role's path."""
    paths = [each.attributes.get("path") or "/" for each in (profile, role)]
    return paths[0] == paths[1] and trust_policy.EC2 in text(role, "assume_role_policy")
