"""Requests to IAM and STS that no SDK would send, as raw forms: each gets AWS's error, and none breaks the server."""

from __future__ import annotations

import re
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, REGION

ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
SAML = {"RoleArn": ROLE, "PrincipalArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/any"}


def send(sandbox: Sandbox, service: str, form: dict[str, str]) -> tuple[int, str]:
    """Send a form to IAM or STS; returns the HTTP status and the error code."""
    scope = f"Credential={sandbox.environment['AWS_ACCESS_KEY_ID']}/20260101/{REGION}/{service}/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
    }
    body = urlencode(form).encode()
    try:
        with urlopen(Request(sandbox.endpoint_url, body, headers)) as answer:  # noqa: S310 - the sandbox's own address
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            match = re.search("<Code>(.+?)</Code>", error.read().decode())
            return error.code, match[1] if match else ""


@pytest.mark.parametrize(
    ("service", "form", "code"),
    [
        ("iam", {"Action": ""}, "MissingAction"),
        ("iam", {"Action": "Nothing"}, "InvalidAction"),
        ("sts", {"Action": "ListUsers"}, "InvalidAction"),
        ("iam", {"Action": "ListUsers", "MaxItems": "many"}, "InvalidParameterValue"),
        ("sts", {"Action": "AssumeRole", "RoleArn": ROLE, "DurationSeconds": "long"}, "InvalidParameterValue"),
        ("sts", {"Action": "AssumeRole"}, "ValidationError"),
        ("sts", {"Action": "AssumeRole", "RoleArn": ROLE}, "ValidationError"),
        ("sts", {"Action": "AssumeRole", "RoleArn": ROLE, "RoleSessionName": "größe"}, "ValidationError"),
        ("iam", {"Action": "CreateUser", "UserName": "a/b"}, "ValidationError"),
        ("iam", {"Action": "CreateUser", "UserName": "ann", "Tags.member.1.Key": "k"}, "ValidationError"),
        ("iam", {"Action": "PutUserPermissionsBoundary"}, "ValidationError"),
        ("iam", {"Action": "ListRoles", "Marker": "made-up"}, "ValidationError"),
        ("iam", {"Action": "CreateServiceLinkedRole", "AWSServiceName": "acm"}, "InvalidInput"),
        ("sts", SAML | {"Action": "AssumeRoleWithSAML", "SAMLAssertion": "abcde"}, "InvalidIdentityToken"),
        ("sts", SAML | {"Action": "AssumeRoleWithSAML", "SAMLAssertion": "PGEvPg=="}, "InvalidIdentityToken"),
    ],
)
def test_a_malformed_request_is_refused(sandbox: Sandbox, service: str, form: dict[str, str], code: str) -> None:
    assert send(sandbox, service, form) == (400, code)


def test_an_operation_that_moto_has_not_is_no_crash(sandbox: Sandbox) -> None:
    form = {"Action": "DecodeAuthorizationMessage", "EncodedMessage": "x"}
    assert send(sandbox, "sts", form) == (501, "NotImplemented")
