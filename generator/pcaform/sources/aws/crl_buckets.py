"""The buckets that CAs write their revocation lists to: who may read them, by S3's own settings.

Sources, below https://docs.aws.amazon.com/AmazonS3/latest/: API/API_GetPublicAccessBlock.html,
userguide/access-control-block-public-access.html (the strictest of account and bucket counts),
userguide/about-object-ownership.html (with BucketOwnerEnforced no ACL counts).
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pcaform.sources.account_snapshot import Bucket
from pcaform.sources.aws.api_calls import Unknown
from pcaform.sources.aws.parallel import read, run_all
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote

_OF_AWS = ".amazonaws.com"
_ASKED = ("get_bucket_location", "get_bucket_policy", "get_public_access_block", "get_bucket_ownership_controls")
_SAID = {"get_public_access_block": "GetBucketPublicAccessBlock"}
"""What IAM calls an operation, where that is not the method's name in capitals."""


def read_buckets(account: Account, wanted: Mapping[str, str]) -> tuple[dict[str, Bucket], list[ImportNote]]:
    """Return the buckets by name that could be read, and what could not; `wanted` is a region for each name."""
    jobs = {}
    for name, region in wanted.items():
        client = account.client("s3", region)
        for method in _ASKED:
            call = partial(getattr(client, method), Bucket=name)
            jobs[name, method] = partial(read, call, f"s3:{_operation(method)}", may_be_absent=True)
    answers = dict(run_all(jobs, account.pace))
    found, notes = {}, []
    for name in wanted:
        of_bucket = {method: answers[name, method] for method in _ASKED}
        unread = [each for each in of_bucket.values() if isinstance(each, Unknown)]
        if unread:
            reason = f"who may read this bucket of revocation lists: {unread[0].reason}"
            notes.append(ImportNote("unknown", f"bucket {name}", reason))
        else:
            found[name] = _bucket(name, of_bucket)
    return _limited(account, found, notes)


def _operation(method: str) -> str:
    return _SAID.get(method) or method.title().replace("_", "")


def _bucket(name: str, answers: Mapping[str, Any]) -> Bucket:
    if answers["get_bucket_location"] is None:
        return Bucket(name, is_there=False)
    blocks = (answers["get_public_access_block"] or {}).get("PublicAccessBlockConfiguration", {})
    rules = (answers["get_bucket_ownership_controls"] or {}).get("OwnershipControls", {}).get("Rules", [])
    return Bucket(
        name,
        blocks=frozenset(each for each, is_on in blocks.items() if is_on),
        policy=(answers["get_bucket_policy"] or {}).get("Policy", ""),
        has_acls=all(rule["ObjectOwnership"] != "BucketOwnerEnforced" for rule in rules),
    )


def _limited(
    account: Account, found: Mapping[str, Bucket], notes: list[ImportNote]
) -> tuple[dict[str, Bucket], list[ImportNote]]:
    """Add what the account blocks for all of its buckets; asked of AWS only, since no stand-in has this service."""
    if not any(bucket.is_there for bucket in found.values()):
        return dict(found), notes
    client = account.client("s3control", account.regions[0])
    if _OF_AWS not in client.meta.endpoint_url:
        return dict(found), notes
    call = partial(client.get_public_access_block, AccountId=account.account_id)
    answer = read(call, "s3:GetAccountPublicAccessBlock", may_be_absent=True)
    if isinstance(answer, Unknown):
        reason = f"whether the account blocks public access to its buckets: {answer.reason}"
        return dict(found), [*notes, ImportNote("unknown", account.account_id, reason)]
    blocks = (answer or {}).get("PublicAccessBlockConfiguration", {})
    more = frozenset(each for each, is_on in blocks.items() if is_on)
    return {
        name: Bucket(name, bucket.is_there, bucket.blocks | more, bucket.policy, bucket.has_acls)
        for name, bucket in found.items()
    }, notes
