"""Where CAs are -> which specs there will be: one for each account and region, since one spec has one of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pcaform.inventory import Inventory, Resource
from pcaform.problems import Failure
from pcaform.spec.values import ACCOUNT_ID, REGION

_CA = "aws_acmpca_certificate_authority"
_PARTS = 6
_REGION = re.compile(f"{REGION}|^$")
_ACCOUNT = re.compile(f"{ACCOUNT_ID}|^(aws)?$")


@dataclass(frozen=True, slots=True)
class Place:
    """An account and region, with the other regions of the same stack: there, an aliased provider works."""

    region: str
    account_id: str
    elsewhere: frozenset[str] = frozenset()
    others: frozenset[tuple[str, str]] = frozenset()
    """Region and account of the places that have specs of their own."""
    is_first: bool = True
    """Whether what belongs to no region is written here."""

    @property
    def regions(self) -> frozenset[str]:
        """The regions whose CAs are written into this place's spec."""
        return self.elsewhere | {self.region}

    def is_known(self, arn: object) -> bool:
        """Tell whether the CA of an ARN is written into another place's spec."""
        return of_arn(arn) in self.others

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


def split(inventory: Inventory) -> list[Place]:
    """Return the places that need a spec, in the source's order; raises Failure where there is no private CA."""
    found = list(dict.fromkeys(place for _, place in _placed(inventory)))
    if not found:
        raise Failure("no private CA in what was read: there is nothing to write a spec of")
    home = _home(inventory)
    merged = [] if home is None else [Place(*home, _aliased(inventory, home))]
    inside = {(region, place.account_id) for place in merged for region in place.regions}
    places = [*merged, *(Place(*each) for each in found if each not in inside)]
    return [
        replace(place, others=frozenset(found) - {(place.region, place.account_id)} - inside, is_first=number == 0)
        for number, place in enumerate(places)
    ]


def _placed(inventory: Inventory) -> Iterator[tuple[Resource, tuple[str, str]]]:
    for authority in inventory.of_type(_CA):
        arn = authority.attributes.get("arn")
        place = None if is_nowhere(arn) else of_arn(arn)
        if place is not None and (not authority.is_reference or inventory.source == "live"):
            yield authority, place


def _home(inventory: Inventory) -> tuple[str, str] | None:
    """Return the one place where a stack's own provider works; None where that cannot be told."""
    homes = {place for authority, place in _placed(inventory) if authority.provider == ""}
    return homes.pop() if len(homes) == 1 else None


def _aliased(inventory: Inventory, home: tuple[str, str]) -> frozenset[str]:
    """Return the regions that the stack of a place reaches through aliases.

    A stack of ours names an alias after its region, so nothing else is needed to render that provider again. Where a
    role is assumed the alias says more, and a state does not hold the role: such a place needs a spec of its own.
    """
    return frozenset(
        region
        for authority, (region, account) in _placed(inventory)
        if authority.address.startswith("module.ca_") and authority.provider == region and account == home[1]
    )
