"""The policy of a CA that is shared with other accounts, as the module ca-share writes it."""

from typing import Any

from pcaform.core import facts
from pcaform.spec.sections import Share

_READ = (
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:GetCertificate",
    "acm-pca:GetCertificateAuthorityCertificate",
    "acm-pca:ListPermissions",
    "acm-pca:ListTags",
)


def document(share: Share, arn: str, *, region: str) -> dict[str, Any]:
    """Return the policy of a share, as the module ca-share writes it."""
    template = {"acm-pca:TemplateArn": facts.template_arn(region, share.template)}
    statements = []
    for account in share.accounts:
        statements += _pair(account, {"AWS": account}, arn, reading=None, issuing=template)
    if share.organization is not None:
        inside = {"aws:PrincipalOrgID": share.organization}
        statements += _pair("InOrganization", "*", arn, reading=inside, issuing={**template, **inside})
    return {"Version": "2012-10-17", "Statement": statements}


def _pair(
    who: str, principal: Any, arn: str, *, reading: dict[str, str] | None, issuing: dict[str, str]
) -> list[dict[str, Any]]:
    about = {"Effect": "Allow", "Principal": principal, "Resource": arn}
    read: dict[str, Any] = {"Sid": f"Read{who}", **about, "Action": list(_READ)}
    if reading:
        read["Condition"] = {"StringEquals": reading}
    issue = {"Sid": f"Issue{who}", **about, "Action": "acm-pca:IssueCertificate"}
    return [read, {**issue, "Condition": {"StringEquals": issuing}}]
