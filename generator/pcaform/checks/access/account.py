"""An account's inventory -> its CAs and everybody who can do something with them, one stage for each region.

A source of accounts hands over what hangs on a user or role, the policies of its groups and its boundary too.
"""

from collections.abc import Iterable, Iterator, Mapping

from pcaform.checks.access.scenario import Scenario, Subject
from pcaform.iam.evaluator.principals import Principal
from pcaform.sources.inventory import Inventory, Resource

_CA = "aws_acmpca_certificate_authority"
_KINDS = ("user", "role")


def build_scenarios(inventory: Inventory, account_id: str) -> list[Scenario]:
    """Return one stage for each region in which an account holds CAs; those of others are judged by their policies."""
    subjects = tuple(_subjects(inventory))
    authorities = [each for each in inventory.of_type(_CA) if each.address.split(":")[4] == account_id]
    regions = dict.fromkeys(authority.address.split(":")[3] for authority in authorities)
    return [
        Scenario(
            region, account_id, _labels(each for each in authorities if each.address.split(":")[3] == region), subjects
        )
        for region in regions
    ]


def _labels(authorities: Iterable[Resource]) -> dict[str, str]:
    """Return CAs by what they are called: the common name, with the id where it alone does not tell them apart."""
    found = list(authorities)
    names = [_common_name(each) for each in found]
    ids = [each.address.rpartition("/")[2] for each in found]
    return {
        (name if name and names.count(name) == 1 else f"{name} {identity}".strip()): each.address
        for name, identity, each in zip(names, ids, found, strict=True)
    }


def _common_name(authority: Resource) -> str:
    (configuration,) = authority.attributes["certificate_authority_configuration"]
    return str(configuration["subject"][0].get("common_name", ""))


def _subjects(inventory: Inventory) -> Iterator[Subject]:
    managed = {each.attributes["arn"]: each.attributes for each in inventory.of_type("aws_iam_policy")}
    for kind in _KINDS:
        for person in inventory.of_type(f"aws_iam_{kind}"):
            name = person.attributes["name"]
            policies = dict(_policies(inventory, kind, name, managed=managed))
            boundary = managed.get(person.attributes.get("permissions_boundary", ""), {}).get("policy", "")
            principal = _principal(person.attributes, kind)
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


def _principal(person: Mapping[str, str], kind: str) -> Principal:
    """Return who calls: the user, or a session of the role."""
    account_id = person["arn"].split(":")[4]
    if kind == "user":
        return Principal(person["arn"], account_id)
    partition = person["arn"].split(":")[1]
    session = f"arn:{partition}:sts::{account_id}:assumed-role/{person['name']}/session"
    return Principal(session, account_id, person["arn"])
