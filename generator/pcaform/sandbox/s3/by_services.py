"""What services and strangers do with a bucket's objects: what its policy lets them, whatever ACLs and blocks say."""

from __future__ import annotations

from moto.s3.models import FakeBucket, s3_backends

from pcaform.core.facts import CRL_WRITER, CRL_WRITER_ACTIONS
from pcaform.iam.documents import PolicyError, read_document
from pcaform.iam.evaluator.evaluate import Policies, Principal, Request, evaluate


def write_object(bucket_name: str, key: str, body: bytes, *, ca_arn: str) -> bool:
    """Write an object for a CA; false if the bucket is not there, or its policy does not let Private CA."""
    bucket = find_bucket(bucket_name)
    if bucket is None or not is_allowed(bucket, key, *CRL_WRITER_ACTIONS, by=CRL_WRITER, source=ca_arn):
        return False
    s3_backends[bucket.account_id][bucket.partition].put_object(bucket_name, key, body)
    return True


def find_bucket(name: str) -> FakeBucket | None:
    """Return a bucket of any account."""
    partition, account_id = s3_backends.bucket_accounts.get(name, ("", ""))
    return s3_backends[account_id][partition].buckets.get(name) if account_id else None


def is_allowed(
    bucket: FakeBucket, key: str, *actions: str, by: str, source: str = "::::", is_secure: bool = True
) -> bool:
    """Tell whether a service, or "" for anyone, may act on an object; `source` is the ARN for which a service acts."""
    context = {"aws:securetransport": (str(is_secure),), "aws:sourcearn": (source,)}
    context |= {"aws:sourceaccount": (source.split(":")[4],)}
    text = (bucket.policy or b'{"Statement": []}').decode()
    try:
        policies = Policies(resource=read_document(text, bucket.name))
    except PolicyError:
        return False
    resources = ((each, bucket.arn if "Bucket" in each else f"{bucket.arn}/{key}") for each in actions)
    requests = (Request(Principal(by, "", is_service=True), *each, context) for each in resources)
    return all(evaluate(each, policies).is_allowed for each in requests)
