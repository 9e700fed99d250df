"""The policy of a bucket -> whom it lets do something with the lists in it.

Conditions count as met, since they are up to the request, and denials as not applying: what comes out is who may be
let in at best.
"""

from dataclasses import dataclass

from pcaform.iam.evaluator.documents import Statement, read_document
from pcaform.iam.evaluator.patterns import is_action, is_resource
from pcaform.sources.account_snapshot import Bucket

EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """Somebody whom a statement lets in: a name as policies write it, and whether a condition limits that."""

    who: str
    has_condition: bool


def bucket_readers(bucket: Bucket, action: str) -> list[Grant]:
    """Return whom a bucket's policy lets do an action; raises PolicyError where the policy cannot be judged."""
    if not bucket.policy:
        return []
    return [
        Grant(name, bool(statement.conditions))
        for statement in read_document(bucket.policy, bucket.name).statements
        if statement.is_allow and _applies(statement, action, bucket.name)
        for name in _names(statement)
    ]


def _names(statement: Statement) -> list[str]:
    if statement.are_principals_excluded:
        return [EVERYBODY]
    return [name for names in (statement.principals or {}).values() for name in names]


def _applies(statement: Statement, action: str, bucket: str) -> bool:
    is_named = any(is_action(action, each) for each in statement.actions) is not statement.are_actions_excluded
    resource = f"arn:aws:s3:::{bucket}/crl/0.crl"
    is_about = any(is_resource(resource, _plain(each), {}) for each in statement.resources or ())
    return is_named and is_about is not statement.are_resources_excluded


def _plain(arn: str) -> str:
    """Return an ARN of S3 in the one partition in which all are compared."""
    return f"arn:aws:{arn.split(':', 2)[2]}" if arn.startswith("arn:") and arn.count(":") > 1 else arn
