"""The policy of a CA that is shared with other accounts.

AWS accepts only this form, in which account ids, the CA and the template vary. AWS RAM writes the same statements:
https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html.
"""

from typing import Any

from pcaform.core import facts
from pcaform.iam.actions import ISSUE
from pcaform.spec.sections import CrlBucket, Share

_READ = (
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:GetCertificate",
    "acm-pca:GetCertificateAuthorityCertificate",
    "acm-pca:ListPermissions",
    "acm-pca:ListTags",
)


def share_policy(share: Share, arn: Any, *, region: str) -> dict[str, Any]:
    """Return the policy of a share; `arn` is the ARN of the CA, or a reference to it."""
    template = {"acm-pca:TemplateArn": facts.template_arn(region, share.template)}
    statements = []
    for account in sorted(set(share.accounts)):
        statements += _pair(account, {"AWS": account}, arn, template=template, inside={})
    if share.organization is not None:
        inside = {"aws:PrincipalOrgID": share.organization}
        statements += _pair("InOrganization", "*", arn, template=template, inside=inside)
    return {"Version": "2012-10-17", "Statement": statements}


def _pair(
    name: str, principal: Any, arn: Any, *, template: dict[str, str], inside: dict[str, str]
) -> list[dict[str, Any]]:
    """Return the statements that allow reading the CA, and issuing from it with the template."""
    allow = {"Effect": "Allow", "Principal": principal}
    read = {"Sid": f"Read{name}", **allow, "Action": list(_READ), "Resource": arn}
    issue = {"Sid": f"Issue{name}", **allow, "Action": ISSUE, "Resource": arn}
    return [
        {**read, **({"Condition": {"StringEquals": inside}} if inside else {})},
        {**issue, "Condition": {"StringEquals": {**template, **inside}}},
    ]


READER = "cloudfront.amazonaws.com"


def bucket_policy(bucket: CrlBucket, name: str, *, account_id: str, region: str) -> dict[str, Any]:
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
