"""Provider configurations: region, account, assumed role and default tags. Nothing of them is ever guessed.

For a spec, provider blocks and the backend are read by an allow list, with notes on what is left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pcaform.core import facts
from pcaform.core.problems import Failure
from pcaform.sources.hcl.blocks import Block, evaluate, evaluate_body
from pcaform.sources.hcl.module_loader import Module
from pcaform.sources.hcl.operators import to_string
from pcaform.sources.hcl.values import Scope, Unknown, first_unknown
from pcaform.sources.inventory import ImportNote, Provider
from pcaform.terraform.backends import BACKENDS, CLOUD, Backend, describe_gap, is_secret_text

_ARN_COLONS = 5
_REGION_SEPARATOR = "/"
"""Separates a provider's alias from the region that a resource sets itself."""
_NO_REGION = Unknown("no provider block sets a region: set it with '--region'")
_NO_ACCOUNT = Unknown("no provider block sets the account: set it with '--account-id'")
_ABOUT_STATE = {
    "state_store": "only alpha builds of Terraform have it so far: a stack needs a 'backend'",
    "encryption": "a spec has no field for it: keep it in a file of your own beside the stack, and accept that with "
    "'terraform.extra_files', or set TF_ENCRYPTION; without it OpenTofu cannot read the state",
}
"""What `terraform` says of the state beside its backend: of Terraform 1.14 or later, and of OpenTofu."""
_ROLE: Final = ("role_arn", "external_id", "session_name")
_SETTINGS: Mapping[str, type] = {"profile": str, "use_fips_endpoint": bool, "ignore_tags": Mapping}


@dataclass(frozen=True, slots=True)
class Options:
    """Command line options: values that the files do not have."""

    region: str | None = None
    account_id: str | None = None
    var_files: tuple[str, ...] = ()
    is_of_opentofu: bool = False


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """The configuration of one provider; unknown settings have a reason."""

    alias: str = ""
    region: str | Unknown = _NO_REGION
    account_id: str | Unknown = _NO_ACCOUNT
    assume_role: Mapping[str, Any] = field(default_factory=dict)
    default_tags: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What a spec says of all providers at once, as it says it."""
    unknown: Mapping[str, Unknown] = field(default_factory=dict)
    """Why some or all default tags are unknown, or a setting is."""

    def arn(self, service: str, resource: str, *, is_global: bool = False) -> str:
        """Return an ARN in this region and account; raises Failure if these are unknown."""
        region, account = _require(self.region), _require(self.account_id)
        return f"arn:{facts.partition(region)}:{service}:{'' if is_global else region}:{account}:{resource}"

    def in_region(self, region: Any) -> "ProviderConfig":
        """Return this configuration for a resource's own `region`, under an alias that no provider block can have."""
        if not isinstance(region, str) or region == self.region:
            return self
        return replace(self, alias=f"{self.alias}{_REGION_SEPARATOR}{region}", region=region)


def _require(value: str | Unknown) -> str:
    if isinstance(value, Unknown):
        raise Failure(value.reason)
    return value


def read_provider(attributes: Mapping[str, Any], options: Options, location: str) -> ProviderConfig:
    """Return the configuration of a provider block from its arguments, with nested blocks as lists."""
    role = _first_block(attributes.get("assume_role"))
    tags = _first_block(attributes.get("default_tags")).get("tags")
    alias = attributes.get("alias")
    found = {**attributes, "ignore_tags": _first_block(attributes.get("ignore_tags"))}
    found = {name: found[name] for name in _SETTINGS if found.get(name) and not first_unknown(found[name])}
    return ProviderConfig(
        alias=alias if isinstance(alias, str) else "",
        region=_region(attributes.get("region"), options, location),
        account_id=_account(attributes, options, location),
        assume_role=role,
        default_tags=_default_tags(tags),
        settings={name: each for name, each in found.items() if isinstance(each, _SETTINGS[name])},
        unknown={name: why for name in ("default_tags", *_SETTINGS) if (why := first_unknown(attributes.get(name)))},
    )


def _default_tags(tags: Any) -> dict[str, str]:
    items = tags.items() if isinstance(tags, dict) else ()
    return {str(key): to_string(value) for key, value in items if isinstance(value, str | int | float)}


def provider_from_options(options: Options) -> ProviderConfig:
    """Return the provider configuration from options, for files without a provider block."""
    none = ProviderConfig()
    return ProviderConfig(region=options.region or none.region, account_id=options.account_id or none.account_id)


def _first_block(blocks: Any) -> Mapping[str, Any]:
    return blocks[0] if isinstance(blocks, list) and blocks and isinstance(blocks[0], Mapping) else {}


def _region(value: Any, options: Options, location: str) -> str | Unknown:
    if isinstance(value, str) and value:  # the provider takes an empty one for none
        return value
    if options.region:
        return options.region
    why = f", since {value.reason}" if isinstance(value, Unknown) else ""
    return Unknown(f"{location}: this provider block sets no region{why}: set it with '--region'")


