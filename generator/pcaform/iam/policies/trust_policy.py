"""A role's `trust` in the spec -> its trust policy: the principals that may assume the role.

Sources, below https://docs.aws.amazon.com/: IAM/latest/UserGuide/id_roles_providers_create_oidc.html (audience and
subject, of GitHub and of EKS alike), rolesanywhere/latest/userguide/trust-model.html (three actions, the trust anchor
and the certificate's subject), eks/latest/userguide/pod-id-role.html (sessions are tagged).
"""

import re
from collections.abc import Iterator
from typing import Any

from pcaform.core import facts
from pcaform.spec.issuers import Oidc, RolesAnywhere, Trust
from pcaform.spec.stack import Aws

Statement = dict[str, Any]
EC2 = "ec2.amazonaws.com"
_POD_IDENTITY = "pods.eks.amazonaws.com"
_ANYWHERE = "rolesanywhere.amazonaws.com"


def document(trust: Trust, aws: Aws) -> dict[str, Any]:
    """Return the trust policy of a role."""
    return {"Version": "2012-10-17", "Statement": list(_statements(trust, aws))}


def _statements(trust: Trust, aws: Aws) -> Iterator[Statement]:
    partition = facts.partition(aws.region)
    accounts = [f"arn:{partition}:iam::{account}:root" for account in trust.accounts]
    if accounts or trust.principals:
        yield _allow("Principals", {"AWS": [*accounts, *trust.principals]}, ["sts:AssumeRole"])
    services = [service for service in trust.services if service != _POD_IDENTITY]
    if services:
        yield _allow("Services", {"Service": services}, ["sts:AssumeRole"])
    if _POD_IDENTITY in trust.services:
        yield _allow("EksPods", {"Service": [_POD_IDENTITY]}, ["sts:AssumeRole", "sts:TagSession"])
    for number, oidc in enumerate(trust.oidc, start=1):
        yield _oidc(f"Oidc{number}", oidc)
    if trust.roles_anywhere:
        yield _anywhere(trust.roles_anywhere)


def _oidc(name: str, oidc: Oidc) -> Statement:
    issuer = oidc.provider_arn.partition(":oidc-provider/")[2]
    condition = {
        "StringEquals": {f"{issuer}:aud": list(oidc.audiences)},
        "StringLike": {f"{issuer}:sub": list(oidc.subjects)},
    }
    return _allow(name, {"Federated": [oidc.provider_arn]}, ["sts:AssumeRoleWithWebIdentity"], condition)


def _anywhere(anywhere: RolesAnywhere) -> Statement:
    condition: dict[str, Any] = {"ArnEquals": {"aws:SourceArn": [anywhere.trust_anchor_arn]}}
    if anywhere.common_names:
        condition["StringEquals"] = {"aws:PrincipalTag/x509Subject/CN": list(anywhere.common_names)}
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
    return _allow("RolesAnywhere", {"Service": [_ANYWHERE]}, actions, condition)


def _allow(name: str, principal: Statement, actions: list[str], condition: Statement | None = None) -> Statement:
    statement: Statement = {"Sid": name, "Effect": "Allow", "Principal": principal, "Action": actions}
    return {**statement, "Condition": condition} if condition else statement


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
