"""Finds policies that a stack words differently: equivalent for AWS, but an update in place for Terraform.

The provider compares policies statement by statement in any order, including the statements' names:
https://github.com/hashicorp/awspolicyequivalence.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pcaform.iam.documents import PolicyError
from pcaform.iam.normalize import statements_by_sid
from pcaform.iam.policies import issuer_policies, trust_policy
from pcaform.iam.policies.resource_policies import bucket_policy, share_policy
from pcaform.iam.policies.roles import POLICY_BUILDERS
from pcaform.importer.infer.entry import SpecEntry
from pcaform.importer.infer.stack_locations import StackLocation, of_arn
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from pcaform.spec.stack import Spec
from pcaform.terraform.resource_types import IAM_POLICY, IAM_ROLE, S3_BUCKET_POLICY, SHARE

_REASON = (
    "equivalent to what the stack writes, but worded differently; the plan updates it in place "
    "(allow with `pcaform adopt --accept wording`)"
)
_ATTRIBUTES: Mapping[str, str] = {
    IAM_POLICY: "policy",
    IAM_ROLE: "assume_role_policy",
    SHARE: "policy",
    S3_BUCKET_POLICY: "policy",
}
"""Resource type -> the attribute with a policy."""


def reworded_policies(
    inventory: Inventory, location: StackLocation, entries: Iterable[SpecEntry], spec: Spec
) -> Iterator[ImportNote]:
    """Yield a note for each policy of an entry that a rendered stack would reword."""
    spec_entries = list(entries)
    arns = {
        each.key: str(each.resource.attributes["arn"])
        for each in spec_entries
        if each.section == "certificate_authorities"
    }
    written = {each.address: each for kind in _ATTRIBUTES for each in inventory.of_type(kind)}
    for entry in spec_entries:
        rendered = _render(entry, spec, location, arns)
        for old, _ in entry.addresses:
            resource = written.get(old)
            name = _name(resource) if resource else None
            if (
                resource
                and name in rendered
                and not _is_same(resource.attributes[_ATTRIBUTES[resource.type]], rendered[name])
            ):
                yield ImportNote("left out", resource.address, _REASON)


def _name(resource: Resource) -> str:
    return str(resource.attributes.get("name")) if resource.type == IAM_POLICY else resource.type


def _is_same(policy: Any, rendered: Any) -> bool:
    """Tell whether two policies are equal for Terraform; unreadable ones, which are copied verbatim, by text."""
    document = json.loads(policy) if isinstance(policy, str) else policy
    try:
        return bool(document == rendered or statements_by_sid(document) == statements_by_sid(rendered))
    except PolicyError:
        return False


def _render(entry: SpecEntry, spec: Spec, location: StackLocation, arns: Mapping[str, str]) -> dict[str, Any]:
    """Return the policies that a stack writes for an entry: principals' policies by name, others by resource type."""
    if entry.section == "issuers":
        issuer = spec.issuers[entry.key]
        rendered: dict[str, Any] = {**issuer_policies.documents(issuer, spec.aws, arn_of=arns.__getitem__)}
        return {**rendered, IAM_ROLE: trust_policy.document(issuer.role.trust, spec.aws)} if issuer.role else rendered
    if entry.section in POLICY_BUILDERS:
        role = getattr(spec, entry.section)[entry.key]
        name = f"{role.role_name or entry.key}-private-ca"
        rendered = {name: POLICY_BUILDERS[entry.section](spec, arn_of=arns.__getitem__)}
        return {**rendered, IAM_ROLE: trust_policy.document(role.trust, spec.aws)}
    if entry.section == "shares":
        region, _ = of_arn(arns[entry.key]) or (location.region, "")
        return {SHARE: share_policy(spec.shares[entry.key], arns[entry.key], region=region)}
    if entry.section == "crl_buckets":
        bucket = spec.crl_buckets[entry.key]
        name = bucket.bucket or entry.key
        rendered = bucket_policy(bucket, name, account_id=location.account_id, region=location.region)
        return {S3_BUCKET_POLICY: rendered}
    return {}
