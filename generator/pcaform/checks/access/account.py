"""Builds access scenarios from an account's inventory: its CAs and IAM principals, one scenario for each region.

The inventory lists each user's and role's policies, including those of its groups, and its permissions boundary.
"""

from collections.abc import Iterable, Iterator, Mapping

from pcaform.checks.access.scenario import Scenario, Subject
from pcaform.iam.evaluator.principals import Principal
from pcaform.sources.inventory import Inventory, Resource
from pcaform.terraform.resource_types import AUTHORITY, IAM_POLICY

_PRINCIPAL_TYPES = ("user", "role")


def build_scenarios(inventory: Inventory, account_id: str) -> list[Scenario]:
    """Return one scenario for each region in which the account has its own CAs; CAs of other accounts are left out."""
    subjects = tuple(_subjects(inventory))
    cas = [ca for ca in inventory.of_type(AUTHORITY) if ca.address.split(":")[4] == account_id]
    regions = dict.fromkeys(ca.address.split(":")[3] for ca in cas)
    return [
        Scenario(region, account_id, _label_cas(ca for ca in cas if ca.address.split(":")[3] == region), subjects)
        for region in regions
    ]


def _label_cas(resources: Iterable[Resource]) -> dict[str, str]:
    """Map a label of each CA to its ARN: the common name, followed by the id if several CAs have that name."""
    cas = list(resources)
    names = [_common_name(ca) for ca in cas]
    ids = [ca.address.rpartition("/")[2] for ca in cas]
    return {
        (name if name and names.count(name) == 1 else f"{name} {ca_id}".strip()): ca.address
        for name, ca_id, ca in zip(names, ids, cas, strict=True)
    }


def _common_name(ca: Resource) -> str:
    (configuration,) = ca.attributes["certificate_authority_configuration"]
    return str(configuration["subject"][0].get("common_name", ""))


def _subjects(inventory: Inventory) -> Iterator[Subject]:
    managed = {policy.attributes["arn"]: policy.attributes for policy in inventory.of_type(IAM_POLICY)}
    for kind in _PRINCIPAL_TYPES:
        for principal_resource in inventory.of_type(f"aws_iam_{kind}"):
            attributes = principal_resource.attributes
            name = attributes["name"]
            policies = dict(_policies(inventory, kind, name, managed=managed))
            boundary = managed.get(attributes.get("permissions_boundary", ""), {}).get("policy", "")
            principal = _principal(attributes, kind)
            yield Subject(
                name, kind, principal, policies, is_owned=False, owner_tag=f"{kind}/{name}", boundary=boundary
            )


def _policies(
    inventory: Inventory, kind: str, name: str, *, managed: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    for inline in inventory.of_type(f"aws_iam_{kind}_policy"):
        if inline.attributes[kind] == name:
            yield inline.attributes["name"], inline.attributes["policy"]
    for attachment in inventory.of_type(f"aws_iam_{kind}_policy_attachment"):
        if attachment.attributes[kind] == name:
            arn = attachment.attributes["policy_arn"]
            yield arn, managed[arn]["policy"]


def _principal(attributes: Mapping[str, str], kind: str) -> Principal:
    """Return the calling principal: the user, or a session of the role."""
    account_id = attributes["arn"].split(":")[4]
    if kind == "user":
        return Principal(attributes["arn"], account_id)
    partition = attributes["arn"].split(":")[1]
    session = f"arn:{partition}:sts::{account_id}:assumed-role/{attributes['name']}/session"
    return Principal(session, account_id, attributes["arn"])
