"""Provider blocks and the backend -> what of them a spec holds, through an allow list, and what is left out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pcaform.sources.hcl.block_values import value_of
from pcaform.sources.hcl.blocks import Block
from pcaform.sources.hcl.compiler import Scope
from pcaform.sources.hcl.module_loader import Module
from pcaform.sources.hcl.providers import ProviderConfig, split
from pcaform.sources.hcl.unknown import Unknown, first_unknown
from pcaform.sources.inventory import ImportNote, Provider

_ROLE: Final = ("role_arn", "external_id", "session_name")
_BACKEND: Final = frozenset(
    {
        *("address", "assume_role", "bucket", "container_name", "dynamodb_table", "encrypt", "endpoints", "hostname"),
        *(
            "impersonate_service_account",
            "key",
            "kms_encryption_key",
            "kms_key_id",
            "namespace",
            "organization",
            "path",
        ),
        *("path", "prefix", "profile", "region", "resource_group_name", "schema_name", "secret_suffix"),
        *("storage_account_name", "subscription_id", "tenant_id", "use_azuread_auth", "use_lockfile", "use_oidc"),
        "workspace_key_prefix",
    }
)
"""Arguments of backends that hold no secret: https://developer.hashicorp.com/terraform/language/backend."""


def providers(places: Mapping[str, ProviderConfig]) -> dict[str, Provider]:
    """Return the providers of a root module by alias, those whose region and account are known."""
    return {
        place.alias: Provider(place.region, place.account_id, _role(place), place.default_tags)
        for place in places.values()
        if isinstance(place.region, str) and isinstance(place.account_id, str)
    }


def in_regions(blocks: Mapping[str, Provider], aliases: Iterable[str]) -> dict[str, Provider]:
    """Return providers, and one more for each region that resources name themselves."""
    named = {alias: split(alias) for alias in aliases}
    return {
        **blocks,
        **{
            alias: replace(blocks[block], region=region)
            for alias, (block, region) in named.items()
            if region and block in blocks
        },
    }


def _role(place: ProviderConfig) -> Mapping[str, Any] | None:
    given = {name: place.assume_role[name] for name in _ROLE if isinstance(place.assume_role.get(name), str)}
    return given if "role_arn" in given else None


def unresolved_settings(places: Mapping[str, ProviderConfig]) -> Iterator[ImportNote]:
    """Yield what provider blocks say that a spec cannot hold."""
    for place in places.values():
        name = f"provider.aws.{place.alias}" if place.alias else "provider.aws"
        for argument, value in place.assume_role.items():
            if isinstance(value, Unknown):
                yield ImportNote("unknown", name, f"'assume_role.{argument}' has to be evaluated, {value.reason}")
            elif argument not in _ROLE and value is not None:
                yield ImportNote("left out", name, f"'assume_role.{argument}' has no place in a spec")
        tags = place.unknown_tags
        if tags is not None:
            yield ImportNote("unknown", name, f"'default_tags' has to be evaluated, {tags.reason}")


def backend(root: Module, scope: Scope) -> tuple[Mapping[str, Mapping[str, Any]] | None, tuple[ImportNote, ...]]:
    """Return the backend's name with its arguments, None where there is none, and what of it is left out."""
    for block in root.of_type("terraform"):
        for inner in block.body.blocks:
            if inner.type == "backend" and inner.labels:
                return _settings(inner, scope)
            if inner.type == "cloud":
                return None, (ImportNote("left out", "terraform.cloud", f"{inner.place}: a spec has backends only"),)
    return None, ()


def _settings(block: Block, scope: Scope) -> tuple[Mapping[str, Mapping[str, Any]], tuple[ImportNote, ...]]:
    kept: dict[str, Any] = {}
    notes: list[ImportNote] = []
    for name, attribute in block.body.attributes.items():
        value = value_of(attribute, scope)
        if name not in _BACKEND:
            reason = f"{attribute.place}: '{name}' may hold a secret, or is no argument we know: add it by hand"
        elif (unknown := first_unknown(value)) is not None:
            reason = f"{attribute.place}: '{name}' has to be evaluated, {unknown.reason}"
        else:
            kept[name] = value
            continue
        notes.append(ImportNote("left out", f"backend.{block.labels[0]}", reason))
    for inner in block.body.blocks:
        reason = f"{inner.place}: '{inner.type}' is a block, and a spec holds a backend's arguments only"
        notes.append(ImportNote("left out", f"backend.{block.labels[0]}", reason))
    return {block.labels[0]: kept}, tuple(notes)
