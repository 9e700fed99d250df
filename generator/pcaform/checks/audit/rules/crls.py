"""Rules about CRLs and their buckets.

Who may act on the CRLs by the policy of a bucket is who may at most: conditions count as met, since they depend on the
request, and denials are ignored.
"""

from collections.abc import Iterable, Iterator

from pcaform.checks.audit.rule import AuditContext, AuditFinding, rule
from pcaform.core.facts import CRL_WRITER
from pcaform.iam.documents import ANYONE, PolicyError, Statement, read_document
from pcaform.sources.account_snapshot import Bucket, CaStatus

_CLOUDFRONT = (
    "serve the CRL through a CloudFront distribution with origin access control, named by custom_cname, so that the "
    "bucket stays private"
)
_INACTIVE = ("DELETED", "EXPIRED", "FAILED")
_Grants = list[tuple[str, bool]]
"""Principals that a policy allows an action, as it writes them, and whether a condition limits that."""


@rule("list-not-written", source="https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html#s3-policies")
def crl_not_written(context: AuditContext) -> Iterator[AuditFinding]:
    """The bucket of a CRL does not exist, or does not allow Private CA to write."""
    for bucket, _, writers, error in _bucket_grants(context):
        for message, advice in () if error else _write_problems(bucket, writers):
            for ca in _cas_of(bucket, context):
                yield crl_not_written.finding(ca, message, advice=advice, day=context.now)


@rule("list-unreadable", source="https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html")
def crl_unreadable(context: AuditContext) -> Iterator[AuditFinding]:
    """No one can read a CRL: its bucket is private, and neither CloudFront nor another reader has access."""
    for bucket, readers, writers, error in _bucket_grants(context):
        if error:
            advice = "look at the policy: who can read its CRLs was not checked"
            yield crl_unreadable.finding(bucket, f"its {error}", advice=advice, day=None)
        for ca in () if error or any(_write_problems(bucket, writers)) else _cas_of(bucket, context):
            if not _is_readable(ca, bucket, readers):
                message = f"no one can read its CRL: {_location(ca, bucket)}"
                yield crl_unreadable.finding(ca, message, advice=_CLOUDFRONT, day=context.now)


@rule(
    "list-bucket-public",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
)
def crl_bucket_public(context: AuditContext) -> Iterator[AuditFinding]:
    """A bucket of CRLs is public, by its policy or by the CRLs' ACL."""
    for bucket, readers, _, error in _bucket_grants(context):
        reason = "" if error else _public_access(bucket, readers, _cas_of(bucket, context))
        if reason:
            advice = f"close it with S3 Block Public Access; before that, {_CLOUDFRONT}"
            yield crl_bucket_public.finding(bucket, f"it is public: {reason}", advice=advice, day=None)


def _bucket_grants(context: AuditContext) -> Iterator[tuple[Bucket, _Grants, _Grants, str]]:
    """Yield each bucket with who may read, who may write, and why its policy cannot be read."""
    for _, bucket in sorted(context.snapshot.buckets.items()):
        try:
            statements = read_document(bucket.policy, bucket.name).statements if bucket.policy else ()
        except PolicyError as error:
            yield bucket, [], [], str(error)
        else:
            yield bucket, _grants(statements, bucket, "s3:GetObject"), _grants(statements, bucket, "s3:PutObject"), ""


def _grants(statements: Iterable[Statement], bucket: Bucket, action: str) -> _Grants:
    return [
        (name, bool(statement.conditions))
        for statement in statements
        if statement.is_allow and statement.is_about(action, f"arn:aws:s3:::{bucket.name}/crl/0.crl")
        for _, name in statement.principals or ()
    ]


def _cas_of(bucket: Bucket, context: AuditContext) -> list[CaStatus]:
    return [
        ca for ca in context.snapshot.own if ca.crl.get("s3_bucket_name") == bucket.name and ca.status not in _INACTIVE
    ]


def _write_problems(bucket: Bucket, writers: _Grants) -> Iterator[tuple[str, str]]:
    """Yield why no CRL is written into a bucket, and what to do."""
    if not bucket.is_there:
        message = f"its CRL goes to the bucket {bucket.name}, which does not exist: no CRL is written"
        yield message, "create the bucket, or name another one: until then, clients do not learn of revocations"
    elif not any(name in (CRL_WRITER, ANYONE) for name, _ in writers):
        message = f"the policy of bucket {bucket.name} does not allow {CRL_WRITER} to write: no CRL is written"
        yield message, "allow s3:PutObject, s3:PutObjectAcl, s3:GetBucketAcl and s3:GetBucketLocation to that service"


def _is_readable(ca: CaStatus, bucket: Bucket, readers: _Grants) -> bool:
    """Tell whether a CRL has readers; behind a custom name, or without a URL, any reader of the bucket may serve it."""
    is_behind = bool(ca.crl.get("custom_cname")) or ca.omits_crl_url
    is_allowed = any(name == ANYONE or (is_behind and name != CRL_WRITER) for name, _ in readers)
    is_blocked = "RestrictPublicBuckets" in bucket.blocks and not any(
        name not in (ANYONE, CRL_WRITER) or has_condition for name, has_condition in readers
    )
    return bool(_public_access(bucket, readers, [ca])) or (is_allowed and not is_blocked)


def _location(ca: CaStatus, bucket: Bucket) -> str:
    if cname := ca.crl.get("custom_cname"):
        return f"its URL is at {cname}, and the bucket {bucket.name} has no reader that could serve it"
    if ca.omits_crl_url:
        return f"the bucket {bucket.name} has no reader"
    return f"its URL is that of the bucket {bucket.name}, which is not public"


def _public_access(bucket: Bucket, readers: _Grants, cas: list[CaStatus]) -> str:
    """Return what makes a bucket's CRLs public, empty where nothing does."""
    is_open = any(name == ANYONE and not has_condition for name, has_condition in readers)
    if is_open and "RestrictPublicBuckets" not in bucket.blocks:
        return "its policy allows s3:GetObject to '*'"
    # Without a choice AWS writes CRLs with PUBLIC_READ: CrlConfiguration in the acm-pca service model.
    acls = {ca.crl.get("s3_object_acl") or "PUBLIC_READ" for ca in cas}
    has_acls = bucket.is_there and bucket.has_acls and not {"IgnorePublicAcls", "BlockPublicAcls"} & bucket.blocks
    return "its CRLs have the ACL PUBLIC_READ" if has_acls and "PUBLIC_READ" in acls else ""
