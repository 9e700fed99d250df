"""The provider blocks of a stack -> the places that it works in, each with the account that it may touch."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pcaform.core import facts
from pcaform.core.problems import Failure
from pcaform.sources.hcl.static_config import Configuration

_CA_ARN = re.compile(r"arn:(?P<partition>[^:\"]+):acm-pca:(?P<region>[^:\"]+):(?P<account>[0-9]{12}):[^\"]+")
_IMPORT = re.compile(r"^import \{\n(?P<body>.*?)^\}", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """Where one provider works: its alias (empty for the stack's own), region, account, and the role it takes on."""

    alias: str
    region: str
    account_id: str
    role: Mapping[str, str] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """The partition of its region."""
        return facts.partition(self.region)

    def __str__(self) -> str:
        """Return how messages name a place."""
        return f"account {self.account_id}, region {self.region}"


def provider_configs(configuration: Configuration) -> tuple[ProviderConfig, ...]:
    """Return the places of a stack, its own first; raises Failure where a block does not say region and account."""
    found = sorted(map(_place, configuration.providers), key=lambda place: place.alias)
    if not found or found[0].alias:
        raise Failure("no provider block names region and account: this is no stack that pcaform rendered")
    return tuple(found)


def of_arn(known: Iterable[ProviderConfig], arn: str) -> ProviderConfig | None:
    """Return the place in which a CA of this ARN lives, None where the stack works in no such place."""
    match = _CA_ARN.fullmatch(arn)
    wanted = (match["region"], match["account"]) if match else None
    return next((place for place in known if (place.region, place.account_id) == wanted), None)


def imported_accounts(changes: str) -> list[str]:
    """Return the CAs that the import blocks of a stack's `changes.tf` name."""
    return [found.group() for block in _IMPORT.finditer(changes) for found in _CA_ARN.finditer(block["body"])]


def refuse_unknown_providers(known: tuple[ProviderConfig, ...], arns: Iterable[str]) -> None:
    """Raise Failure for CAs that live where no provider of the stack works."""
    strays = [arn for arn in arns if of_arn(known, arn) is None]
    if strays:
        where = "; ".join(map(str, known))
        raise Failure(f"{strays[0]}: this CA is in none of the stack's places ({where}): correct the spec and render")


def _place(provider: Mapping[str, Any]) -> ProviderConfig:
    region, accounts = provider.get("region"), provider.get("allowed_account_ids")
    if not isinstance(region, str) or not isinstance(accounts, list) or not isinstance(next(iter(accounts), None), str):
        raise Failure("a provider block does not name its region and account: this is no stack that pcaform rendered")
    alias = provider.get("alias", "")
    return ProviderConfig(str(alias), region, accounts[0], dict(_role(provider.get("assume_role"))))


def _role(blocks: Any) -> Iterator[tuple[str, str]]:
    for block in blocks if isinstance(blocks, list) else []:
        for name, value in block.items():
            if isinstance(value, str):
                yield name, value
