"""Who is granted access by a policy with principals, for roles and CAs: some conditions exclude no one."""

import json
from typing import Any

import pytest

from checks.guard.builders import CA, ISSUES, allow, change, policy, rules, there

ACCOUNT, ORGANIZATION = "111111111111", "o-1234567890"
HOST = "arn:aws:iam::111111111111:oidc-provider/"
HELD = [there("aws_iam_role_policy.x", role="issuer", policy=ISSUES)]
OPEN = [
    {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": [ORGANIZATION]}},
    {"StringEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION}},
    {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
    {"StringLike": {"aws:PrincipalAccount": "1*"}},
    {"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}},
    {"StringEquals": {"aws:PrincipalAccount": [ACCOUNT, "${aws:username}"]}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::11111111111?:role/ci"}},
    {"StringLike": {"aws:PrincipalArn": "arn:aws:*:role/ci"}},
    {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*/r-ab12/*"}},
]
CLOSED = [
    {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
    {"StringEquals": {"aws:PrincipalAccount": [ACCOUNT, "222222222222"]}},
    {"ArnLike": {"aws:PrincipalArn": "arn:*:iam::111111111111:role/*"}},
    {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::corp-bucket"}},
    {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/r-ab12/*"}},
    {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
]


def trusted(principal: Any, condition: dict[str, Any]) -> list[str]:
    """Return the findings for a role that trusted one account and trusts another principal too."""
    old = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    new = {**old, "Principal": principal, "Condition": condition}
    before, after = (
        {"name": "issuer", "assume_role_policy": json.dumps({"Statement": each})} for each in ([old], [old, new])
    )
    return rules(change("aws_iam_role.issuer", before, after), state=HELD)


def shared(condition: dict[str, Any]) -> list[str]:
    text = policy(allow("acm-pca:GetCertificate", Principal="*", Condition=condition))
    return rules(change("aws_acmpca_policy.x", None, {"resource_arn": CA, "policy": text}))


@pytest.mark.parametrize("condition", OPEN, ids=json.dumps)
def test_condition_that_excludes_no_one(condition: dict[str, Any]) -> None:
    assert trusted("*", condition) == ["role-trusts-anybody"]
    assert shared(condition) == ["share-open"]


@pytest.mark.parametrize("condition", CLOSED, ids=json.dumps)
def test_condition_that_says_who_it_may_be(condition: dict[str, Any]) -> None:
    assert trusted("*", condition) == ["trust-extended"]
    assert shared(condition) == ["share-extended"]


@pytest.mark.parametrize(
    ("host", "subject", "is_untrusted"),
    [
        ("token.actions.githubusercontent.com", "repo:?*", True),
        ("token.actions.githubusercontent.com", "re*", True),
        ("token.actions.githubusercontent.com", "repo:c*/pki:*", True),
        ("token.actions.githubusercontent.com", "repo:${aws:PrincipalTag/a}/pki:*", True),
        ("token.actions.githubusercontent.com", "repo:corp/*", False),
        ("gitlab.com", "project_path:*", True),
        ("gitlab.com", "project_path:corp/pki:*", False),
        ("app.terraform.io", "organization:*:project:pki:*", True),
        ("app.terraform.io", "organization:corp:*", False),
        ("oidc.circleci.com/org/1", "org/*/project/1", True),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A", "system:serviceaccount:pki:*", False),
        ("idp.corp.example", "ci-*", False),
        ("idp.corp.example", "*", True),
    ],
)
def test_subject_of_a_token(host: str, subject: str, *, is_untrusted: bool) -> None:
    found = trusted({"Federated": HOST + host}, {"StringLike": {f"{host}:sub": subject}})
    assert found == ["role-trusts-anybody" if is_untrusted else "trust-extended"]


@pytest.mark.parametrize("provider", ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com"])
def test_public_provider_needs_a_condition(provider: str) -> None:
    """Twin: whose application it is, or which of its users."""
    assert trusted({"Federated": provider}, {}) == ["role-trusts-anybody"]
    assert trusted({"Federated": provider}, {"StringLike": {f"{provider}:aud": "*"}}) == ["role-trusts-anybody"]
    assert trusted({"Federated": provider}, {"StringEquals": {f"{provider}:aud": "corp"}}) == ["trust-extended"]
    assert trusted({"Federated": "arn:aws:iam::111111111111:saml-provider/corp"}, {}) == ["trust-extended"]
