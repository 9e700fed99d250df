"""The policies of a CA that is shared with other accounts, and of a CRL bucket.

Sources, below https://docs.aws.amazon.com/privateca/latest/userguide/: pca-rbp.html (for a CA, AWS accepts only this
form, in which account ids, the CA and the template vary; AWS RAM writes the same statements), crl-planning.html. The
ARNs of CAs are not in a bucket's policy, since a CA can only be created once its bucket is ready.
"""

from typing import Any

from pcaform.core import facts
from pcaform.iam.actions import ISSUE
from pcaform.iam.policies.statements import Statement, policy, statement
from pcaform.spec.sections import CrlBucket, Share

READER = "cloudfront.amazonaws.com"
_READ = (
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:GetCertificate",
    "acm-pca:GetCertificateAuthorityCertificate",
    "acm-pca:ListPermissions",
    "acm-pca:ListTags",
)


def share_policy(share: Share, arn: Any, *, region: str) -> Statement:
    """Return the policy of a share; `arn` is the ARN of the CA, or a reference to it."""
    template = {"acm-pca:TemplateArn": facts.template_arn(region, share.template)}
    statements = []
    for account in sorted(set(share.accounts)):
        statements += _pair(account, {"AWS": account}, arn, template=template, inside={})
    if share.organization is not None:
        inside = {"aws:PrincipalOrgID": share.organization}
        statements += _pair("InOrganization", "*", arn, template=template, inside=inside)
    return policy(statements)


def _pair(name: str, principal: Any, arn: Any, *, template: dict[str, str], inside: dict[str, str]) -> list[Statement]:
    """Return the statements that allow reading the CA, and issuing from it with the template."""
    within, issuing = {"StringEquals": inside} if inside else {}, {"StringEquals": {**template, **inside}}
    return [
        statement(f"Read{name}", list(_READ), arn, principal=principal, condition=within),
        statement(f"Issue{name}", ISSUE, arn, principal=principal, condition=issuing),
    ]


def bucket_policy(bucket: CrlBucket, name: str, *, account_id: str, region: str) -> Statement:
    """Return the policy of a bucket with this name: who may write and read the CRLs."""
    arn = f"arn:{facts.partition(region)}:s3:::{name}"
    both = [arn, f"{arn}/*"]
    writer, own = {"Service": facts.CRL_WRITER}, {"StringEquals": {"aws:SourceAccount": account_id}}
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    statements = [
        statement("PrivateCaWritesLists", list(facts.CRL_WRITER_ACTIONS), both, principal=writer, condition=own),
        statement("EncryptedTransportOnly", ["s3:*"], both, effect="Deny", principal="*", condition=insecure),
    ]
    if bucket.cloudfront_distribution_arns:
        source = {"ArnEquals": {"aws:SourceArn": list(bucket.cloudfront_distribution_arns)}}
        reader = {"Service": READER}
        statements.append(
            statement("CloudFrontReadsLists", ["s3:GetObject"], both[1:], principal=reader, condition=source)
        )
    return policy(statements)
