"""Regions and roles of the CAs -> the provider configurations of a stack: its own, and one alias for each other.

An alias is named after region and role, not after a CA, so that no unrelated edit renames it: the state refers to it.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pcaform.render.manifest import PROVIDER, REMOVAL, Record
from pcaform.render.plan.module_call import without_none
from pcaform.spec.stack import Spec
from pcaform.spec.types import AssumeRole, Provider
from pcaform.terraform.hcl_writer import Reference

_DIGITS = 8


def providers_argument(spec: Spec, key: str) -> dict[str, Reference] | None:
    """Return the `providers` argument for a CA and what belongs to it; None for the stack's own provider."""
    provider = spec.certificate_authorities[key].provider
    return {"aws": Reference(f"aws.{alias(provider)}")} if provider else None


def alias(provider: Provider) -> str:
    """Return the alias of a provider configuration: its region, and a digest of the role that it assumes."""
    if provider.assume_role is None:
        return provider.region
    role = json.dumps(provider.assume_role.model_dump(exclude_none=True), sort_keys=True)
    return f"{provider.region}_{hashlib.sha256(role.encode()).hexdigest()[:_DIGITS]}"


def aliased_providers(spec: Spec, record: Record) -> dict[str, dict[str, Any]]:
    """Return alias -> provider block, sorted; what was let go needs its own for as long as a state may have it."""
    let_go = [item[REMOVAL].get(PROVIDER) for item in record.let_go.values()]
    found = [
        *(authority.provider for authority in spec.certificate_authorities.values()),
        *(Provider.model_validate(provider) for provider in let_go if provider is not None),
    ]
    by_alias = {alias(provider): _provider_block(provider, spec) for provider in found if provider is not None}
    return dict(sorted(by_alias.items()))


def _provider_block(provider: Provider, spec: Spec) -> dict[str, Any]:
    role = provider.assume_role or spec.aws.assume_role
    account_id = provider.assume_role.role_arn.split(":")[4] if provider.assume_role else spec.aws.account_id
    return {
        "arguments": {"alias": alias(provider), "region": provider.region, "allowed_account_ids": [account_id]},
        "blocks": nested_blocks(role, spec.aws.default_tags),
    }


def nested_blocks(role: AssumeRole | None, default_tags: Mapping[str, str]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the nested blocks of a provider configuration."""
    blocks = {
        "assume_role": role.model_dump(exclude_none=True) if role else None,
        "default_tags": {"tags": dict(default_tags)} if default_tags else None,
    }
    return list(without_none(blocks).items())
