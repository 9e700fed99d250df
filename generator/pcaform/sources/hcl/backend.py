"""Reads provider blocks and the backend for a spec, by an allow list, with notes on what is left out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pcaform.sources.hcl.block_values import evaluate
from pcaform.sources.hcl.blocks import Block
from pcaform.sources.hcl.compiler import Scope
from pcaform.sources.hcl.module_loader import Module
from pcaform.sources.hcl.providers import ProviderConfig, split_alias
from pcaform.sources.hcl.unknown import Unknown, first_unknown
from pcaform.sources.inventory import ImportNote, Provider

_ROLE: Final = ("role_arn", "external_id", "session_name")
_BACKEND: Final = frozenset(
    {
        *("address", "assume_role", "bucket", "container_name", "dynamodb_table", "encrypt", "endpoints", "hostname"),
        *("impersonate_service_account", "key", "kms_encryption_key", "kms_key_id", "namespace", "organization"),
        *("path", "prefix", "profile", "region", "resource_group_name", "schema_name", "secret_suffix"),
        *("storage_account_name", "subscription_id", "tenant_id", "use_azuread_auth", "use_lockfile", "use_oidc"),
        "workspace_key_prefix",
    }
)
"""Arguments of backends that are not secret: https://developer.hashicorp.com/terraform/language/backend."""


def list_providers(providers: Mapping[str, ProviderConfig]) -> dict[str, Provider]:
    """Return the providers of a root module whose region and account are known, by alias."""
    return {
        provider.alias: Provider(provider.region, provider.account_id, _assumed_role(provider), provider.default_tags)
        for provider in providers.values()
        if isinstance(provider.region, str) and isinstance(provider.account_id, str)
    }


def add_regional_providers(blocks: Mapping[str, Provider], aliases: Iterable[str]) -> dict[str, Provider]:
    """Return the providers, and an additional one for each region that resources set themselves."""
    named = {alias: split_alias(alias) for alias in aliases}
    return {
        **blocks,
        **{
            alias: replace(blocks[block], region=region)
            for alias, (block, region) in named.items()
            if region and block in blocks
        },
    }


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
        tags = provider.unknown_tags
        if tags is not None:
            yield ImportNote("unknown", name, f"cannot evaluate 'default_tags': {tags.reason}")


def read_backend(root: Module, scope: Scope) -> tuple[Mapping[str, Mapping[str, Any]] | None, tuple[ImportNote, ...]]:
    """Return the backend's name with its arguments, None if there is none, and notes on what is left out."""
    for block in root.of_type("terraform"):
        for inner in block.body.blocks:
            if inner.type == "backend" and inner.labels:
                return _read_settings(inner, scope)
            if inner.type == "cloud":
                return None, (
                    ImportNote(
                        "left out", "terraform.cloud", f"{inner.location}: a spec can have a backend, but not 'cloud'"
                    ),
                )
    return None, ()


def _read_settings(block: Block, scope: Scope) -> tuple[Mapping[str, Mapping[str, Any]], tuple[ImportNote, ...]]:
    kept: dict[str, Any] = {}
    notes: list[ImportNote] = []
    for name, attribute in block.body.attributes.items():
        value = evaluate(attribute, scope)
        if name not in _BACKEND:
            reason = f"{attribute.location}: '{name}' may be a secret, or is not a known argument: add it by hand"
        elif (unknown := first_unknown(value)) is not None:
            reason = f"{attribute.location}: cannot evaluate '{name}': {unknown.reason}"
        else:
            kept[name] = value
            continue
        notes.append(ImportNote("left out", f"backend.{block.labels[0]}", reason))
    for inner in block.body.blocks:
        reason = f"{inner.location}: '{inner.type}' is a block, and a spec can have only arguments of a backend"
        notes.append(ImportNote("left out", f"backend.{block.labels[0]}", reason))
    return {block.labels[0]: kept}, tuple(notes)
