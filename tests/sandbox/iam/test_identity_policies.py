"""Policies that IAM does not take, and what it does with those that it took and cannot judge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, expect_error
from sandbox.iam.principals import User, assumed, role, trust


def test_policies_that_cannot_be_judged_never_let_through(guarded: Sandbox, ca: str) -> None:
    user = User(guarded)
    from moto.iam.models import iam_backends

    iam_backends[ACCOUNT]["aws"].users[user.name].policies["odd"] = '{"Version": "2012-10-17", "Statement": [{}]}'
    with expect_error("AccessDeniedException", "policy 'odd', statement 1"):
        user.client("acm-pca").list_tags(CertificateAuthorityArn=ca)


def test_a_trust_policy_that_cannot_be_judged_denies(guarded: Sandbox) -> None:
    user = User(guarded, {"Action": "sts:AssumeRole"})
    arn = role(guarded, "odd", trusted=trust(user.arn))
    from moto.iam.models import iam_backends

    kept = next(found for found in iam_backends[ACCOUNT]["aws"].roles.values() if found.arn == arn)
    for odd in ('{"Version": "2012-10-17", "Statement": [{}]}', "[", "[]", '"x"'):
        kept.assume_role_policy_document = odd
        with expect_error("AccessDenied", f"policy '{arn}'"):
            assumed(user.client("sts"), arn)


STATEMENT = {"Effect": "Allow", "Action": "acm-pca:ListTags", "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
ODD = [
    {"Condition": {"StringEquals": {"aws:username": {"a": "b"}}}},
    {"Condition": {"IpAddress": {"aws:SourceIp": "here"}}},
    {"Condition": {"Bool": {"aws:SecureTransport": "perhaps"}}},
    {"NotAction": "acm:ListCertificates"},
    {"Effect": "Maybe"},
]


@pytest.mark.parametrize("odd", [*ODD, {"Principal": {"AWS": ACCOUNT}}], ids=str)
def test_iam_takes_no_malformed_policy(guarded: Sandbox, odd: dict[str, Any]) -> None:
    user = User(guarded)
    iam, sts = guarded.client("iam"), user.client("sts")
    arn = role(guarded, f"of-{user.name}", trusted=trust(user.arn))
    iam.create_group(GroupName=user.name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT | odd]})
    for put, more in (
        (iam.put_user_policy, {"UserName": user.name, "PolicyName": "odd"}),
        (iam.put_group_policy, {"GroupName": user.name, "PolicyName": "odd"}),
        (iam.put_role_policy, {"RoleName": f"of-{user.name}", "PolicyName": "odd"}),
        (iam.create_policy, {"PolicyName": user.name}),
    ):
        with expect_error("MalformedPolicyDocument"):
            put(PolicyDocument=policy, **more)
    with expect_error("MalformedPolicyDocument"):
        assumed(sts, arn, Policy=policy)


@pytest.mark.parametrize("odd", [*ODD, {"Principal": "me"}, {"Principal": {"Nobody": "x"}}, {"Resource": "x"}], ids=str)
def test_iam_takes_no_malformed_trust_policy(guarded: Sandbox, odd: dict[str, Any]) -> None:
    user = User(guarded)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [TRUST | odd]})
    with expect_error("MalformedPolicyDocument"):
        role(guarded, f"of-{user.name}", trusted=policy)
    role(guarded, f"of-{user.name}", trusted=trust(user.arn))
    with expect_error("MalformedPolicyDocument"):
        guarded.client("iam").update_assume_role_policy(RoleName=f"of-{user.name}", PolicyDocument=policy)
    assert assumed(user.client("sts"), f"arn:aws:iam::{ACCOUNT}:role/of-{user.name}")


def test_a_trust_policy_needs_a_principal(guarded: Sandbox) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT | {"Action": "sts:AssumeRole"}]})
    with expect_error("MalformedPolicyDocument", "Missing required field Principal"):
        role(guarded, "without", trusted=policy)
