"""Inventory -> the whole spec, and a report of what is not in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from pcaform.infer import authorities, issuers
from pcaform.infer.authorities import Unexpressed, reason_of
from pcaform.infer.known import NOTHING_KNOWN, Known
from pcaform.inventory import Inventory, Remark
from pcaform.problems import Failure
from pcaform.spec.stack import Aws, Spec
from pcaform.spec.values import Model

M = TypeVar("M", bound=Model)
_PARTS_OF_ARN = 6


@dataclass(frozen=True, slots=True)
class Inferred:
    """The spec, and what is to say of each resource that is not in it as it was found."""

    spec: Spec
    remarks: tuple[Remark, ...]

    @property
    def left_out(self) -> tuple[tuple[str, str], ...]:
        """Address and reason of each resource that is not in the spec."""
        return tuple((remark.address, remark.reason) for remark in self.remarks)


def infer(inventory: Inventory, *, stack: str, known: Known = NOTHING_KNOWN) -> tuple[Inferred, ...]:
    """Return one spec for each account and region in which an inventory holds CAs, named after `stack`.

    `known` are the keys of a spec that exists, which are kept. Raises Failure where the inventory holds no private CA.
    """
    del known
    return (_inferred(inventory, stack),)


def _inferred(inventory: Inventory, stack: str) -> Inferred:
    keys = authorities.keys_by_arn(inventory)
    aws = _aws(inventory, keys)
    remarks = list(inventory.remarks)
    keys, found_authorities, without = _authorities(inventory, keys)
    remarks += without
    found_issuers = {}
    for resource, key, issuer in issuers.entries(inventory, aws, keys=keys):
        if isinstance(issuer, Unexpressed):
            remarks.append(Remark("left out", resource.address, issuer.reason))
        else:
            found_issuers[key] = issuer
    remarks += [Remark("left out", resource.address, why.reason) for resource, why in issuers.unclaimed(inventory)]
    spec = _valid(
        Spec,
        version=1,
        stack=stack,
        aws=aws.model_dump(),
        certificate_authorities=found_authorities,
        issuers=found_issuers,
    )
    return Inferred(spec, tuple(remarks))


def _authorities(
    inventory: Inventory, keys: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, dict[str, Any]], list[Remark]]:
    """Return the keys by ARN of the CAs that are written, their entries by key, and the others with the reason.

    A CA that is left out is nobody's parent in the spec, so its children are left out too, and theirs in turn.
    """
    written = dict(keys)
    while True:
        entries, without = {}, []
        for resource, authority in authorities.entries(inventory, written):
            if isinstance(authority, Unexpressed):
                without.append(Remark("left out", resource.address, authority.reason))
            else:
                entries[resource.attributes["arn"]] = authority
        if entries.keys() == written.keys():
            return written, {written[arn]: entry for arn, entry in entries.items()}, without
        written = {arn: keys[arn] for arn in entries}


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
    return _valid(Aws, region=region, account_id=account_id, default_tags=_default_tags(inventory))


def _valid(model: type[M], **values: Any) -> M:
    """Return a part of the spec; raises Failure where a value that was found or given does not fit in one."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Failure(reason_of(error)) from None


def _default_tags(inventory: Inventory) -> dict[str, str]:
    """Return the tags that the provider adds everywhere: those that a resource has beyond its own."""
    added: dict[str, str] = {}
    for resource in inventory.resources:
        own, everything = (_tags(resource.attributes.get(name)) for name in ("tags", "tags_all"))
        added |= {key: value for key, value in everything.items() if key not in own}
    return added


def _tags(value: Any) -> Mapping[str, str]:
    return value if isinstance(value, Mapping) else {}
