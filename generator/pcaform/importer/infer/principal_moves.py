"""Where the parts of a principal are, and where a rendered stack has them."""

from pcaform.iam.policies import trust_policy
from pcaform.importer.infer.ca_index import text
from pcaform.importer.infer.principal_policies import PolicyAttachment, Principal
from pcaform.sources.inventory import Resource
from pcaform.terraform.addresses import with_key


def addresses_of(
    principal: Principal, held: list[PolicyAttachment], module: str
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return old and new addresses of a principal with its policies, and the addresses that nothing can take over.

    Terraform moves a resource only to one of the same type, so an inline policy stays behind.
    """
    moved = []
    if principal.resource is not None:
        moved.append((principal.resource.address, f"module.{module}.{principal.resource.type}.this"))
        if principal.profile and _is_kept(principal.profile, principal.resource):
            moved.append((principal.profile.address, with_key(f"module.{module}.{principal.profile.type}.this", 0)))
    unmoved = []
    for each in held:
        kind = f"aws_iam_{principal.kind}_policy_attachment"
        if each.attachment is None:
            unmoved.append(each.policy.address)
            continue
        moved.append((each.policy.address, with_key(f"module.{module}.aws_iam_policy.this", each.name)))
        if each.attachment.type == kind:
            moved.append((each.attachment.address, with_key(f"module.{module}.{kind}.this", each.name)))
        else:
            unmoved.append(each.attachment.address)
    return tuple(moved), tuple(unmoved)


def _is_kept(profile: Resource, role: Resource) -> bool:
    """Tell whether a stack has a profile like that: of a role for EC2, and in its path."""
    paths = [each.attributes.get("path") or "/" for each in (profile, role)]
    return paths[0] == paths[1] and trust_policy.EC2 in text(role, "assume_role_policy")
