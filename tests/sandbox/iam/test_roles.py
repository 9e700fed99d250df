"""Roles in a sandbox that enforces IAM: who may assume them, what a session may do, and when it ends."""

from __future__ import annotations

from datetime import timedelta

from pcaform.sandbox.clock import clock
from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, Pki, expect_error
from sandbox.iam.principals import User, assume_role, create_role, policy_document, trust_policy

OTHER = "999988887777"


def test_a_role_is_assumed_by_principals_that_it_trusts(iam_sandbox: Sandbox, ca: str) -> None:
    user, other_user = User(iam_sandbox), User(iam_sandbox)
    arn = create_role(iam_sandbox, "reader", {"Action": "acm-pca:Describe*"}, trust_policy=trust_policy(user.arn))
    session = assume_role(user.client("sts"), arn)
    client = iam_sandbox.client("acm-pca", **session)
    assert client.describe_certificate_authority(CertificateAuthorityArn=ca)
    with expect_error("AccessDeniedException", "assumed-role/reader/run"):
        client.list_tags(CertificateAuthorityArn=ca)
    with expect_error("AccessDenied", "sts:AssumeRole"):
        assume_role(other_user.client("sts"), arn)
    with expect_error("UnrecognizedClientException"):
        iam_sandbox.client("acm-pca", **session | {"session_token": "x"}).list_certificate_authorities()


def test_a_session_policy_limits_and_a_session_ends(iam_sandbox: Sandbox, ca: str) -> None:
    user = User(iam_sandbox)
    arn = create_role(iam_sandbox, "limited", {"Action": "acm-pca:*"}, trust_policy=trust_policy(user.arn))
    policy = policy_document({"Action": "acm-pca:ListTags"})
    client = iam_sandbox.client("acm-pca", **assume_role(user.client("sts"), arn, Policy=policy))
    assert client.list_tags(CertificateAuthorityArn=ca)["Tags"] == []
    with expect_error("AccessDeniedException", "because no session policy allows"):
        client.describe_certificate_authority(CertificateAuthorityArn=ca)
    clock.advance(timedelta(hours=2))
    try:
        with expect_error("ExpiredTokenException"):
            client.list_tags(CertificateAuthorityArn=ca)
    finally:
        clock.reset()


def test_another_account_is_entered_through_its_roles(iam_sandbox: Sandbox, ca: str) -> None:
    user = User(iam_sandbox, {"Action": "sts:AssumeRole"})
    arn = create_role(iam_sandbox, "remote", {"Action": "acm-pca:*"}, trust_policy=trust_policy(ACCOUNT), account=OTHER)
    client = iam_sandbox.client("acm-pca", **assume_role(user.client("sts"), arn))
    assert client.list_certificate_authorities()["CertificateAuthorities"] == []
    ca_arn = Pki(client).create()
    assert ca_arn.split(":")[4] == OTHER
    with expect_error("AccessDeniedException", "because no resource-based policy allows"):
        client.describe_certificate_authority(CertificateAuthorityArn=ca)
    with expect_error("AccessDenied", "sts:AssumeRole"):
        assume_role(User(iam_sandbox).client("sts"), arn)
    with expect_error("AccessDenied", "sts:AssumeRole"):
        assume_role(user.client("sts"), arn.replace("remote", "missing"))
