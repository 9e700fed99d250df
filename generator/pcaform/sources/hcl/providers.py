"""Provider blocks -> where resources live: region, account, role and default tags. Nothing of it is ever guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pcaform.core import facts
from pcaform.core.problems import Failure
from pcaform.sources.hcl.operators import as_text
from pcaform.sources.hcl.unknown import Unknown, first_unknown

_PARTS = 6
_IN = "/"
"""Between an alias and the region of its own that a resource names."""
_NO_REGION = Unknown("no provider block names a region: name it with '--region'")
_NO_ACCOUNT = Unknown("no provider block names the account: name it with '--account-id'")


@dataclass(frozen=True, slots=True)
class Options:
    """What a user says that no file does."""

    region: str | None = None
    account_id: str | None = None
    var_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """Where the resources of one provider live; what is not known carries the reason."""

    alias: str = ""
    region: str | Unknown = _NO_REGION
    account_id: str | Unknown = _NO_ACCOUNT
    assume_role: Mapping[str, Any] = field(default_factory=dict)
    default_tags: Mapping[str, str] = field(default_factory=dict)
    unknown_tags: Unknown | None = None
    """Why some tags of everything cannot be told, or all."""

    def arn(self, service: str, resource: str, *, is_global: bool = False) -> str:
        """Return an ARN that lies here; raises Failure where the place is not known."""
        region, account = self.known_region, self.known_account
        return f"arn:{facts.partition(region)}:{service}:{'' if is_global else region}:{account}:{resource}"

    def in_region(self, region: Any) -> "ProviderConfig":
        """Return this place in the region that a resource of the provider names, under an alias no block can have."""
        if not isinstance(region, str) or region == self.region:
            return self
        return replace(self, alias=f"{self.alias}{_IN}{region}", region=region)

    @property
    def known_region(self) -> str:
        """The region; raises Failure where it is not known."""
        return _known(self.region)

    @property
    def known_account(self) -> str:
        """The account; raises Failure where it is not known."""
        return _known(self.account_id)


def _known(value: str | Unknown) -> str:
    if isinstance(value, Unknown):
        raise Failure(value.reason)
    return value


def split(alias: str) -> tuple[str, str]:
    """Return the alias of a provider block, and the region that a resource names itself; empty where it names none."""
    block, _, region = alias.partition(_IN)
    return block, region


def provider_config(attributes: Mapping[str, Any], options: Options, where: str) -> ProviderConfig:
    """Return the place of a provider block with these arguments, its nested blocks as lists."""
    role = _first(attributes.get("assume_role"))
    tags = _first(attributes.get("default_tags")).get("tags")
    alias = attributes.get("alias")
    return ProviderConfig(
        alias=alias if isinstance(alias, str) else "",
        region=_region(attributes.get("region"), options, where),
        account_id=_account(attributes.get("allowed_account_ids"), role.get("role_arn"), options=options, where=where),
        assume_role=role,
        default_tags=_known_tags(tags),
        unknown_tags=first_unknown(tags),
    )


def _known_tags(tags: Any) -> dict[str, str]:
    given = tags.items() if isinstance(tags, Mapping) else ()
    return {str(key): as_text(value) for key, value in given if isinstance(value, str | int | float)}


def of_options(options: Options) -> ProviderConfig:
    """Return the place that options name, for a configuration without a provider block."""
    none = ProviderConfig()
    return ProviderConfig(region=options.region or none.region, account_id=options.account_id or none.account_id)


def _first(blocks: Any) -> Mapping[str, Any]:
    return blocks[0] if isinstance(blocks, list) and blocks and isinstance(blocks[0], Mapping) else {}


def _region(value: Any, options: Options, where: str) -> str | Unknown:
    if isinstance(value, str):
        return value
    if options.region:
        return options.region
    why = f" ({value.reason})" if isinstance(value, Unknown) else ""
    return Unknown(f"{where}: this provider block names no region{why}: name it with '--region'")


def _account(allowed: Any, role: Any, *, options: Options, where: str) -> str | Unknown:
    """Return the one account that a provider may work in: the only one allowed, or that of the role it takes on."""
    listed = [as_text(each) for each in allowed] if isinstance(allowed, list) else []
    if len(listed) == 1 and isinstance(listed[0], str):
        return listed[0]
    if isinstance(role, str) and role.count(":") >= _PARTS - 1:
        return role.split(":")[4]
    if options.account_id:
        return options.account_id
    return Unknown(f"{where}: this provider block names no single account: name it with '--account-id'")
