"""Current addresses of a principal and its policies, and their addresses in a rendered stack."""

from pcaform.iam.policies import trust_policy
from pcaform.importer.infer.ca_index import text
from pcaform.importer.infer.principal_policies import PolicyAttachment, Principal
from pcaform.sources.inventory import Resource
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import IAM_POLICY, IAM_ROLE_POLICY_ATTACHMENT, IAM_USER_POLICY_ATTACHMENT


def addresses_of(
    principal: Principal, attachments: list[PolicyAttachment], module: str
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return old and new addresses of a principal with its policies, and the addresses that cannot move.

    Terraform moves a resource only to one of the same type, so an inline policy cannot move.
    """
    moved = []
    if principal.resource is not None:
        moved.append((principal.resource.address, module_names.resource(module, principal.resource.type)))
        if principal.profile and _has_same_profile(principal.profile, principal.resource):
            moved.append((principal.profile.address, module_names.resource(module, principal.profile.type)))
    unmoved = []
    attachment_type = IAM_USER_POLICY_ATTACHMENT if principal.kind == "user" else IAM_ROLE_POLICY_ATTACHMENT
    for each in attachments:
        if each.attachment is None:
            unmoved.append(each.resource.address)
            continue
        moved.append((each.resource.address, module_names.resource(module, IAM_POLICY, each.name)))
        if each.attachment.type == attachment_type:
            moved.append((each.attachment.address, module_names.resource(module, attachment_type, each.name)))
        else:
            unmoved.append(each.attachment.address)
    return tuple(moved), tuple(unmoved)


def _has_same_profile(profile: Resource, role: Resource) -> bool:
    """Tell whether a stack has this instance profile: for EC2, and with the role's path."""
    paths = [each.attributes.get("path") or "/" for each in (profile, role)]
    return paths[0] == paths[1] and trust_policy.EC2 in text(role, "assume_role_policy")
