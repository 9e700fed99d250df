"""Infers entries from resource policies: shares of CAs, and CRL buckets like those of the module crl-bucket."""

from collections.abc import Iterable, Mapping
from typing import Any

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.actions import ISSUE
from pcaform.iam.documents import ANYONE, Statement
from pcaform.iam.policies.resource_policies import READER, bucket_policy, share_policy
from pcaform.importer.infer.context import Context, Entries, SpecEntry, move, read_policy_back, text
from pcaform.importer.infer.keys import choose_key
from pcaform.importer.infer.stack_locations import StackLocation, of_arn
from pcaform.sources.inventory import Resource
from pcaform.spec.sections import CrlBucket, Share
from pcaform.terraform import module_names
from pcaform.terraform import resource_types as types
from pcaform.terraform.arguments import PUBLIC_ACCESS_SETTINGS

_PARTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    types.S3_BUCKET_OWNERSHIP_CONTROLS: (("rule", "0", "object_ownership", "BucketOwnerEnforced"),),
    types.S3_BUCKET_PUBLIC_ACCESS_BLOCK: tuple((name, "True") for name in PUBLIC_ACCESS_SETTINGS),
    types.S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION: (
        ("rule", "0", "apply_server_side_encryption_by_default", "0", "sse_algorithm", "AES256"),
    ),
    types.S3_BUCKET_POLICY: (),
}
"""The required settings of each part of a bucket: a path into its attributes, and the value there, as text."""
_NOT_A_SHARE = "its statements are not those of a share by AWS RAM or pcaform"


def infer_buckets(context: Context, names: set[str]) -> Entries:
    """Return the entries of CRL buckets: those with a name in `names`, and those in modules of ours."""
    result = Entries()
    taken: set[str] = set()
    for bucket in context.inventory.of_type(types.S3_BUCKET):
        name, own = text(bucket, "bucket"), bucket.module_key("crl_bucket_")
        if bucket.is_reference or not name or (name not in names and own is None):
            continue
        parts = [each for kind in _PARTS for each in context.inventory.of_type(kind) if text(each, "bucket") == name]
        settings = _policy_settings(parts, name, context.location)
        why = _find_difference(parts) or ("it has another policy" if settings is None else None)
        if why is not None or settings is None:
            result.leave_out(bucket, f"{why}: a spec supports only one configuration of CRL buckets")
            continue
        key = choose_key(context.existing.crl_buckets.get(name), own, name=own or name, taken=taken)
        taken.add(key)
        data = {
            "bucket": None if name == key else name,
            **settings,
            "force_destroy": bool(bucket.attributes.get("force_destroy")),
            "tags": context.tags_of(bucket),
        }
        moved = tuple(move(each, module_names.crl_bucket(key)) for each in (bucket, *parts))
        result.entries.append(SpecEntry("crl_buckets", key, data, bucket, moved))
    return result


def _find_difference(parts: list[Resource]) -> str | None:
    """Return which part of a bucket is missing, duplicate or different; None if none is."""
    kinds = [each.type for each in parts]
    for kind in _PARTS:
        if kinds.count(kind) != 1:
            return f"it has {kinds.count(kind)} of {kind}"
    wrong = [each.type for each in parts for path in _PARTS[each.type] if not _has_value(each.attributes, path)]
    return f"its {wrong[0]} has other settings" if wrong else None


def _has_value(value: Any, path: tuple[str, ...]) -> bool:
    for step in path[:-1]:
        try:
            value = value[int(step)] if step.isdigit() else value[step]
        except PARTIAL_DATA_ERRORS:
            return False
    return str(value) == path[-1]


def _policy_settings(parts: list[Resource], name: str, location: StackLocation) -> dict[str, Any] | None:
    """Return the settings of a bucket that its policy has; None if its policy is not one of ours."""
    policies = [each.attributes.get("policy") for each in parts if each.type == types.S3_BUCKET_POLICY]

    def render(settings: Mapping[str, Any]) -> Any:
        bucket = CrlBucket.model_validate(settings)
        return bucket_policy(bucket, name, account_id=location.account_id, region=location.region)

    return read_policy_back(policies[0], _read_readers, render) if len(policies) == 1 else None


def _read_readers(statements: Iterable[Statement]) -> dict[str, Any]:
    reading = [each for each in statements if each.principals_of("Service") == [READER]]
    arns = [arn for each in reading for arn in each.values_of("ArnEquals", "aws:SourceArn")]
    return {"cloudfront_distribution_arns": arns}


def infer_shares(context: Context, written: set[str]) -> Entries:
    """Return the shares of the CAs with an ARN in `written`; others do not belong to this spec."""
    result = Entries()
    for arn, policies in context.index.shares.items():
        key, region = context.keys.get(arn, ""), (of_arn(arn) or (context.location.region, ""))[0]
        for policy in policies if arn in written else ():
            data = _infer_share(policy.attributes.get("policy"), arn, region=region)
            if data is None:
                result.leave_out(policy, _NOT_A_SHARE)
            else:
                moved = (move(policy, module_names.share(key)),)
                result.entries.append(SpecEntry("shares", key, data, policy, moved, frozenset({arn})))
    return result


def _infer_share(policy: Any, arn: str, *, region: str) -> dict[str, Any] | None:
    """Return the share of a policy, None if a stack would render another one."""
    return read_policy_back(
        policy, _read_share, lambda share: share_policy(Share.model_validate(share), arn, region=region)
    )


def _read_share(statements: Iterable[Statement]) -> dict[str, Any]:
    accounts: dict[str, None] = {}
    entry: dict[str, Any] = {}
    for statement in statements:
        if not statement.names_action(ISSUE):
            continue
        (template,) = statement.values_of("StringEquals", "acm-pca:TemplateArn")
        entry["template"] = template.split(":template/")[1]
        names = [name for _, name in statement.principals or ()]
        if ANYONE in names:
            (entry["organization"],) = statement.values_of("StringEquals", "aws:PrincipalOrgID")
        else:
            accounts |= dict.fromkeys(name.removesuffix(":root").rpartition(":")[2] for name in names)
    return {**entry, "accounts": sorted(accounts)}