def _account(attributes: Mapping[str, Any], options: Options, location: str) -> str | Unknown:
    """Return the account of a provider: the only allowed one, or that of the assumed role."""
    allowed, role = attributes.get("allowed_account_ids"), _first_block(attributes.get("assume_role")).get("role_arn")
    account_ids = [to_string(account_id) for account_id in allowed] if isinstance(allowed, list) else []
    if len(account_ids) == 1 and isinstance(account_ids[0], str):
        return account_ids[0]
    if isinstance(role, str) and role.count(":") >= _ARN_COLONS:
        return role.split(":")[4]
    if options.account_id:
        return options.account_id
    return Unknown(f"{location}: this provider block sets no single account: set it with '--account-id'")


def list_providers(providers: Mapping[str, ProviderConfig], aliases: Iterable[str | None]) -> dict[str, Provider]:
    """Return the providers of a root module whose region and account are known, by alias.

    For each region that resources set themselves there is an additional one, by the aliases that resources have.
    """
    known = {
        each.alias: Provider(each.region, each.account_id, _assumed_role(each), each.default_tags, each.settings)
        for each in providers.values()
        if isinstance(each.region, str) and isinstance(each.account_id, str)
    }
    for alias in filter(None, aliases):
        block, _, region = alias.partition(_REGION_SEPARATOR)
        if region and block in known:
            known[alias] = replace(known[block], region=region)
    return known


def _assumed_role(provider: ProviderConfig) -> Mapping[str, Any] | None:
    role = {name: provider.assume_role[name] for name in _ROLE if isinstance(provider.assume_role.get(name), str)}
    return role if "role_arn" in role else None


def provider_notes(providers: Mapping[str, ProviderConfig]) -> Iterator[ImportNote]:
    """Yield notes on settings of provider blocks that a spec cannot have."""
    for provider in providers.values():
        name = f"provider.aws.{provider.alias}" if provider.alias else "provider.aws"
        for argument, value in provider.assume_role.items():
            if isinstance(value, Unknown):
                yield ImportNote("unknown", name, f"cannot evaluate 'assume_role.{argument}': {value.reason}")
            elif argument not in _ROLE and value is not None:
                yield ImportNote("left out", name, f"a spec has no field for 'assume_role.{argument}'")
        for setting, unknown in provider.unknown.items():
            yield ImportNote("unknown", name, f"cannot evaluate '{setting}': {unknown.reason}")
        if provider.settings != (own := providers.get("aws", provider).settings):
            names = ", ".join(sorted(each for each in _SETTINGS if provider.settings.get(each) != own.get(each)))
            yield ImportNote("left out", name, f"a spec has {names} for all providers, as the default provider has it")


def read_backend(root: Module, scope: Scope) -> tuple[Mapping[str, Mapping[str, Any]] | None, tuple[ImportNote, ...]]:
    """Return the backend's name, or `cloud`, with its arguments, None if there is none; and what is left out."""
    settings: Mapping[str, Mapping[str, Any]] | None = None
    notes: tuple[ImportNote, ...] = ()
    for inner in [inner for block in root.of_type("terraform") for inner in block.body.blocks]:
        if inner.type in _ABOUT_STATE:
            why = f"{inner.location}: {_ABOUT_STATE[inner.type]}"
            notes += (ImportNote("left out", f"terraform.{inner.type}", why),)
        elif settings is None and inner.type == "backend" and inner.labels:
            name = inner.labels[0]
            settings, gaps = _read_settings(inner, scope, BACKENDS.get(name), f"backend.{name}")
            notes += gaps
        elif settings is None and inner.type == "cloud":
            settings, gaps = _read_settings(inner, scope, CLOUD, "terraform.cloud")
            notes += gaps
    return settings, notes


def _read_settings(
    block: Block, scope: Scope, known: Backend | None, address: str
) -> tuple[Mapping[str, Mapping[str, Any]] | None, tuple[ImportNote, ...]]:
    if known is None:
        return None, (ImportNote("left out", address, f"{block.location}: Terraform has no such backend"),)
    kept: dict[str, Any] = {}
    reasons = []
    values = {name: (each.location, evaluate(each, scope)) for name, each in block.body.attributes.items()}
    for inner in block.body.blocks:
        if known is CLOUD and inner.type in known.objects:
            values[inner.type] = (inner.location, evaluate_body(inner.body, scope))
        else:
            why = f"'{inner.type}' is a block, and a spec can have only arguments of a backend"
            reasons.append(f"{inner.location}: {why}")
    for argument, (location, value) in values.items():
        if argument not in known.names or is_secret_text(value):
            why = f"'{argument}' may be a secret, or is not a known argument: add it by hand"
            reasons.append(f"{location}: {why}")
        elif (unknown := first_unknown(value)) is not None:
            reasons.append(f"{location}: cannot evaluate '{argument}': {unknown.reason}")
        else:
            kept[argument] = value
    gap = describe_gap(kept) if known is CLOUD else ""
    reasons += [f"{block.location}: {gap}"] if gap else []
    notes = tuple(ImportNote("left out", address, reason) for reason in reasons)
    return None if gap else {address.partition(".")[2]: kept}, notes
