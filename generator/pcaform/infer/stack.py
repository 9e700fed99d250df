"""Inventory -> the whole spec, and a report of what is not in it."""

from collections.abc import Iterable
from dataclasses import dataclass

from pcaform.infer import authorities, issuers
from pcaform.infer.authorities import Unexpressed
from pcaform.inventory import Inventory
from pcaform.problems import Failure
from pcaform.spec.stack import Aws, Spec

_PARTS_OF_ARN = 6


@dataclass(frozen=True, slots=True)
class Inferred:
    """The spec, and each resource that is not in it with the reason."""

    spec: Spec
    left_out: tuple[tuple[str, str], ...]


def infer(inventory: Inventory, *, stack: str) -> Inferred:
    """Return the spec of what an inventory holds; `stack` names it, since nothing that exists does.

    Raises Failure where the inventory holds no private CA, or CAs of several regions or accounts.
    """
    keys = authorities.keys_by_arn(inventory)
    aws = _aws(inventory, keys)
    left_out = list(inventory.left_out)
    found_authorities, found_issuers = {}, {}
    for resource, authority in authorities.entries(inventory, keys):
        if isinstance(authority, Unexpressed):
            left_out.append((resource.address, authority.reason))
        else:
            found_authorities[keys[resource.attributes["arn"]]] = authority
    for resource, key, issuer in issuers.entries(inventory, aws, keys=keys):
        if isinstance(issuer, Unexpressed):
            left_out.append((resource.address, issuer.reason))
        else:
            found_issuers[key] = issuer
    spec = Spec.model_validate(
        {
            "version": 1,
            "stack": stack,
            "aws": aws.model_dump(),
            "certificate_authorities": found_authorities,
            "issuers": found_issuers,
        }
    )
    return Inferred(spec, tuple(left_out))


def _aws(inventory: Inventory, arns: Iterable[str]) -> Aws:
    places = {tuple(arn.split(":")[3:5]) for arn in arns if arn.count(":") >= _PARTS_OF_ARN - 1}
    if not places:
        raise Failure("no private CA in what was read: there is nothing to write a spec of")
    if len(places) > 1:
        listed = ", ".join(f"{account} in {region}" for region, account in sorted(places))
        raise Failure(
            f"CAs of several accounts or regions ({listed}): one spec holds one of each, and splitting is not built yet"
        )
    ((region, account_id),) = places
    return Aws(region=region, account_id=account_id, default_tags=_default_tags(inventory))


def _default_tags(inventory: Inventory) -> dict[str, str]:
    """Return the tags that the provider adds everywhere: those that a resource has beyond its own."""
    added: dict[str, str] = {}
    for resource in inventory.resources:
        own = resource.attributes.get("tags") or {}
        added |= {key: value for key, value in (resource.attributes.get("tags_all") or {}).items() if key not in own}
    return added
