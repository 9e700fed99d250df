"""Grants -> IAM policy documents: what an issuer may do, statement by statement.

The same function writes policies with references (for Terraform) and with ARNs (for comparing what a state holds):
the caller says what stands for a CA.
"""

from collections.abc import Callable
from typing import Any

from pcaform import facts
from pcaform.spec.issuers import Issuer, ManagedGrant, UnmanagedGrant
from pcaform.spec.stack import Aws

Statement = dict[str, Any]
ArnOf = Callable[[str], Any]
"""From a CA's key to what the policy names it by: an ARN, or a reference to one."""


def policy_name(issuer: Issuer) -> str:
    """Return the name of the managed policy that holds an issuer's grants, or of its verbatim policy."""
    return issuer.policy.name if issuer.policy else f"{issuer.user_name}-private-ca"


def document(issuer: Issuer, aws: Aws, *, arn_of: ArnOf) -> dict[str, Any]:
    """Return the policy document of an issuer: its verbatim policy, or one made from its grants."""
    if issuer.policy is not None:
        return issuer.policy.document
    statements: list[Statement] = []
    for number, grant in enumerate(issuer.grants, start=1):
        if isinstance(grant, UnmanagedGrant):
            statements += _unmanaged(grant, f"Grant{number}", aws=aws, arn_of=arn_of)
        else:
            statements += _managed(grant, f"Grant{number}", aws=aws, arn_of=arn_of)
    return {"Version": "2012-10-17", "Statement": [*statements, _deny_other_templates(issuer, aws)]}


def _unmanaged(grant: UnmanagedGrant, name: str, *, aws: Aws, arn_of: ArnOf) -> list[Statement]:
    """AWS's case 1. GetCertificate is needed because IssueCertificate only returns an ARN."""
    arns = [arn_of(key) for key in grant.certificate_authorities]
    return [
        {
            "Sid": f"{name}Issue",
            "Effect": "Allow",
            "Action": ["acm-pca:IssueCertificate"],
            "Resource": arns,
            "Condition": {"ArnLike": {"acm-pca:TemplateArn": _template_arns(grant.templates, aws)}},
        },
        {
            "Sid": f"{name}Read",
            "Effect": "Allow",
            "Action": [
                "acm-pca:DescribeCertificateAuthority",
                "acm-pca:GetCertificate",
                "acm-pca:GetCertificateAuthorityCertificate",
            ],
            "Resource": arns,
        },
    ]


def _managed(grant: ManagedGrant, name: str, *, aws: Aws, arn_of: ArnOf) -> list[Statement]:
    """AWS's case 2. The rights on the CA itself count only when ACM makes the call for the issuer."""
    arns = [arn_of(key) for key in grant.certificate_authorities]
    certificates = f"arn:{facts.partition(aws.region)}:acm:{aws.region}:{aws.account_id}:certificate/*"
    names = {"ForAllValues:StringLike": {"acm:DomainNames": list(grant.domain_names)}} if grant.domain_names else {}
    return [
        {
            "Sid": f"{name}Request",
            "Effect": "Allow",
            "Action": ["acm:RequestCertificate"],
            "Resource": [certificates],
            "Condition": {"ArnEquals": {"acm:CertificateAuthority": arns}, **names},
        },
        {
            "Sid": f"{name}Read",
            "Effect": "Allow",
            "Action": ["acm:DescribeCertificate", "acm:GetCertificate"],
            "Resource": [certificates],
        },
        {
            "Sid": f"{name}ThroughAcm",
            "Effect": "Allow",
            "Action": ["acm-pca:GetCertificate", "acm-pca:IssueCertificate", "acm-pca:ListPermissions"],
            "Resource": arns,
            "Condition": {"Bool": {"aws:ViaAWSService": "true"}},
        },
    ]


def _deny_other_templates(issuer: Issuer, aws: Aws) -> Statement:
    """Return the second lock: whatever else is attached to the issuer, it signs nothing but these templates.

    AWS's own AWSPrivateCAUser policy has the same pair of statements.
    """
    allowed: dict[str, None] = {}
    for grant in issuer.grants:
        allowed |= dict.fromkeys(grant.templates if isinstance(grant, UnmanagedGrant) else [facts.DEFAULT_TEMPLATE])
    return {
        "Sid": "DenyOtherTemplates",
        "Effect": "Deny",
        "Action": ["acm-pca:IssueCertificate"],
        "Resource": ["*"],
        "Condition": {"ArnNotLike": {"acm-pca:TemplateArn": _template_arns(tuple(allowed), aws)}},
    }


def _template_arns(templates: tuple[str, ...], aws: Aws) -> list[str]:
    return [facts.template_arn(aws.region, template) for template in templates]
