"""Roles in a sandbox in which IAM counts: who may assume them, what a session may, and how it ends."""

from __future__ import annotations

from datetime import timedelta

from pcaform.sandbox.clock import clock
from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, Pki, expect_error
from sandbox.iam.principals import User, assumed, document, role, trust

OTHER = "999988887777"


def test_a_role_is_assumed_by_whom_it_trusts(guarded: Sandbox, ca: str) -> None:
    user, stranger = User(guarded), User(guarded)
    arn = role(guarded, "reader", {"Action": "acm-pca:Describe*"}, trusted=trust(user.arn))
    session = assumed(user.client("sts"), arn)
    client = guarded.client("acm-pca", **session)
    assert client.describe_certificate_authority(CertificateAuthorityArn=ca)
    with expect_error("AccessDeniedException", "assumed-role/reader/run"):
        client.list_tags(CertificateAuthorityArn=ca)
    with expect_error("AccessDenied", "sts:AssumeRole"):
        assumed(stranger.client("sts"), arn)
    with expect_error("UnrecognizedClientException"):
        guarded.client("acm-pca", **session | {"session_token": "x"}).list_certificate_authorities()


def test_a_session_policy_limits_and_a_session_ends(guarded: Sandbox, ca: str) -> None:
    user = User(guarded)
    arn = role(guarded, "limited", {"Action": "acm-pca:*"}, trusted=trust(user.arn))
    policy = document({"Action": "acm-pca:ListTags"})
    client = guarded.client("acm-pca", **assumed(user.client("sts"), arn, Policy=policy))
    assert client.list_tags(CertificateAuthorityArn=ca)["Tags"] == []
    with expect_error("AccessDeniedException", "because no session policy allows"):
        client.describe_certificate_authority(CertificateAuthorityArn=ca)
    clock.advance(timedelta(hours=2))
    try:
        with expect_error("ExpiredTokenException"):
            client.list_tags(CertificateAuthorityArn=ca)
    finally:
        clock.reset()


def test_another_account_is_entered_through_its_roles(guarded: Sandbox, ca: str) -> None:
    user = User(guarded, {"Action": "sts:AssumeRole"})
    arn = role(guarded, "remote", {"Action": "acm-pca:*"}, trusted=trust(ACCOUNT), account=OTHER)
    client = guarded.client("acm-pca", **assumed(user.client("sts"), arn))
    assert client.list_certificate_authorities()["CertificateAuthorities"] == []
    made = Pki(client).create()
    assert made.split(":")[4] == OTHER
    with expect_error("AccessDeniedException", "because no resource-based policy allows"):
        client.describe_certificate_authority(CertificateAuthorityArn=ca)
    with expect_error("AccessDenied", "sts:AssumeRole"):
        assumed(User(guarded).client("sts"), arn)
    with expect_error("AccessDenied", "sts:AssumeRole"):
        assumed(user.client("sts"), arn.replace("remote", "missing"))
