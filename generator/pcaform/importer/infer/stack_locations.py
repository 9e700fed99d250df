"""Where CAs are -> which specs there will be: one for each account and region, since one spec has one of each."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.inventory import Inventory, Provider, Resource
from pcaform.spec.types import ACCOUNT_ID, REGION

_CA = "aws_acmpca_certificate_authority"
_PARTS = 6
_REGION = re.compile(f"{REGION}|^$")
_ACCOUNT = re.compile(f"{ACCOUNT_ID}|^(aws)?$")


@dataclass(frozen=True, slots=True)
class StackLocation:
    """An account and region, with the other regions of the same stack: there, an aliased provider works."""

    region: str
    account_id: str
    elsewhere: frozenset[str] = frozenset()
    others: frozenset[tuple[str, str]] = frozenset()
    """Region and account of the places that have specs of their own."""
    is_first: bool = True
    """Whether what belongs to no region is written here."""
    providers: Mapping[str, Provider] = field(default_factory=dict)
    """By alias, where the source knows them."""

    @property
    def regions(self) -> frozenset[str]:
        """The regions whose CAs are written into this place's spec."""
        return self.elsewhere | {self.region}

    def is_known(self, arn: object) -> bool:
        """Tell whether the CA of an ARN is written into another place's spec."""
        return of_arn(arn) in self.others

    @property
    def own(self) -> Provider | None:
        """The stack's own provider, where the source knows it."""
        found = self.providers.get("")
        is_here = found is not None and (found.region, found.account_id) == (self.region, self.account_id)
        return found if is_here else None

    def provider(self, region: str, alias: str) -> dict[str, Any] | None:
        """Return where a CA lives that a provider made, as its entry says it; None for the stack's own provider."""
        found = self.providers.get(alias)
        role = found.assume_role if found else None
        own = self.own.assume_role if self.own else None
        is_other = role is not None and role != own
        if region == self.region and not is_other:
            return None
        return {"region": region, "assume_role": role} if is_other else {"region": region}

    def holds(self, arn: object) -> bool:
        """Tell whether the CA of an ARN is written into this place's spec."""
        found = of_arn(arn)
        return found is not None and found[1] == self.account_id and found[0] in self.regions


def of_arn(arn: object) -> tuple[str, str] | None:
    """Return region and account of an ARN, empty for what belongs to none; None for what is no ARN."""
    parts = arn.split(":") if isinstance(arn, str) else []
    if len(parts) < _PARTS or parts[0] != "arn":
        return None
    region, account = parts[3:5]
    return (region, account) if _REGION.fullmatch(region) and _ACCOUNT.fullmatch(account) else None


def is_nowhere(arn: object) -> bool:
    """Tell whether an ARN names no region and account: that of something regional is damaged then, or not there."""
    return "" in (of_arn(arn) or ("",))


def split_by_location(inventory: Inventory) -> list[StackLocation]:
    """Return the places that need a spec, in the source's order; raises Failure where there is no private CA."""
    found = list(dict.fromkeys(place for _, place in _placed(inventory)))
    if not found:
        reasons = [f"\n  {note.address}: {note.reason}" for note in dict.fromkeys(inventory.notes)]
        why = f". What was not taken:{''.join(reasons)}" if reasons else ""
        raise Failure(f"no private CA in what was read: there is nothing to write a spec of{why}")
    home = _home(inventory)
    merged = [] if home is None else [StackLocation(*home, _aliased(inventory, home))]
    inside = {(region, place.account_id) for place in merged for region in place.regions}
    places = [*merged, *(StackLocation(*each) for each in found if each not in inside)]
    return [
        replace(
            place,
            others=frozenset(found) - {(place.region, place.account_id)} - inside,
            is_first=number == 0,
            providers=inventory.providers,
        )
        for number, place in enumerate(places)
    ]


def _placed(inventory: Inventory) -> Iterator[tuple[Resource, tuple[str, str]]]:
    for authority in inventory.of_type(_CA):
        arn = authority.attributes.get("arn")
        place = None if is_nowhere(arn) else of_arn(arn)
        if place is None or (authority.is_reference and inventory.source != "live"):
            continue
        yield authority, (place[0], inventory.account_id or place[1]) if authority.is_reference else place


def _home(inventory: Inventory) -> tuple[str, str] | None:
    """Return the one place where a stack's own provider works; None where that cannot be told."""
    homes = {place for authority, place in _placed(inventory) if authority.provider == ""}
    return homes.pop() if len(homes) == 1 else None


def _aliased(inventory: Inventory, home: tuple[str, str]) -> frozenset[str]:
    """Return the regions that the stack of a place reaches through aliases.

    A stack of ours names an alias after its region, so nothing else is needed to render that provider again. Where a
    role is assumed the alias says more, and a state does not hold the role: such a place needs a spec of its own. A
    configuration holds all of it, whatever the alias.
    """
    return frozenset(
        region
        for authority, (region, account) in _placed(inventory)
        if account == home[1] and region != home[0] and _is_rendered_again(authority, region, inventory)
    )


def _is_rendered_again(authority: Resource, region: str, inventory: Inventory) -> bool:
    is_ours = authority.address.startswith("module.ca_") and authority.provider == region
    return is_ours or authority.provider in inventory.providers
