"""Where each CA lives -> the providers of a stack: its own, and one alias for each other place.

An alias is named after the place and not after a CA, so that no edit elsewhere renames it: states remember it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.render.plan.module_call import without_none
from pcaform.spec.providers import AssumeRole, Provider
from pcaform.spec.stack import Spec
from pcaform.terraform.hcl_writer import Reference

_DIGITS = 8


def providers(spec: Spec, key: str) -> dict[str, Reference] | None:
    """Return the `providers` argument for all that lives with a CA; None where that is the stack's own provider."""
    return of(spec.certificate_authorities[key].provider)


def of(provider: Provider | None) -> dict[str, Reference] | None:
    """Return the `providers` argument for a place."""
    return {"aws": Reference(f"aws.{alias(provider)}")} if provider else None


def alias(provider: Provider) -> str:
    """Return a place's alias: its region, and a digest of the role that is assumed there."""
    if provider.assume_role is None:
        return provider.region
    role = json.dumps(provider.assume_role.model_dump(exclude_none=True), sort_keys=True)
    return f"{provider.region}_{hashlib.sha256(role.encode()).hexdigest()[:_DIGITS]}"


def aliased(spec: Spec) -> dict[str, dict[str, Any]]:
    """Return alias -> arguments of its provider block, sorted."""
    found = {alias(provider): _block(provider, spec) for provider in _all(spec)}
    return dict(sorted(found.items()))


def _all(spec: Spec) -> Iterator[Provider]:
    items = [*spec.certificate_authorities.values(), *spec.removed.values()]
    for item in items:
        provider = None if isinstance(item, str) else item.provider
        if provider is not None:
            yield provider


def _block(provider: Provider, spec: Spec) -> dict[str, Any]:
    role = provider.assume_role or spec.aws.assume_role
    return {
        "arguments": {
            "alias": alias(provider),
            "region": provider.region,
            "allowed_account_ids": [_account(provider, spec)],
        },
        "blocks": blocks(role, spec.aws.default_tags),
    }


def blocks(role: AssumeRole | None, default_tags: Mapping[str, str]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the nested blocks of a provider."""
    found = {
        "assume_role": role.model_dump(exclude_none=True) if role else None,
        "default_tags": {"tags": dict(default_tags)} if default_tags else None,
    }
    return list(without_none(found).items())


def _account(provider: Provider, spec: Spec) -> str:
    """Return the account of a place: that of the role assumed there, else the stack's own."""
    return provider.assume_role.role_arn.split(":")[4] if provider.assume_role else spec.aws.account_id
