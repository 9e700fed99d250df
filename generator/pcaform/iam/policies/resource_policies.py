"""The policies of a CA that is shared with other accounts, of a CRL bucket, and of who may assume a role: its `trust`.

Sources, below https://docs.aws.amazon.com/: privateca/latest/userguide/pca-rbp.html (for a CA, AWS accepts only this
form, in which account ids, the CA and the template vary; AWS RAM writes the same statements), crl-planning.html and
PcaAuditReport.html. A bucket's policy names all CAs of the account, since a CA can only be created once its bucket is
ready. CloudFront: AmazonCloudFront/latest/DeveloperGuide/using-https-cloudfront-to-s3-origin.html. For trust:
IAM/latest/UserGuide/id_roles_providers_create_oidc.html (audience and subject, of GitHub and of EKS alike),
rolesanywhere/latest/userguide/trust-model.html (three actions, the trust anchor and the certificate's subject),
eks/latest/userguide/pod-id-role.html (sessions are tagged). Public OIDC providers put the tenant first in the subject:
https://docs.github.com/en/actions/reference/security/oidc,
https://docs.gitlab.com/ci/secrets/id_token_authentication/, and for others
IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html.
"""

import re
from collections.abc import Iterator
from typing import Any

from pcaform.core import facts
from pcaform.iam.actions import ISSUE, named
from pcaform.iam.policies.statements import Statement, policy, statement
from pcaform.spec.issuers import Trust
from pcaform.spec.sections import CrlBucket, Share
from pcaform.spec.stack import Aws

READER = "cloudfront.amazonaws.com"
WRITES = {"crls": "PrivateCaWritesLists", "audit_reports": "PrivateCaWritesReports"}
"""The Sid of the statement that lets Private CA write, by what it writes."""
_READ = named(
    "acm-pca",
    "DescribeCertificateAuthority GetCertificate GetCertificateAuthorityCertificate ListPermissions ListTags",
)
_POD_IDENTITY = "pods.eks.amazonaws.com"
_ASSUME = "sts:AssumeRole"
_ANYWHERE = "rolesanywhere.amazonaws.com"
_TENANTS = (
    "repo:",
    "repository:",
    "repository_owner:",
    "repository_owner_id:",
    "job_workflow_ref:",
    "project_path:",
    "organization:",
    "org/",
    "owner:",
)
"""The prefixes of tenants in the subjects of GitHub, GitLab, HCP Terraform, Buildkite, CircleCI and Vercel."""
_WILD = re.compile(r"[*?]|\$\{")


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


def bucket_policy(
    bucket: CrlBucket, name: str, *, account_id: str, region: str, distribution: Any = None, is_former: bool = False
) -> Statement:
    """Return the policy of a bucket with this name: who may write, and read the CRLs.

    `distribution` is the ARN of the stack's own, or a reference to it; `is_former` for what earlier stacks have. Over
    plain HTTP only CloudFront may read: it goes on to S3 with the protocol of whoever asks.
    """
    partition = facts.partition(region)
    arn, cas = f"arn:{partition}:s3:::{name}", f"arn:{partition}:acm-pca:*:{account_id}:certificate-authority/*"
    both = [arn, f"{arn}/*"]
    writer, own = {"Service": facts.CRL_WRITER}, {"StringEquals": {"aws:SourceAccount": account_id}}
    insecure: dict[str, Any] = {"Bool": {"aws:SecureTransport": "false"}}
    readers = [*bucket.cloudfront_distribution_arns, *([distribution] if bucket.distribution else [])]
    if not is_former:
        own |= {"ArnLike": {"aws:SourceArn": cas}}
        insecure |= {"ArnNotEquals": {"aws:SourceArn": readers}} if readers else {}
    statements = [
        statement(WRITES[bucket.content], list(facts.CRL_WRITER_ACTIONS), both, principal=writer, condition=own),
        statement("EncryptedTransportOnly", ["s3:*"], both, effect="Deny", principal="*", condition=insecure),
    ]
    if readers:
        source = {"ArnEquals": {"aws:SourceArn": readers}}
        reader = {"Service": READER}
        statements.append(
            statement("CloudFrontReadsLists", ["s3:GetObject"], both[1:], principal=reader, condition=source)
        )
    return policy(statements)


def trust_policy(trust: Trust, aws: Aws) -> dict[str, Any]:
    """Return the trust policy of a role."""
    return policy(_trust_statements(trust, aws))


def _trust_statements(trust: Trust, aws: Aws) -> Iterator[Statement]:
    partition = facts.partition(aws.region)
    accounts = [f"arn:{partition}:iam::{account}:root" for account in trust.accounts]
    if accounts or trust.principals:
        yield statement("Principals", [_ASSUME], principal={"AWS": [*accounts, *trust.principals]})
    services = [service for service in trust.services if service != _POD_IDENTITY]
    if services:
        yield statement("Services", [_ASSUME], principal={"Service": services})
    if _POD_IDENTITY in trust.services:
        yield statement("EksPods", [_ASSUME, "sts:TagSession"], principal={"Service": [_POD_IDENTITY]})
    for number, oidc in enumerate(trust.oidc, start=1):
        issuer = oidc.provider_arn.partition(":oidc-provider/")[2]
        condition = {
            "StringEquals": {f"{issuer}:aud": list(oidc.audiences)},
            "StringLike": {f"{issuer}:sub": list(oidc.subjects)},
        }
        actions, principal = ["sts:AssumeRoleWithWebIdentity"], {"Federated": [oidc.provider_arn]}
        yield statement(f"Oidc{number}", actions, principal=principal, condition=condition)
    if anywhere := trust.roles_anywhere:
        condition = {"ArnEquals": {"aws:SourceArn": [anywhere.trust_anchor_arn]}}
        if anywhere.common_names:
            condition["StringEquals"] = {"aws:PrincipalTag/x509Subject/CN": list(anywhere.common_names)}
        actions = [_ASSUME, "sts:SetSourceIdentity", "sts:TagSession"]
        yield statement("RolesAnywhere", actions, principal={"Service": [_ANYWHERE]}, condition=condition)


def is_untrusted_subject(subject: str) -> bool:
    """Tell whether a pattern matches subjects of any tenant: a wildcard or a variable is before the tenant's end."""
    wild = _WILD.search(subject)
    if wild is None:
        return False
    head = subject[: wild.start()]
    if any(start.startswith(head) for start in _TENANTS):
        return True
    tenants = [head.removeprefix(start) for start in _TENANTS if head.startswith(start)]
    return any(re.match("[^:/]+[:/]", tenant) is None for tenant in tenants)
