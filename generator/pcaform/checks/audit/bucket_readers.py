"""The policy of a bucket -> which principals may act on the CRLs in it.

Conditions count as met, since they depend on the request, and denials are ignored: the result is who may be allowed
at most.
"""

from dataclasses import dataclass

from pcaform.iam.documents import Statement, read_document
from pcaform.iam.evaluator.patterns import is_resource
from pcaform.sources.account_snapshot import Bucket

ANYONE = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """A principal that a statement allows, as policies write it, and whether a condition limits that."""

    principal: str
    has_condition: bool


def bucket_readers(bucket: Bucket, action: str) -> list[Grant]:
    """Return the principals that a bucket's policy allows an action; raises PolicyError if it cannot be read."""
    if not bucket.policy:
        return []
    return [
        Grant(name, bool(statement.conditions))
        for statement in read_document(bucket.policy, bucket.name).statements
        if statement.is_allow and _applies(statement, action, bucket.name)
        for _, name in statement.principals or ()
    ]


def _applies(statement: Statement, action: str, bucket: str) -> bool:
    resource = f"arn:aws:s3:::{bucket}/crl/0.crl"
    named, excluded = (
        any(is_resource(resource, _without_partition(each), {}) for each in patterns or ())
        for patterns in (statement.resources, statement.not_resources)
    )
    return statement.matches_action(action) and (named if statement.not_resources is None else not excluded)


def _without_partition(arn: str) -> str:
    """Return an ARN of S3 in the partition `aws`, in which all are compared."""
    return f"arn:aws:{arn.split(':', 2)[2]}" if arn.startswith("arn:") and arn.count(":") > 1 else arn
