"""Infers the entries of CRL buckets, if they are configured like the module crl-bucket configures them."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.documents import read_statements
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.resource_policies import READER, bucket_policy
from pcaform.importer.infer.ca_index import text
from pcaform.importer.infer.entry import Entries, SpecEntry
from pcaform.importer.infer.existing_keys import ExistingKeys
from pcaform.importer.infer.keys import key_for, own_key
from pcaform.importer.infer.stack_locations import StackLocation
from pcaform.importer.infer.tags import tags_of
from pcaform.sources.inventory import Inventory, Resource
from pcaform.spec.sections import CrlBucket
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import (
    S3_BUCKET,
    S3_BUCKET_OWNERSHIP_CONTROLS,
    S3_BUCKET_POLICY,
    S3_BUCKET_PUBLIC_ACCESS_BLOCK,
    S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
)

_PARTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    S3_BUCKET_OWNERSHIP_CONTROLS: (("rule", "0", "object_ownership", "BucketOwnerEnforced"),),
    S3_BUCKET_PUBLIC_ACCESS_BLOCK: tuple(
        (name, "True")
        for name in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    ),
    S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION: (
        ("rule", "0", "apply_server_side_encryption_by_default", "0", "sse_algorithm", "AES256"),
    ),
}
"""The required settings of each part of a bucket: a path into its attributes, and the value there, as text."""


def infer_buckets(
    inventory: Inventory,
    location: StackLocation,
    names: set[str],
    *,
    existing: ExistingKeys,
    defaults: Mapping[str, str],
) -> Entries:
    """Return the entries of CRL buckets: those with a name in `names`, and those in modules of ours."""
    result = Entries()
    taken: set[str] = set()
    for bucket in inventory.of_type(S3_BUCKET):
        name = text(bucket, "bucket")
        own = bucket.module_key("crl_bucket_")
        if bucket.is_reference or not name or (name not in names and own is None):
            continue
        parts = list(_parts(inventory, name))
        distributions = _distributions(parts, name, location)
        why = _find_difference(parts) or ("it has another policy" if distributions is None else None)
        if why is not None or distributions is None:
            result.leave_out(bucket, f"{why}: a spec supports only one configuration of CRL buckets")
            continue
        key = own_key(existing.crl_buckets.get(name), own, taken=taken) or key_for(own or name, taken)
        taken.add(key)
        data = {
            "bucket": None if name == key else name,
            "cloudfront_distribution_arns": distributions,
            "force_destroy": bool(bucket.attributes.get("force_destroy")),
            "tags": tags_of(bucket, defaults),
        }
        module = module_names.crl_bucket(key)
        addresses = [(each.address, module_names.resource(module, each.type)) for each in (bucket, *parts)]
        result.entries.append(SpecEntry("crl_buckets", key, data, bucket, addresses=tuple(addresses)))
    return result


def _parts(inventory: Inventory, name: str) -> Iterator[Resource]:
    for kind in (*_PARTS, S3_BUCKET_POLICY):
        yield from (each for each in inventory.of_type(kind) if text(each, "bucket") == name)


def _find_difference(parts: list[Resource]) -> str | None:
    """Return which part of a bucket is missing, duplicate or different; None if none is."""
    kinds = [each.type for each in parts]
    for kind in (*_PARTS, S3_BUCKET_POLICY):
        if kinds.count(kind) != 1:
            return f"it has {kinds.count(kind)} of {kind}"
    wrong = [each.type for each in parts for path in _PARTS.get(each.type, ()) if not _has_value(each.attributes, path)]
    return f"its {wrong[0]} has other settings" if wrong else None


def _has_value(value: Any, path: tuple[str, ...]) -> bool:
    for step in path[:-1]:
        try:
            value = value[int(step)] if step.isdigit() else value[step]
        except PARTIAL_DATA_ERRORS:
            return False
    return str(value) == path[-1]


def _distributions(parts: list[Resource], name: str, location: StackLocation) -> list[str] | None:
    """Return the distributions that may read a bucket; None if its policy is not one of ours."""
    try:
        (policy,) = (each.attributes["policy"] for each in parts if each.type == S3_BUCKET_POLICY)
        arns = [
            arn
            for statement in read_statements(policy)
            if statement.principals_of("Service") == [READER]
            for arn in statement.values_of("ArnEquals", "aws:SourceArn")
        ]
        bucket = CrlBucket.model_validate({"cloudfront_distribution_arns": arns})
        rendered = bucket_policy(bucket, name, account_id=location.account_id, region=location.region)
        return arns if normalized_statements([rendered]) == normalized_statements([policy]) else None
    except (*PARTIAL_DATA_ERRORS, ValidationError):
        return None
