"""Reads the provider configurations of a stack: region, account and role of each."""

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
    """One provider configuration: its alias (empty for the default one), region, account and assumed role."""

    alias: str
    region: str
    account_id: str
    role: Mapping[str, str] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """The partition of its region."""
        return facts.partition(self.region)

    def __str__(self) -> str:
        """Return the name for messages."""
        return f"account {self.account_id}, region {self.region}"


def provider_configs(configuration: Configuration) -> tuple[ProviderConfig, ...]:
    """Return a stack's provider configurations, the default first; raises Failure if region or account is missing."""
    providers = sorted(map(_read_provider, configuration.providers), key=lambda provider: provider.alias)
    if not providers or providers[0].alias:
        raise Failure("there is no provider block without an alias: this is not a stack that pcaform rendered")
    return tuple(providers)


def find_provider(providers: Iterable[ProviderConfig], arn: str) -> ProviderConfig | None:
    """Return the provider configuration for a CA's region and account, None if the stack has none."""
    match = _CA_ARN.fullmatch(arn)
    location = (match["region"], match["account"]) if match else None
    return next((each for each in providers if (each.region, each.account_id) == location), None)


def imported_cas(changes: str) -> list[str]:
    """Return the ARNs of CAs in the import blocks of a stack's `changes.tf`."""
    return [arn.group() for block in _IMPORT.finditer(changes) for arn in _CA_ARN.finditer(block["body"])]


def refuse_unknown_providers(providers: tuple[ProviderConfig, ...], arns: Iterable[str]) -> None:
    """Raise Failure for CAs in a region or account for which the stack has no provider."""
    uncovered = [arn for arn in arns if find_provider(providers, arn) is None]
    if uncovered:
        locations = "; ".join(map(str, providers))
        raise Failure(
            f"{uncovered[0]}: no provider of the stack covers this CA ({locations}): correct the spec and render"
        )


def _read_provider(provider: Mapping[str, Any]) -> ProviderConfig:
    region, accounts = provider.get("region"), provider.get("allowed_account_ids")
    if not isinstance(region, str) or not isinstance(accounts, list) or not isinstance(next(iter(accounts), None), str):
        raise Failure(
            "a provider block without a literal region and account ID: this is not a stack that pcaform rendered"
        )
    alias = provider.get("alias", "")
    return ProviderConfig(str(alias), region, accounts[0], dict(_role(provider.get("assume_role"))))


def _role(blocks: Any) -> Iterator[tuple[str, str]]:
    for block in blocks if isinstance(blocks, list) else []:
        for name, value in block.items():
            if isinstance(value, str):
                yield name, value
