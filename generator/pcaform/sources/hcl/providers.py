"""Provider configurations: region, account, assumed role and default tags. Nothing of them is ever guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pcaform.core import facts
from pcaform.core.problems import Failure
from pcaform.sources.hcl.operators import to_string
from pcaform.sources.hcl.unknown import Unknown, first_unknown

_PARTS = 6
_REGION_SEPARATOR = "/"
"""Separates a provider's alias from the region that a resource sets itself."""
_NO_REGION = Unknown("no provider block sets a region: set it with '--region'")
_NO_ACCOUNT = Unknown("no provider block sets the account: set it with '--account-id'")


@dataclass(frozen=True, slots=True)
class Options:
    """Command line options: values that the files do not have."""

    region: str | None = None
    account_id: str | None = None
    var_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """The configuration of one provider; unknown settings have a reason."""

    alias: str = ""
    region: str | Unknown = _NO_REGION
    account_id: str | Unknown = _NO_ACCOUNT
    assume_role: Mapping[str, Any] = field(default_factory=dict)
    default_tags: Mapping[str, str] = field(default_factory=dict)
    unknown_tags: Unknown | None = None
    """Why some or all default tags are unknown."""

    def arn(self, service: str, resource: str, *, is_global: bool = False) -> str:
        """Return an ARN in this region and account; raises Failure if these are unknown."""
        region, account = self.required_region, self.required_account_id
        return f"arn:{facts.partition(region)}:{service}:{'' if is_global else region}:{account}:{resource}"

    def in_region(self, region: Any) -> "ProviderConfig":
        """Return this configuration for a resource's own `region`, under an alias that no provider block can have."""
        if not isinstance(region, str) or region == self.region:
            return self
        return replace(self, alias=f"{self.alias}{_REGION_SEPARATOR}{region}", region=region)

    @property
    def required_region(self) -> str:
        """The region; raises Failure if it is unknown."""
        return _require(self.region)

    @property
    def required_account_id(self) -> str:
        """The account id; raises Failure if it is unknown."""
        return _require(self.account_id)


def _require(value: str | Unknown) -> str:
    if isinstance(value, Unknown):
        raise Failure(value.reason)
    return value


def split_alias(alias: str) -> tuple[str, str]:
    """Return the alias of a provider block, and the region that a resource sets itself; empty if it sets none."""
    block, _, region = alias.partition(_REGION_SEPARATOR)
    return block, region


def read_provider(attributes: Mapping[str, Any], options: Options, location: str) -> ProviderConfig:
    """Return the configuration of a provider block from its arguments, with nested blocks as lists."""
    role = _first_block(attributes.get("assume_role"))
    tags = _first_block(attributes.get("default_tags")).get("tags")
    alias = attributes.get("alias")
    return ProviderConfig(
        alias=alias if isinstance(alias, str) else "",
        region=_region(attributes.get("region"), options, location),
        account_id=_account(
            attributes.get("allowed_account_ids"), role.get("role_arn"), options=options, location=location
        ),
        assume_role=role,
        default_tags=_default_tags(tags),
        unknown_tags=first_unknown(tags),
    )


def _default_tags(tags: Any) -> dict[str, str]:
    items = tags.items() if isinstance(tags, Mapping) else ()
    return {str(key): to_string(value) for key, value in items if isinstance(value, str | int | float)}


def provider_from_options(options: Options) -> ProviderConfig:
    """Return the provider configuration from options, for files without a provider block."""
    none = ProviderConfig()
    return ProviderConfig(region=options.region or none.region, account_id=options.account_id or none.account_id)


def _first_block(blocks: Any) -> Mapping[str, Any]:
    return blocks[0] if isinstance(blocks, list) and blocks and isinstance(blocks[0], Mapping) else {}


def _region(value: Any, options: Options, location: str) -> str | Unknown:
    if isinstance(value, str):
        return value
    if options.region:
        return options.region
    why = f", since {value.reason}" if isinstance(value, Unknown) else ""
    return Unknown(f"{location}: this provider block sets no region{why}: set it with '--region'")


def _account(allowed: Any, role: Any, *, options: Options, location: str) -> str | Unknown:
    """Return the account of a provider: the only allowed one, or that of the assumed role."""
    account_ids = [to_string(account_id) for account_id in allowed] if isinstance(allowed, list) else []
    if len(account_ids) == 1 and isinstance(account_ids[0], str):
        return account_ids[0]
    if isinstance(role, str) and role.count(":") >= _PARTS - 1:
        return role.split(":")[4]
    if options.account_id:
        return options.account_id
    return Unknown(f"{location}: this provider block sets no single account: set it with '--account-id'")
