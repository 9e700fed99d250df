"""The accounts and regions of CAs, which need a spec each, since a spec has one account and one region."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.inventory import Inventory, Provider, Resource
from pcaform.spec.types import ACCOUNT_ID, REGION
from pcaform.terraform.resource_types import AUTHORITY

_PARTS = 6
_REGION = re.compile(f"{REGION}|^$")
_ACCOUNT = re.compile(f"{ACCOUNT_ID}|^(aws)?$")


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

    def provider(self, region: str, alias: str) -> dict[str, Any] | None:
        """Return the `provider` of a CA's entry from its region and provider alias; None for the default provider."""
        configuration = self.providers.get(alias)
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


def split_by_location(inventory: Inventory) -> list[StackLocation]:
    """Return the locations that need a spec, in the source's order; raises Failure if there is no private CA."""
    ca_locations = list(dict.fromkeys(location for _, location in _locate_cas(inventory)))
    if not ca_locations:
        reasons = [f"  {note.address}: {note.reason}" for note in dict.fromkeys(inventory.notes)]
        why = ". Not imported:" if reasons else ""
        raise Failure(f"no private CA in the source: there is nothing to import{why}", *reasons)
    home = _home(inventory)
    merged = [] if home is None else [StackLocation(*home, _aliased_regions(inventory, home))]
    inside = {(region, location.account_id) for location in merged for region in location.regions}
    locations = [*merged, *(StackLocation(*each) for each in ca_locations if each not in inside)]
    return [
        replace(
            location,
            others=frozenset(ca_locations) - {(location.region, location.account_id)} - inside,
            is_first=number == 0,
            providers=inventory.providers,
        )
        for number, location in enumerate(locations)
    ]


def _locate_cas(inventory: Inventory) -> Iterator[tuple[Resource, tuple[str, str]]]:
    for ca in inventory.of_type(AUTHORITY):
        arn = ca.attributes.get("arn")
        location = None if has_no_location(arn) else of_arn(arn)
        if location is None or (ca.is_reference and not inventory.source.knows_shared_cas):
            continue
        yield ca, (location[0], inventory.account_id or location[1]) if ca.is_reference else location


def _home(inventory: Inventory) -> tuple[str, str] | None:
    """Return the location of a stack's default provider; None if it is not known."""
    homes = {location for ca, location in _locate_cas(inventory) if ca.provider == ""}
    return homes.pop() if len(homes) == 1 else None


def _aliased_regions(inventory: Inventory, home: tuple[str, str]) -> frozenset[str]:
    """Return the regions with aliased providers in the stack of a location.

    A stack of ours names an alias after its region, which is enough to render that provider again. If the provider
    assumes a role, the state does not contain the role: such a location needs its own spec. A configuration contains
    all of it, whatever the alias.
    """
    return frozenset(
        region
        for ca, (region, account) in _locate_cas(inventory)
        if account == home[1] and region != home[0] and _is_renderable(ca, region, inventory)
    )


def _is_renderable(ca: Resource, region: str, inventory: Inventory) -> bool:
    is_ours = ca.address.startswith("module.ca_") and ca.provider == region
    return is_ours or ca.provider in inventory.providers
