"""CAs with revocation lists, and the buckets of these -> lists that nobody can read, and buckets that everybody can.

Sources, below https://docs.aws.amazon.com/: privateca/latest/userguide/crl-planning.html (who reads a list, and how a
bucket stays closed behind CloudFront), AmazonS3/latest/userguide/access-control-block-public-access.html.
"""

from collections.abc import Iterator
from datetime import datetime

from pcaform.audit.finding import Finding, Rule
from pcaform.estate import Authority, Bucket, Estate
from pcaform.iam.documents import Document, Statement, read_document
from pcaform.iam.elements import PolicyError
from pcaform.iam.patterns import is_action, is_resource

_WRITER = "acm-pca.amazonaws.com"
_READ, _WRITE = "s3:GetObject", "s3:PutObject"
_OPENED = (
    "open a way: a CloudFront distribution with origin access control, named by custom_cname, so that the bucket stays "
    "closed"
)


def lists(estate: Estate, *, now: datetime) -> Iterator[Finding]:
    """Yield what is wrong with revocation lists; buckets that could not be read are told of elsewhere."""
    for authority in estate.own:
        bucket = estate.buckets.get(str(authority.lists.get("s3_bucket_name", "")))
        if bucket is not None and authority.status not in ("DELETED", "EXPIRED"):
            yield from _list(authority, bucket, now)
    for name, bucket in sorted(estate.buckets.items()):
        way = _public_way(bucket, [each for each in estate.own if each.lists.get("s3_bucket_name") == name])
        if way:
            advice = f"close it with S3 Block Public Access, and before that {_OPENED}"
            yield Finding(Rule.LIST_PUBLIC, f"bucket {name}", f"everybody can read it: {way}", advice, None)


def _list(authority: Authority, bucket: Bucket, now: datetime) -> Iterator[Finding]:
    subject, name = f"CA {authority.name}", bucket.name
    if not bucket.is_there:
        message = f"its revocation list goes to the bucket {name}, which is not there: no list is written"
        advice = "make the bucket, or name another: until then nobody learns what was revoked"
        yield Finding(Rule.LIST_UNWRITTEN, subject, message, advice, now, authority.arn, authority.region)
        return
    if not _allowed(bucket, _WRITE, service=_WRITER):
        message = f"the policy of the bucket {name} does not let {_WRITER} write: no list is written"
        advice = "allow s3:PutObject, s3:PutObjectAcl, s3:GetBucketAcl and s3:GetBucketLocation to that service"
        yield Finding(Rule.LIST_UNWRITTEN, subject, message, advice, now, authority.arn, authority.region)
    elif not _is_readable(authority, bucket):
        cname = authority.lists.get("custom_cname")
        place = (
            f"{cname}, and nothing may read the bucket {name} for it"
            if cname
            else f"the bucket {name}, which is closed"
        )
        message = f"nobody can read its revocation list: certificates say that it is at {place}"
        yield Finding(Rule.LIST_UNREADABLE, subject, message, _OPENED, now, authority.arn, authority.region)


def _is_readable(authority: Authority, bucket: Bucket) -> bool:
    """Tell whether anybody can read a list; behind a name of one's own, or unnamed, whoever is let in can be."""
    if _public_way(bucket, [authority]):
        return True
    is_behind = bool(authority.lists.get("custom_cname")) or authority.hides_list
    return is_behind and _allowed(bucket, _READ)


def _public_way(bucket: Bucket, authorities: list[Authority]) -> str:
    """Return by which way everybody can read a bucket's lists, empty where there is none."""
    if "RestrictPublicBuckets" not in bucket.blocks and _allowed(bucket, _READ, everybody=True):
        return "its policy allows s3:GetObject to '*'"
    # Without a choice AWS writes lists with PUBLIC_READ: CrlConfiguration in the acm-pca service model.
    acls = {each.lists.get("s3_object_acl") or "PUBLIC_READ" for each in authorities}
    has_acls = bucket.is_there and bucket.has_acls and not {"IgnorePublicAcls", "BlockPublicAcls"} & bucket.blocks
    return "its lists are written with the ACL PUBLIC_READ" if has_acls and "PUBLIC_READ" in acls else ""


def _allowed(bucket: Bucket, action: str, *, service: str = "", everybody: bool = False) -> bool:
    """Tell whether a policy lets a service, everybody without a condition, or else anyone but AWS's writer do this."""
    resource = f"arn:aws:s3:::{bucket.name}/crl/0.crl"
    for statement in _statements(bucket):
        if not _applies(statement, action, resource):
            continue
        named = statement.principals or {}
        if service and (service in named.get("Service", ()) or "*" in named.get("AWS", ())):
            return True
        if everybody and "*" in named.get("AWS", ()) and not statement.conditions:
            return True
        others = {each for names in named.values() for each in names} - {_WRITER}
        if not service and not everybody and others:
            return True
    return False


def _applies(statement: Statement, action: str, resource: str) -> bool:
    """Tell whether a statement allows an action; its conditions count as met, since they are up to the request."""
    is_named = any(is_action(action, each) for each in statement.actions) is not statement.are_actions_excluded
    about = any(is_resource(_plain(resource), _plain(each), {}) for each in statement.resources or ())
    return statement.is_allow and is_named and about is not statement.are_resources_excluded


def _plain(arn: str) -> str:
    """Return an ARN of S3 in the one partition in which all are compared."""
    return f"arn:aws:{arn.split(':', 2)[2]}" if arn.startswith("arn:") else arn


def _statements(bucket: Bucket) -> tuple[Statement, ...]:
    if not bucket.policy:
        return ()
    try:
        found: Document = read_document(bucket.policy, bucket.name)
    except PolicyError:
        return ()
    return found.statements
