"""Malformed policies: IAM refuses them, and denies requests to which a stored one applies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, expect_error
from sandbox.iam.principals import User, assume_role, create_role, trust_policy


def test_policies_that_cannot_be_evaluated_allow_nothing(iam_sandbox: Sandbox, ca: str) -> None:
    user = User(iam_sandbox)
    from moto.iam.models import iam_backends

    iam_backends[ACCOUNT]["aws"].users[user.name].policies["odd"] = '{"Version": "2012-10-17", "Statement": [{}]}'
    with expect_error("AccessDeniedException", "policy 'odd', statement 1"):
        user.client("acm-pca").list_tags(CertificateAuthorityArn=ca)


def test_a_trust_policy_that_cannot_be_evaluated_denies(iam_sandbox: Sandbox) -> None:
    user = User(iam_sandbox, {"Action": "sts:AssumeRole"})
    arn = create_role(iam_sandbox, "odd", trust_policy=trust_policy(user.arn))
    from moto.iam.models import iam_backends

    moto_role = next(role for role in iam_backends[ACCOUNT]["aws"].roles.values() if role.arn == arn)
    for malformed in ('{"Version": "2012-10-17", "Statement": [{}]}', "[", "[]", '"x"'):
        moto_role.assume_role_policy_document = malformed
        with expect_error("AccessDenied", f"policy '{arn}'"):
            assume_role(user.client("sts"), arn)


STATEMENT = {"Effect": "Allow", "Action": "acm-pca:ListTags", "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
MALFORMED = [
    {"Condition": {"StringEquals": {"aws:username": {"a": "b"}}}},
    {"Condition": {"IpAddress": {"aws:SourceIp": "here"}}},
    {"Condition": {"Bool": {"aws:SecureTransport": "perhaps"}}},
    {"NotAction": "acm:ListCertificates"},
    {"Effect": "Maybe"},
]


@pytest.mark.parametrize("malformed", [*MALFORMED, {"Principal": {"AWS": ACCOUNT}}], ids=str)
def test_iam_refuses_a_malformed_policy(iam_sandbox: Sandbox, malformed: dict[str, Any]) -> None:
    user = User(iam_sandbox)
    iam, sts = iam_sandbox.client("iam"), user.client("sts")
    arn = create_role(iam_sandbox, f"of-{user.name}", trust_policy=trust_policy(user.arn))
    iam.create_group(GroupName=user.name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT | malformed]})
    for put, more in (
        (iam.put_user_policy, {"UserName": user.name, "PolicyName": "odd"}),
        (iam.put_group_policy, {"GroupName": user.name, "PolicyName": "odd"}),
        (iam.put_role_policy, {"RoleName": f"of-{user.name}", "PolicyName": "odd"}),
        (iam.create_policy, {"PolicyName": user.name}),
    ):
        with expect_error("MalformedPolicyDocument"):
            put(PolicyDocument=policy, **more)
    with expect_error("MalformedPolicyDocument"):
        assume_role(sts, arn, Policy=policy)


@pytest.mark.parametrize(
    "malformed", [*MALFORMED, {"Principal": "me"}, {"Principal": {"Nobody": "x"}}, {"Resource": "x"}], ids=str
)
def test_iam_refuses_a_malformed_trust_policy(iam_sandbox: Sandbox, malformed: dict[str, Any]) -> None:
    user = User(iam_sandbox)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [TRUST | malformed]})
    with expect_error("MalformedPolicyDocument"):
        create_role(iam_sandbox, f"of-{user.name}", trust_policy=policy)
    create_role(iam_sandbox, f"of-{user.name}", trust_policy=trust_policy(user.arn))
    with expect_error("MalformedPolicyDocument"):
        iam_sandbox.client("iam").update_assume_role_policy(RoleName=f"of-{user.name}", PolicyDocument=policy)
    assert assume_role(user.client("sts"), f"arn:aws:iam::{ACCOUNT}:role/of-{user.name}")


def test_a_trust_policy_needs_a_principal(iam_sandbox: Sandbox) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT | {"Action": "sts:AssumeRole"}]})
    with expect_error("MalformedPolicyDocument", "Missing required field Principal"):
        create_role(iam_sandbox, "without", trust_policy=policy)
