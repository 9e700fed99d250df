"""Regions and roles of the CAs -> the provider configurations of a stack: its own, and one alias for each other.

An alias is named after region and role, not after a CA, so that no unrelated edit renames it: the state refers to it.
"""

import hashlib
import json
from typing import Any

from pcaform.render.manifest import Record
from pcaform.render.plan.module_call import without_none
from pcaform.spec.stack import Spec
from pcaform.spec.types import Provider
from pcaform.terraform import hcl_writer

_DIGITS = 8


def providers_argument(spec: Spec, key: str) -> dict[str, hcl_writer.Reference] | None:
    """Return the `providers` argument for a CA and what belongs to it; None for the stack's own provider."""
    provider = spec.certificate_authorities[key].provider
    return {"aws": hcl_writer.Reference(f"aws.{alias(provider)}")} if provider else None


def alias(provider: Provider) -> str:
    """Return the alias of a provider configuration: its region, and a digest of the role that it assumes."""
    if provider.assume_role is None:
        return provider.region
    role = json.dumps(provider.assume_role.model_dump(exclude_none=True), sort_keys=True)
    return f"{provider.region}_{hashlib.sha256(role.encode()).hexdigest()[:_DIGITS]}"


def list_providers(spec: Spec, record: Record) -> list[dict[str, Any]]:
    """Return the stack's own provider block, and one for each alias, sorted.

    What was let go needs its own for as long as a state may have it.
    """
    let_go = [item.removal and item.removal.provider for item in record.let_go.values()]
    found = [
        *(authority.provider for authority in spec.certificate_authorities.values()),
        *(Provider.model_validate(provider) for provider in let_go if provider is not None),
    ]
    by_alias = {alias(provider): provider for provider in found if provider is not None}
    return [_provider_block(spec, provider) for provider in (None, *(by_alias[name] for name in sorted(by_alias)))]


def _provider_block(spec: Spec, provider: Provider | None) -> dict[str, Any]:
    own = provider.assume_role if provider else None
    role, tags, ignored = own or spec.aws.assume_role, dict(spec.aws.default_tags), spec.aws.ignore_tags.model_dump()
    arguments = {
        "alias": alias(provider) if provider else None,
        "region": provider.region if provider else spec.aws.region,
        "allowed_account_ids": [own.role_arn.split(":")[4] if own else spec.aws.account_id],
        "profile": spec.aws.profile,
        "use_fips_endpoint": spec.aws.use_fips_endpoint or None,
    }
    blocks = {
        "assume_role": role.model_dump(exclude_none=True) if role else None,
        "default_tags": {"tags": tags} if tags else None,
        "ignore_tags": {name: keys for name, keys in ignored.items() if keys} or None,
    }
    return {"arguments": without_none(arguments), "blocks": list(without_none(blocks).items())}
