"""Reads the settings of the buckets for CRLs that decide who may read them.

Sources, below https://docs.aws.amazon.com/AmazonS3/latest/: API/API_GetPublicAccessBlock.html,
userguide/access-control-block-public-access.html (the stricter of account and bucket applies),
userguide/about-object-ownership.html (with BucketOwnerEnforced ACLs have no effect).
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pcaform.sources.account_snapshot import Bucket
from pcaform.sources.aws.api_calls import FailedCall
from pcaform.sources.aws.parallel import run_jobs, try_request
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote

_AWS_DOMAIN = ".amazonaws.com"
_METHODS = ("get_bucket_location", "get_bucket_policy", "get_public_access_block", "get_bucket_ownership_controls")
_IAM_NAMES = {"get_public_access_block": "GetBucketPublicAccessBlock"}
"""IAM action names that differ from the name of the operation."""


def read_buckets(account: Account, regions: Mapping[str, str]) -> tuple[dict[str, Bucket], list[ImportNote]]:
    """Return the buckets by name, and notes on those that could not be read; `regions` has the region by name."""
    jobs = {}
    for name, region in regions.items():
        client = account.client("s3", region)
        for method in _METHODS:
            action = _IAM_NAMES.get(method) or method.title().replace("_", "")
            call = partial(getattr(client, method), Bucket=name)
            jobs[name, method] = partial(try_request, call, f"s3:{action}", may_be_absent=True)
    all_responses = dict(run_jobs(jobs, account.rate_limiter))
    buckets, notes = {}, []
    for name in regions:
        responses = {method: all_responses[name, method] for method in _METHODS}
        failed = [response for response in responses.values() if isinstance(response, FailedCall)]
        if failed:
            reason = f"who may read this CRL bucket: {failed[0].reason}"
            notes.append(ImportNote("unknown", f"bucket {name}", reason))
        else:
            buckets[name] = _build_bucket(name, responses)
    return _add_account_block(account, buckets, notes)


def _build_bucket(name: str, responses: Mapping[str, Any]) -> Bucket:
    if responses["get_bucket_location"] is None:
        return Bucket(name, is_there=False)
    blocks = (responses["get_public_access_block"] or {}).get("PublicAccessBlockConfiguration", {})
    rules = (responses["get_bucket_ownership_controls"] or {}).get("OwnershipControls", {}).get("Rules", [])
    return Bucket(
        name,
        blocks=frozenset(setting for setting, is_on in blocks.items() if is_on),
        policy=(responses["get_bucket_policy"] or {}).get("Policy", ""),
        has_acls=all(rule["ObjectOwnership"] != "BucketOwnerEnforced" for rule in rules),
    )


def _add_account_block(
    account: Account, buckets: Mapping[str, Bucket], notes: list[ImportNote]
) -> tuple[dict[str, Bucket], list[ImportNote]]:
    """Add the account's Block Public Access settings; only at AWS itself, since emulators do not have that API."""
    if not any(bucket.is_there for bucket in buckets.values()):
        return dict(buckets), notes
    client = account.client("s3control", account.regions[0])
    if _AWS_DOMAIN not in client.meta.endpoint_url:
        return dict(buckets), notes
    call = partial(client.get_public_access_block, AccountId=account.account_id)
    response = try_request(call, "s3:GetAccountPublicAccessBlock", may_be_absent=True)
    if isinstance(response, FailedCall):
        reason = f"whether the account blocks public access to its buckets: {response.reason}"
        return dict(buckets), [*notes, ImportNote("unknown", account.account_id, reason)]
    blocks = (response or {}).get("PublicAccessBlockConfiguration", {})
    more = frozenset(setting for setting, is_on in blocks.items() if is_on)
    return {name: replace(bucket, blocks=bucket.blocks | more) for name, bucket in buckets.items()}, notes
