"""What the functions that infer entries share: the inventory with its index, a location, keys and tags."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pcaform.importer.infer.keys import ExistingKeys
from pcaform.importer.infer.stack_locations import StackLocation
from pcaform.sources.inventory import Inventory, Resource
from pcaform.spec.stack import Aws
from pcaform.terraform.resource_types import AUTHORITY, CERTIFICATE, INSTALLATION, PERMISSION, SHARE
from pcaform.terraform.source_kind import SourceKind

Many = Mapping[str, list[Resource]]


class CaIndex:
    """Resources of an inventory by their link to a CA."""

    def __init__(self, inventory: Inventory) -> None:
        certificates = inventory.of_type(CERTIFICATE)
        self.by_request = _group_by(certificates, "certificate_signing_request")
        self.by_certificate = _group_by(certificates, "certificate")
        self.installations = _group_by(inventory.of_type(INSTALLATION), "certificate_authority_arn")
        self.permissions = _group_by(inventory.of_type(PERMISSION), "certificate_authority_arn")
        self.shares = _group_by(inventory.of_type(SHARE), "resource_arn")
        self.signers = frozenset(text(each, "certificate_authority_arn") for each in certificates)
        """The ARNs of all CAs that issued a certificate of the inventory."""
        self.cas = {text(each, "arn"): each for each in inventory.of_type(AUTHORITY)}
        """CAs by ARN, including unmanaged ones."""


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


@dataclass(frozen=True)
class Context:
    """What the entries of one location are inferred from."""

    inventory: Inventory
    location: StackLocation
    index: CaIndex
    existing: ExistingKeys
    keys: Mapping[str, str]
    """The keys of CAs by ARN."""
    default_tags: Mapping[str, str]
    """The provider's default tags."""

    @property
    def source(self) -> SourceKind:
        """The kind of the inventory's source."""
        return self.inventory.source

    @cached_property
    def arns(self) -> Mapping[str, str]:
        """The ARNs of CAs by key."""
        return {key: arn for arn, key in self.keys.items()}

    @cached_property
    def aws(self) -> Aws:
        """The region, account and default tags of the spec."""
        place = self.location
        return Aws(region=place.region, account_id=place.account_id, default_tags=dict(self.default_tags))

    def tags_of(self, resource: Resource) -> dict[str, str]:
        """Return a resource's own tags, and those from other default tags; AWS itself has only `tags_all`."""
        own, every = _tags(resource, "tags"), _tags(resource, "tags_all")
        added = {key: value for key, value in every.items() if self.default_tags.get(key) != value}
        return {**{key: value for key, value in added.items() if key not in own}, **own}


def find_default_tags(resources: Iterable[Resource]) -> dict[str, str]:
    """Return the provider's default tags: those of every resource that some resources do not set themselves."""
    tagged = [(_tags(each, "tags"), _tags(each, "tags_all")) for each in resources]
    tagged = [(own, every) for own, every in tagged if every or own]
    added = {key: value for own, every in tagged for key, value in every.items() if key not in own}
    return {
        key: value
        for key, value in added.items()
        if all(key in own or every.get(key) == value for own, every in tagged)
    }


def _tags(resource: Resource, name: str) -> dict[str, str]:
    tags: Any = resource.attributes.get(name)
    tags = tags if isinstance(tags, Mapping) else {}
    return {str(key): str(each) for key, each in tags.items() if not str(key).lower().startswith("aws:")}
