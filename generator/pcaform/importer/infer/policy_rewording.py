"""Policies that a stack words otherwise than they are now: the same to AWS, and an update in place to Terraform.

The provider compares policies statement by statement in any order, but with the statements' names:
https://github.com/hashicorp/awspolicyequivalence.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.normalize import statements_by_sid
from pcaform.iam.policies import crl_bucket, issuer_policies, share, trust_policy
from pcaform.iam.policies.roles import POLICY_BUILDERS
from pcaform.importer.infer.entry import SpecEntry
from pcaform.importer.infer.stack_locations import StackLocation, of_arn
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from pcaform.spec.stack import Spec

_REASON = (
    "it means what a stack writes there, in other words: a plan updates it in place, "
    "which 'pcaform adopt' takes with --accept wording"
)
_POLICY = "aws_iam_policy"
_ROLE = "aws_iam_role"
_WHERE: Mapping[str, str] = {
    _POLICY: "policy",
    _ROLE: "assume_role_policy",
    "aws_acmpca_policy": "policy",
    "aws_s3_bucket_policy": "policy",
}
"""Type -> the attribute that is a policy."""


def reworded_policies(
    inventory: Inventory, place: StackLocation, items: Iterable[SpecEntry], spec: Spec
) -> Iterator[ImportNote]:
    """Yield a remark for each policy of some entry whose words a rendered stack would change."""
    listed = list(items)
    arns = {
        each.key: str(each.resource.attributes["arn"]) for each in listed if each.section == "certificate_authorities"
    }
    written = {each.address: each for kind in _WHERE for each in inventory.of_type(kind)}
    for item in listed:
        made = _made(item, spec, place, arns)
        for old, _ in item.addresses:
            resource = written.get(old)
            name = _name(resource) if resource else None
            if resource and name in made and not _is_same(resource.attributes[_WHERE[resource.type]], made[name]):
                yield ImportNote("left out", resource.address, _REASON)


def _name(resource: Resource) -> str:
    return str(resource.attributes.get("name")) if resource.type == _POLICY else resource.type


def _is_same(policy: Any, made: Any) -> bool:
    """Tell whether two policies are one to Terraform; odd ones, which are kept word for word, by their text."""
    found = json.loads(policy) if isinstance(policy, str) else policy
    try:
        return bool(found == made or statements_by_sid(found) == statements_by_sid(made))
    except PARTIAL_DATA_ERRORS:
        return False


def _made(item: SpecEntry, spec: Spec, place: StackLocation, arns: Mapping[str, str]) -> dict[str, Any]:
    """Return the policies that a stack writes for an entry: those of principals by name, any other by its type."""
    if item.section == "issuers":
        issuer = spec.issuers[item.key]
        made: dict[str, Any] = {**issuer_policies.documents(issuer, spec.aws, arn_of=arns.__getitem__)}
        return {**made, _ROLE: trust_policy.document(issuer.role.trust, spec.aws)} if issuer.role else made
    if item.section in POLICY_BUILDERS:
        duty = getattr(spec, item.section)[item.key]
        name = f"{duty.role_name or item.key}-private-ca"
        made = {name: POLICY_BUILDERS[item.section](spec, arn_of=arns.__getitem__)}
        return {**made, _ROLE: trust_policy.document(duty.trust, spec.aws)}
    if item.section == "shares":
        region, _ = of_arn(arns[item.key]) or (place.region, "")
        return {"aws_acmpca_policy": share.document(spec.shares[item.key], arns[item.key], region=region)}
    if item.section == "crl_buckets":
        bucket = spec.crl_buckets[item.key]
        name = bucket.bucket or item.key
        made = crl_bucket.document(bucket, name, account_id=place.account_id, region=place.region)
        return {"aws_s3_bucket_policy": made}
    return {}
