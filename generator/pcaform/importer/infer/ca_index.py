"""Inventory -> what belongs to a CA, looked up at once: its certificates, installation, permissions and share."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pcaform.sources.inventory import Inventory, Resource

Many = Mapping[str, list[Resource]]


@dataclass(frozen=True, slots=True)
class CaIndex:
    """Resources by what ties them to a CA."""

    by_request: Many
    """Certificates by the signing request that they answer."""
    by_certificate: Many
    """Certificates by their own text."""
    installations: Many
    permissions: Many
    shares: Many
    signers: frozenset[str]
    """The ARNs of all CAs that issued a certificate of the inventory."""
    authorities: Mapping[str, Resource]
    """CAs by ARN, those that others manage among them."""


def index(inventory: Inventory) -> CaIndex:
    """Return an inventory's index."""
    certificates = inventory.of_type("aws_acmpca_certificate")
    return CaIndex(
        by_request=_by(certificates, "certificate_signing_request"),
        by_certificate=_by(certificates, "certificate"),
        installations=_by(
            inventory.of_type("aws_acmpca_certificate_authority_certificate"), "certificate_authority_arn"
        ),
        permissions=_by(inventory.of_type("aws_acmpca_permission"), "certificate_authority_arn"),
        shares=_by(inventory.of_type("aws_acmpca_policy"), "resource_arn"),
        signers=frozenset(text(each, "certificate_authority_arn") for each in certificates),
        authorities={text(each, "arn"): each for each in inventory.of_type("aws_acmpca_certificate_authority")},
    )


def text(resource: Resource, name: str) -> str:
    """Return an attribute as text without surrounding blanks, empty where there is none."""
    value = resource.attributes.get(name)
    return value.strip() if isinstance(value, str) else ""


def _by(resources: list[Resource], name: str) -> Many:
    found: dict[str, list[Resource]] = defaultdict(list)
    for resource in resources:
        if text(resource, name) and not resource.is_reference:
            found[text(resource, name)].append(resource)
    return found
