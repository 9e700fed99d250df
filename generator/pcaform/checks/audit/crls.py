"""CAs with revocation lists, and the buckets of these -> lists that nobody can read, and buckets that everybody can.

Sources, below https://docs.aws.amazon.com/: privateca/latest/userguide/crl-planning.html (who reads a list, and how a
bucket stays closed behind CloudFront), AmazonS3/latest/userguide/access-control-block-public-access.html.
"""

from collections.abc import Iterator
from datetime import datetime

from pcaform.checks.audit.bucket_readers import EVERYBODY, Grant, bucket_readers
from pcaform.checks.audit.finding import Finding, Rule
from pcaform.core.facts import CRL_WRITER
from pcaform.iam.evaluator.elements import PolicyError
from pcaform.sources.account_snapshot import AccountSnapshot, Bucket, CaStatus

_READ, _WRITE = "s3:GetObject", "s3:PutObject"
_OPENED = (
    "open a way: a CloudFront distribution with origin access control, named by custom_cname, so that the bucket stays "
    "closed"
)
_IDLE = ("DELETED", "EXPIRED", "FAILED")


def check_crls(snapshot: AccountSnapshot, *, now: datetime) -> Iterator[Finding]:
    """Yield what is wrong with revocation lists; buckets that could not be read are told of elsewhere."""
    for name, bucket in sorted(snapshot.buckets.items()):
        writing = [
            each for each in snapshot.own if each.lists.get("s3_bucket_name") == name and each.status not in _IDLE
        ]
        try:
            reading, letting = bucket_readers(bucket, _READ), bucket_readers(bucket, _WRITE)
        except PolicyError as error:
            advice = "look at the policy: who reads the lists in it was not judged"
            yield Finding(Rule.LIST_UNREADABLE, f"bucket {name}", f"its {error}", advice, None)
            continue
        for authority in writing:
            said = _unwritten(bucket, letting) or _unread(authority, bucket, reading)
            if said is not None:
                yield _finding(authority, *said, now=now)
        way = _public_way(bucket, reading, writing)
        if way:
            advice = f"close it with S3 Block Public Access, and before that {_OPENED}"
            yield Finding(Rule.LIST_PUBLIC, f"bucket {name}", f"everybody can read it: {way}", advice, None)


def _finding(authority: CaStatus, rule: Rule, message: str, advice: str, *, now: datetime) -> Finding:
    return Finding(rule, f"CA {authority.name}", message, advice, now, authority.arn, authority.region)


def _unwritten(bucket: Bucket, letting: list[Grant]) -> tuple[Rule, str, str] | None:
    if not bucket.is_there:
        message = f"its revocation list goes to the bucket {bucket.name}, which is not there: no list is written"
        return Rule.LIST_UNWRITTEN, message, "make the bucket, or name another: nobody learns what was revoked"
    if not any(grant.who in (CRL_WRITER, EVERYBODY) for grant in letting):
        message = f"the policy of the bucket {bucket.name} does not let {CRL_WRITER} write: no list is written"
        advice = "allow s3:PutObject, s3:PutObjectAcl, s3:GetBucketAcl and s3:GetBucketLocation to that service"
        return Rule.LIST_UNWRITTEN, message, advice
    return None


def _unread(authority: CaStatus, bucket: Bucket, reading: list[Grant]) -> tuple[Rule, str, str] | None:
    """Return that nobody can read a list: behind a name of one's own, or unnamed, whoever is let in can hand it out."""
    cname = authority.lists.get("custom_cname")
    is_behind = bool(cname) or authority.hides_list
    is_let_in = any(grant.who == EVERYBODY or (is_behind and grant.who != CRL_WRITER) for grant in reading)
    is_shut = "RestrictPublicBuckets" in bucket.blocks and not any(
        grant.who not in (EVERYBODY, CRL_WRITER) or grant.has_condition for grant in reading
    )
    if _public_way(bucket, reading, [authority]) or (is_let_in and not is_shut):
        return None
    if cname:
        place = f"at {cname}, and nothing may read the bucket {bucket.name} for it"
    elif authority.hides_list:
        place = f"in the bucket {bucket.name}, which lets nobody in"
    else:
        place = f"in the bucket {bucket.name}, as certificates say, and it is closed"
    return Rule.LIST_UNREADABLE, f"nobody can read its revocation list: it is {place}", _OPENED


def _public_way(bucket: Bucket, reading: list[Grant], authorities: list[CaStatus]) -> str:
    """Return by which way everybody can read a bucket's lists, empty where there is none."""
    is_open = any(grant.who == EVERYBODY and not grant.has_condition for grant in reading)
    if is_open and "RestrictPublicBuckets" not in bucket.blocks:
        return "its policy allows s3:GetObject to '*'"
    # Without a choice AWS writes lists with PUBLIC_READ: CrlConfiguration in the acm-pca service model.
    acls = {each.lists.get("s3_object_acl") or "PUBLIC_READ" for each in authorities}
    has_acls = bucket.is_there and bucket.has_acls and not {"IgnorePublicAcls", "BlockPublicAcls"} & bucket.blocks
    return "its lists are written with the ACL PUBLIC_READ" if has_acls and "PUBLIC_READ" in acls else ""
