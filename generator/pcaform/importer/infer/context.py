"""What the functions that infer entries share: the inventory with its index, a location, keys and tags; and entries.

The accounts and regions of CAs need a spec each, since a spec has one account and one region.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from pcaform.core.grouping import grouped
from pcaform.core.problems import PARTIAL_DATA_ERRORS, Failure
from pcaform.iam.documents import Statement, read_statements
from pcaform.iam.normalize import normalized_statements
from pcaform.importer.infer.keys import ExistingKeys
from pcaform.sources.inventory import ImportNote, Inventory, Provider, Resource, find_cas
from pcaform.spec.messages import describe_error
from pcaform.spec.stack import Aws, Spec
from pcaform.spec.types import ACCOUNT_ID, REGION
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import AUTHORITY, CERTIFICATE, INSTALLATION, PERMISSION, SHARE
from pcaform.terraform.schema import SourceKind

_PARTS = 6
_REGION, _ACCOUNT = re.compile(f"{REGION}|^$"), re.compile(f"{ACCOUNT_ID}|^(aws)?$")
CAS = "certificate_authorities"
SHARES = "shares"
INCOMPLETE_RESOURCE = (
    "it is incomplete: it lacks what Terraform requires; in a state, its creation failed, or it was edited"
)
_AWSCC = "a spec becomes resources of the provider aws: 'pcaform import aws' reads the CA itself, whatever made it"
Many = Mapping[str, list[Resource]]


@dataclass(frozen=True, slots=True)
class StackLocation:
    """An account and region, with other regions of the same stack, which have aliased providers."""

    region: str
    account_id: str
    other_regions: frozenset[str] = frozenset()
    others: frozenset[tuple[str, str]] = frozenset()
    """Region and account of the locations with other specs."""
    is_first: bool = True
    """Whether resources without a region are written here."""
    providers: Mapping[str, Provider] = field(default_factory=dict)
    """By alias, if the source has them."""

    @property
    def regions(self) -> frozenset[str]:
        """The regions whose CAs are in this location's spec."""
        return self.other_regions | {self.region}

    def is_elsewhere(self, arn: object) -> bool:
        """Tell whether the CA of an ARN is in another location's spec."""
        return of_arn(arn) in self.others

    @property
    def own(self) -> Provider | None:
        """The stack's default provider, if the source has it."""
        default = self.providers.get("")
        is_here = default is not None and (default.region, default.account_id) == (self.region, self.account_id)
        return default if is_here else None

    def provider(self, region: str, alias: str | None) -> dict[str, Any] | None:
        """Return the `provider` of a CA's entry from its region and provider alias; None for the default provider."""
        configuration = self.providers.get(alias or "")
        role = configuration.assume_role if configuration else None
        own = self.own.assume_role if self.own else None
        is_other = role is not None and role != own
        if region == self.region and not is_other:
            return None
        return {"region": region, "assume_role": role} if is_other else {"region": region}

    def holds(self, arn: object) -> bool:
        """Tell whether the CA of an ARN is in this location's spec."""
        location = of_arn(arn)
        return location is not None and location[1] == self.account_id and location[0] in self.regions


def of_arn(arn: object) -> tuple[str, str] | None:
    """Return region and account of an ARN, empty if it has none; None for anything but an ARN."""
    parts = arn.split(":") if isinstance(arn, str) else []
    if len(parts) < _PARTS or parts[0] != "arn":
        return None
    region, account = parts[3:5]
    return (region, account) if _REGION.fullmatch(region) and _ACCOUNT.fullmatch(account) else None


def has_no_location(arn: object) -> bool:
    """Tell whether an ARN has no region or account: a regional resource's ARN is then damaged or missing."""
    return "" in (of_arn(arn) or ("",))


def split_by_location(inventory: Inventory, existing: ExistingKeys) -> list[StackLocation]:
    """Return the locations that need a spec, the default provider first; raises Failure without a private CA."""
    located = sorted(_locate_cas(inventory), key=lambda each: each[0].provider != "")
    is_using = not located and inventory.source.has_addresses
    locations = [StackLocation(*each) for each in _locate_users(inventory)] if is_using else []
    accounts = dict.fromkeys(account for _, (_, account) in located)
    locations += [_locate_account(account, located, inventory, existing) for account in accounts]
    if not locations:
        reasons = [f"  {note.address}: {note.reason}" for note in dict.fromkeys(inventory.notes)]
        users = (each for each in inventory.resources if not each.is_reference)
        reasons += [f"  {each.address}: the CA that it uses is not in the source" for each in users]
        reasons += [f"  {name}: {_AWSCC}" for name in inventory.others if name.startswith("awscc_acmpca_")]
        why = ". Not imported:" if reasons else ""
        raise Failure(f"no private CA in the source: there is nothing to import{why}", *reasons, *inventory.hazard)
    everywhere = {location for _, location in located}
    return [
        replace(
            location,
            others=frozenset(everywhere.difference((region, location.account_id) for region in location.regions)),
            is_first=number == 0,
            providers=inventory.providers,
        )
        for number, location in enumerate(locations)
    ]


def _locate_cas(inventory: Inventory) -> Iterator[tuple[Resource, tuple[str, str]]]:
    for ca in inventory.of_type(AUTHORITY):
        arn = ca.attributes.get("arn")
        location = None if has_no_location(arn) else of_arn(arn)
        if location is not None and not (ca.is_reference and inventory.source.has_addresses):
            yield ca, (location[0], inventory.account_id or location[1]) if ca.is_reference else location


