"""Rules about CRLs and their buckets."""

from collections.abc import Iterator

from pcaform.checks.audit.crl_access import Grants, grants, is_readable, location, public_access
from pcaform.checks.audit.rule import AuditContext, AuditFinding, rule
from pcaform.core.facts import CRL_WRITER
from pcaform.core.grouping import grouped
from pcaform.iam.documents import ANYONE, PolicyError, read_document
from pcaform.sources.account_snapshot import Bucket, CaStatus

_CLOUDFRONT = (
    "serve the CRL through a CloudFront distribution with origin access control, named by custom_cname, so that the "
    "bucket stays private"
)
_INACTIVE = ("DELETED", "EXPIRED", "FAILED")


@rule("list-not-written", source="privateca/latest/userguide/crl-planning.html#s3-policies")
def crl_not_written(context: AuditContext) -> Iterator[AuditFinding]:
    """The bucket of a CRL does not exist, or does not allow Private CA to write."""
    for bucket, cas, _, writers, error in _bucket_grants(context):
        for message, advice in () if error else _write_problems(bucket, writers):
            for ca in cas:
                yield crl_not_written.finding(ca, message, advice=advice, day=context.now)


@rule("list-unreadable", source="privateca/latest/userguide/crl-planning.html")
def crl_unreadable(context: AuditContext) -> Iterator[AuditFinding]:
    """No one can read a CRL: its bucket is private, and neither CloudFront nor another reader has access."""
    for bucket, cas, readers, writers, error in _bucket_grants(context):
        if error:
            advice = "look at the policy: who can read its CRLs was not checked"
            yield crl_unreadable.finding(bucket, f"its {error}", advice=advice, day=None)
        for ca in () if error or any(_write_problems(bucket, writers)) else cas:
            if not is_readable(ca.crl, bucket, readers, omits_url=ca.omits_crl_url):
                message = f"no one can read its CRL: {location(ca.crl, bucket, omits_url=ca.omits_crl_url)}"
                yield crl_unreadable.finding(ca, message, advice=_CLOUDFRONT, day=context.now)


@rule(
    "list-bucket-public",
    source="AmazonS3/latest/userguide/access-control-block-public-access.html",
    controls="securityhub:S3.2 config:s3-bucket-public-read-prohibited prowler:s3_bucket_public_access",
)
def crl_bucket_public(context: AuditContext) -> Iterator[AuditFinding]:
    """A bucket of CRLs is public, by its policy or by the CRLs' ACL."""
    reported = set()
    for bucket, cas, readers, _, error in _bucket_grants(context):
        reason = "" if error else public_access(bucket, readers, [each.crl for each in cas])
        if reason and bucket.name not in reported:
            reported.add(bucket.name)
            advice = f"close it with S3 Block Public Access; before that, {_CLOUDFRONT}"
            yield crl_bucket_public.finding(bucket, f"it is public: {reason}", advice=advice, day=None)


def _bucket_grants(context: AuditContext) -> Iterator[tuple[Bucket, list[CaStatus], Grants, Grants, str]]:
    """Yield each bucket with the CAs at one path, who may read and write there, and why its policy cannot be read."""
    for _, bucket in sorted(context.snapshot.buckets.items()):
        try:
            statements = read_document(bucket.policy, bucket.name).statements if bucket.policy else ()
        except PolicyError as error:
            yield bucket, [], [], [], str(error)
            continue
        by_path = grouped((str(ca.crl.get("custom_path") or ""), ca) for ca in _cas_of(bucket, context))
        for path, cas in (by_path or {"": []}).items():
            crl = {"custom_path": path}
            readers, writers = (grants(statements, bucket, crl, f"s3:{each}") for each in ("GetObject", "PutObject"))
            yield bucket, cas, readers, writers, ""


def _cas_of(bucket: Bucket, context: AuditContext) -> list[CaStatus]:
    return [
        ca for ca in context.snapshot.own if ca.crl.get("s3_bucket_name") == bucket.name and ca.status not in _INACTIVE
    ]


def _write_problems(bucket: Bucket, writers: Grants) -> Iterator[tuple[str, str]]:
    """Yield why no CRL is written into a bucket, and what to do."""
    if not bucket.is_there:
        message = f"its CRL goes to the bucket {bucket.name}, which does not exist: no CRL is written"
        yield message, "create the bucket, or name another one: until then, clients do not learn of revocations"
    elif not any(name in (CRL_WRITER, ANYONE) for name, _ in writers):
        message = f"the policy of bucket {bucket.name} does not allow {CRL_WRITER} to write: no CRL is written"
        yield message, "allow s3:PutObject, s3:PutObjectAcl, s3:GetBucketAcl and s3:GetBucketLocation to that service"
