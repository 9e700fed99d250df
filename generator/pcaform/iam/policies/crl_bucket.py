"""The policy of a CRL bucket.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html. The CAs' ARNs are not in it, since a
CA can only be created once its bucket is ready.
"""

from typing import Any

from pcaform.core import facts
from pcaform.spec.sections import CrlBucket

READER = "cloudfront.amazonaws.com"


def document(bucket: CrlBucket, name: str, *, account_id: str, region: str) -> dict[str, Any]:
    """Return the policy of a bucket with this name: who may write and read the CRLs."""
    arn = f"arn:{facts.partition(region)}:s3:::{name}"
    both = [arn, f"{arn}/*"]
    statements: list[dict[str, Any]] = [
        {
            "Sid": "PrivateCaWritesLists",
            "Effect": "Allow",
            "Principal": {"Service": facts.CRL_WRITER},
            "Action": list(facts.CRL_WRITER_ACTIONS),
            "Resource": both,
            "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
        },
        {
            "Sid": "EncryptedTransportOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:*"],
            "Resource": both,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
    if bucket.cloudfront_distribution_arns:
        statements.append(
            {
                "Sid": "CloudFrontReadsLists",
                "Effect": "Allow",
                "Principal": {"Service": READER},
                "Action": ["s3:GetObject"],
                "Resource": both[1:],
                "Condition": {"ArnEquals": {"aws:SourceArn": list(bucket.cloudfront_distribution_arns)}},
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}