def _locate_users(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """Yield where the stack is that uses CAs of others by their ARNs: at its provider, else where the first CA is."""
    users = [each.attributes.get("arn") for each in inventory.resources if not each.is_reference]
    arns = list_named_cas(inventory)
    if arns:
        own = inventory.providers.get("")
        accounts = [place[1] for arn in (*users, *inventory.used.values()) if (place := of_arn(arn)) and place[1]]
        region, account = of_arn(arns[0]) or ("", "")
        yield (own.region, own.account_id) if own else (region, accounts[0] if accounts else account)


def list_named_cas(inventory: Inventory) -> list[str]:
    """Return the ARNs of the CAs that a source names in any resource, and that it does not manage."""
    cas = [each for each in inventory.of_type(AUTHORITY) if not each.is_reference]
    values = (value for each in inventory.resources for value in each.attributes.values())
    named = dict.fromkeys((*(arn for value in values for arn in find_cas(value)), *inventory.used))
    managed = {name for each in cas for name in (each.id, text(each, "arn"))}
    return [arn for arn in named if arn not in managed]


def _locate_account(
    account: str, located: Iterable[tuple[Resource, tuple[str, str]]], inventory: Inventory, existing: ExistingKeys
) -> StackLocation:
    """Return the location of an account's CAs: all of its regions, in a spec with one of them as its own.

    That is the region of the spec that exists, else that of the default provider, else the one that was named first,
    else that of the first root. A state tells neither: with provider 6 a resource may have another than its provider.
    """
    cas = [(ca, region) for ca, (region, owner) in located if owner == account]
    default = inventory.providers.get("")
    known = (existing.location, (default.region, default.account_id) if default else None)

    def rank(each: tuple[Resource, str]) -> tuple[bool, ...]:
        return each[0].provider != "", each[1] != inventory.region, each[0].attributes.get("type") != "ROOT"

    home = next((place[0] for place in known if place and place[1] == account), min(cas, key=rank)[1])
    return StackLocation(home, account, frozenset(region for _, region in cas) - {home})


class NotRepresentable(Exception):  # noqa: N818 - it is a result, not a fault
    """Why one resource cannot be written into a spec."""


@contextmanager
def representable() -> Iterator[None]:
    """Raise NotRepresentable for data that a spec cannot have, and for a resource of which a part is missing."""
    try:
        yield
    except ValidationError as error:
        raise NotRepresentable(describe_reason(error)) from None
    except PARTIAL_DATA_ERRORS:
        raise NotRepresentable(INCOMPLETE_RESOURCE) from None


def describe_reason(error: ValidationError) -> str:
    """Describe why an existing value cannot be represented in a spec."""
    return "; ".join(describe_error(record, Spec) for record in error.errors(include_url=False))


@dataclass(frozen=True, slots=True)
class SpecEntry:
    """One entry of a section."""

    section: str
    key: str
    data: dict[str, Any]
    resource: Resource
    """The resource for notes about the entry."""
    addresses: tuple[tuple[str, str], ...] = ()
    """Pairs of a resource's current address and its address in a rendered stack."""
    referenced_cas: frozenset[str] = frozenset()
    """The ARNs of the CAs that it references."""
    unmoved: tuple[str, ...] = ()
    """Addresses of resources that the entry includes, but that cannot move to a rendered stack."""

    @property
    def id(self) -> tuple[str, str]:
        """Section and key."""
        return self.section, self.key

    @property
    def covered_addresses(self) -> Iterator[str]:
        """The address of each resource in the entry."""
        yield from (old for old, _ in self.addresses)
        yield from self.unmoved


def move(resource: Resource, module: str, key: str | None = None) -> tuple[str, str]:
    """Return a resource's address, and its address in a module of a rendered stack."""
    return resource.address, module_names.resource(module, resource.type, key)


@dataclass(slots=True)
class Entries:
    """Collected entries and notes."""

    entries: list[SpecEntry] = field(default_factory=list)
    notes: list[ImportNote] = field(default_factory=list)
    rejected: list[tuple[SpecEntry, str]] = field(default_factory=list)
    """CAs that a spec cannot represent, with all that belongs to each, and why."""

    def add(self, other: "Entries") -> None:
        """Add all of other entries and notes."""
        self.entries += other.entries
        self.notes += other.notes
        self.rejected += other.rejected

    def leave_out(self, resource: Resource, reason: str) -> None:
        """Add a note why a resource is not in the spec."""
        self.notes.append(ImportNote("left out", resource.address, reason))

    @contextmanager
    def leaving_out(self, resource: Resource) -> Iterator[None]:
        """Leave a resource out, with the reason, if it turns out that a spec cannot represent it."""
        try:
            with representable():
                yield
        except NotRepresentable as why:
            self.leave_out(resource, str(why))


def read_policy_back(
    policy: Any, read: Callable[[Iterable[Statement]], dict[str, Any]], render: Callable[[dict[str, Any]], Any]
) -> dict[str, Any] | None:
    """Return what `read` makes of a policy's statements, None if `render` makes a policy with another meaning of it."""
    try:
        data = read(read_statements(policy))
        return data if normalized_statements([render(data)]) == normalized_statements([policy]) else None
    except PARTIAL_DATA_ERRORS:
        return None


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
    return grouped((value, each) for each in resources if (value := text(each, name)) and not each.is_reference)


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
