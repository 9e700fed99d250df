"""Who may take a role: one statement for each way in, each with the condition that keeps others out."""

from typing import Any

import pytest

from pcaform.iam.policies import resource_policies
from pcaform.spec.issuers import Trust
from pcaform.spec.stack import Aws

AWS = Aws(region="eu-west-1", account_id="123456789012")
CHINA = Aws(region="cn-north-1", account_id="123456789012")
GITHUB = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::123456789012:oidc-provider/{GITHUB}"
CLUSTER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"
ANCHOR = "arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555"
ASSUME = ["sts:AssumeRole"]

CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "accounts and principals": (
        {"accounts": ["210987654321"], "principals": ["arn:aws:iam::210987654321:role/deployer"]},
        {
            "Principal": {"AWS": ["arn:aws:iam::210987654321:root", "arn:aws:iam::210987654321:role/deployer"]},
            "Action": ASSUME,
        },
    ),
    "EC2": ({"services": ["ec2.amazonaws.com"]}, {"Principal": {"Service": ["ec2.amazonaws.com"]}, "Action": ASSUME}),
    "pods of EKS": (
        {"services": ["pods.eks.amazonaws.com"]},
        {"Principal": {"Service": ["pods.eks.amazonaws.com"]}, "Action": [*ASSUME, "sts:TagSession"]},
    ),
    "GitHub Actions": (
        {"oidc": [{"provider_arn": PROVIDER, "subjects": ["repo:corp/pki:ref:refs/heads/main"]}]},
        {
            "Principal": {"Federated": [PROVIDER]},
            "Action": ["sts:AssumeRoleWithWebIdentity"],
            "Condition": {
                "StringEquals": {f"{GITHUB}:aud": ["sts.amazonaws.com"]},
                "StringLike": {f"{GITHUB}:sub": ["repo:corp/pki:ref:refs/heads/main"]},
            },
        },
    ),
    "a service account of EKS": (
        {
            "oidc": [
                {
                    "provider_arn": f"arn:aws:iam::123456789012:oidc-provider/{CLUSTER}",
                    "subjects": ["system:serviceaccount:pki:issuer"],
                }
            ]
        },
        {
            "Principal": {"Federated": [f"arn:aws:iam::123456789012:oidc-provider/{CLUSTER}"]},
            "Action": ["sts:AssumeRoleWithWebIdentity"],
            "Condition": {
                "StringEquals": {f"{CLUSTER}:aud": ["sts.amazonaws.com"]},
                "StringLike": {f"{CLUSTER}:sub": ["system:serviceaccount:pki:issuer"]},
            },
        },
    ),
    "certificates": (
        {"roles_anywhere": {"trust_anchor_arn": ANCHOR, "common_names": ["host.corp.example"]}},
        {
            "Principal": {"Service": ["rolesanywhere.amazonaws.com"]},
            "Action": [*ASSUME, "sts:SetSourceIdentity", "sts:TagSession"],
            "Condition": {
                "ArnEquals": {"aws:SourceArn": [ANCHOR]},
                "StringEquals": {"aws:PrincipalTag/x509Subject/CN": ["host.corp.example"]},
            },
        },
    ),
}


@pytest.mark.parametrize(("trust", "statement"), CASES.values(), ids=CASES)
def test_each_way_in_is_one_statement(trust: dict[str, Any], statement: dict[str, Any]) -> None:
    (found,) = resource_policies.trust_policy(Trust.model_validate(trust), AWS)["Statement"]
    assert {key: value for key, value in found.items() if key not in {"Sid", "Effect"}} == statement
    assert found["Effect"] == "Allow"


def test_ways_in_stand_side_by_side() -> None:
    every: dict[str, Any] = {}
    for trust, _ in CASES.values():
        every |= {
            name: [*every.get(name, []), *value] if isinstance(value, list) else value for name, value in trust.items()
        }
    statements = resource_policies.trust_policy(Trust.model_validate(every), AWS)["Statement"]
    assert len({statement["Sid"] for statement in statements}) == len(statements) == len(CASES)


def test_an_account_is_of_the_partition_of_the_region() -> None:
    (found,) = resource_policies.trust_policy(Trust(accounts=("210987654321",)), CHINA)["Statement"]
    assert found["Principal"] == {"AWS": ["arn:aws-cn:iam::210987654321:root"]}
