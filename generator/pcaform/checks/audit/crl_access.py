"""Whether anyone can read a CRL at its URL: what the audit asks of an account, and a rule of a spec.

Who may act on the CRLs by the policy of a bucket is who may at most: conditions count as met, since they depend on the
request, and denials are ignored.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pcaform.core.facts import CRL_WRITER, crl_key
from pcaform.iam.documents import ANYONE, Statement, read_document
from pcaform.sources.account_snapshot import Bucket

Grants = list[tuple[str, bool]]
"""Principals that a policy allows an action, as it writes them, and whether a condition limits that."""


def why_unreadable(crl: Mapping[str, Any], name: str, policy: str) -> str:
    """Return why no one can read a CRL in a bucket that is open to none but by its policy, empty if anyone may."""
    blocks = frozenset(("IgnorePublicAcls", "RestrictPublicBuckets"))
    bucket = Bucket(name, blocks=blocks, policy=policy, has_acls=False)
    readers = grants(read_document(bucket.policy, bucket.name).statements, bucket, crl, "s3:GetObject")
    return "" if is_readable(crl, bucket, readers) else location(crl, bucket)


def is_readable(crl: Mapping[str, Any], bucket: Bucket, readers: Grants, *, omits_url: bool = False) -> bool:
    """Tell whether a CRL has readers; behind a custom name, or without a URL, any reader of the bucket may serve it."""
    is_behind = bool(crl.get("custom_cname")) or omits_url
    is_allowed = any(name == ANYONE or (is_behind and name != CRL_WRITER) for name, _ in readers)
    is_blocked = "RestrictPublicBuckets" in bucket.blocks and not any(
        name not in (ANYONE, CRL_WRITER) or has_condition for name, has_condition in readers
    )
    return bool(public_access(bucket, readers, [crl])) or (is_allowed and not is_blocked)


def location(crl: Mapping[str, Any], bucket: Bucket, *, omits_url: bool = False) -> str:
    """Return where a CRL is that no one can read."""
    if cname := crl.get("custom_cname"):
        return f"its URL is at {cname}, and the bucket {bucket.name} has no reader that could serve it"
    if omits_url:
        return f"the bucket {bucket.name} has no reader"
    return f"its URL is that of the bucket {bucket.name}, which is not public"


def public_access(bucket: Bucket, readers: Grants, crls: Iterable[Mapping[str, Any]]) -> str:
    """Return what makes a bucket's CRLs public, empty where nothing does."""
    is_open = any(name == ANYONE and not has_condition for name, has_condition in readers)
    if is_open and "RestrictPublicBuckets" not in bucket.blocks:
        return "its policy allows s3:GetObject to '*'"
    # Without a choice AWS writes CRLs with PUBLIC_READ: CrlConfiguration in the acm-pca service model.
    acls = {crl.get("s3_object_acl") or "PUBLIC_READ" for crl in crls}
    has_acls = bucket.is_there and bucket.has_acls and not {"IgnorePublicAcls", "BlockPublicAcls"} & bucket.blocks
    return "its CRLs have the ACL PUBLIC_READ" if has_acls and "PUBLIC_READ" in acls else ""


def grants(statements: Iterable[Statement], bucket: Bucket, crl: Mapping[str, Any], action: str) -> Grants:
    """Return who may do an action with a CRL in a bucket."""
    place = f"arn:aws:s3:::{bucket.name}/{crl_key(crl.get('custom_path'), '0')}"
    return [
        (name, bool(statement.conditions))
        for statement in statements
        if statement.is_allow and statement.is_about(action, place)
        for _, name in statement.principals or ()
    ]
