"""An index of an inventory by CA: certificates, installations, permissions and shares."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pcaform.sources.inventory import Inventory, Resource
from pcaform.terraform.resource_types import AUTHORITY, CERTIFICATE, INSTALLATION, PERMISSION, SHARE

Many = Mapping[str, list[Resource]]


@dataclass(frozen=True, slots=True)
class CaIndex:
    """Resources by their link to a CA."""

    by_request: Many
    """Certificates by their signing request."""
    by_certificate: Many
    """Certificates by their own text."""
    installations: Many
    permissions: Many
    shares: Many
    signers: frozenset[str]
    """The ARNs of all CAs that issued a certificate of the inventory."""
    cas: Mapping[str, Resource]
    """CAs by ARN, including unmanaged ones."""


def build_index(inventory: Inventory) -> CaIndex:
    """Build the index of an inventory."""
    certificates = inventory.of_type(CERTIFICATE)
    return CaIndex(
        by_request=_group_by(certificates, "certificate_signing_request"),
        by_certificate=_group_by(certificates, "certificate"),
        installations=_group_by(inventory.of_type(INSTALLATION), "certificate_authority_arn"),
        permissions=_group_by(inventory.of_type(PERMISSION), "certificate_authority_arn"),
        shares=_group_by(inventory.of_type(SHARE), "resource_arn"),
        signers=frozenset(text(each, "certificate_authority_arn") for each in certificates),
        cas={text(each, "arn"): each for each in inventory.of_type(AUTHORITY)},
    )


def text(resource: Resource, name: str) -> str:
    """Return an attribute as text without surrounding spaces, empty if there is none."""
    value = resource.attributes.get(name)
    return value.strip() if isinstance(value, str) else ""


def _group_by(resources: list[Resource], name: str) -> Many:
    groups: dict[str, list[Resource]] = defaultdict(list)
    for resource in resources:
        if (value := text(resource, name)) and not resource.is_reference:
            groups[value].append(resource)
    return groups
