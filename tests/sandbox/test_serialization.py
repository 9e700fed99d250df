"""Requests that no SDK would send, as raw HTTP: each gets AWS's error, and none breaks the server."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import REGION, Pki, expect_error

_TARGETS = {"acm-pca": "ACMPrivateCA", "acm": "CertificateManager"}


def send(sandbox: Sandbox, operation: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """Send a body to an operation such as `acm:ListCertificates`; returns the HTTP status and the JSON answer."""
    service, _, name = operation.partition(":")
    scope = f"Credential={sandbox.environment['AWS_ACCESS_KEY_ID']}/20260101/{REGION}/{service}/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"{_TARGETS[service]}.{name}",
    }
    try:
        with urlopen(Request(sandbox.endpoint_url, body, headers)) as answer:  # noqa: S310 - the sandbox's own address
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


NO_JSON = [b"[", b"\xff\xfe", b"[" * 100000, b'{"MaxResults": NaN}', b'{"NextToken": "\\ud800"}']
NO_REQUEST = [b"[]", b"null", b"1", b'"x"']
MISTYPED = [
    ("acm-pca:DescribeCertificateAuthority", {"CertificateAuthorityArn": ["x"]}, "CertificateAuthorityArn"),
    ("acm-pca:GetPolicy", {"ResourceArn": {"a": 1}}, "ResourceArn"),
    ("acm-pca:ListCertificateAuthorities", {"MaxResults": "1"}, "MaxResults"),
    ("acm-pca:ListCertificateAuthorities", {"MaxResults": True}, "MaxResults"),
    ("acm-pca:TagCertificateAuthority", {"Tags": [None]}, "an item of Tags"),
    ("acm-pca:TagCertificateAuthority", {"Tags": [{"Key": 1}]}, "Key"),
    ("acm-pca:IssueCertificate", {"TemplateArn": 1}, "TemplateArn"),
    ("acm-pca:IssueCertificate", {"ApiPassthrough": {"Extensions": {"KeyUsage": {"CRLSign": 1}}}}, "CRLSign"),
    ("acm:RequestCertificate", {"SubjectAlternativeNames": 1}, "SubjectAlternativeNames"),
    ("acm:RequestCertificate", {"DomainName": 1}, "DomainName"),
]


@pytest.mark.parametrize("operation", ["acm-pca:ListCertificateAuthorities", "acm:ListCertificates"])
@pytest.mark.parametrize("body", [*NO_JSON, *NO_REQUEST], ids=lambda body: repr(body[:30]))
def test_what_is_no_request_is_refused(sandbox: Sandbox, operation: str, body: bytes) -> None:
    status, error = send(sandbox, operation, body)
    assert (status, error["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize(("operation", "request_", "where"), MISTYPED)
def test_a_wrong_type_is_named(sandbox: Sandbox, operation: str, request_: dict[str, Any], where: str) -> None:
    status, error = send(sandbox, operation, json.dumps(request_).encode())
    assert (status, error["__type"]) == (400, "SerializationException")
    assert error["message"].startswith(f"{where} must be a")


def test_nothing_is_an_empty_request(sandbox: Sandbox) -> None:
    status, answer = send(sandbox, "acm-pca:ListCertificateAuthorities", b"")
    assert (status, answer["CertificateAuthorities"]) == (200, [])


def test_null_is_absent(sandbox: Sandbox, pki: Pki) -> None:
    arn = pki.create()
    body = {"CertificateAuthorityArn": arn, "Tags": [{"Key": "team", "Value": None}], "Unknown": None}
    assert send(sandbox, "acm-pca:TagCertificateAuthority", json.dumps(body).encode())[0] == 200
    assert pki.client.list_tags(CertificateAuthorityArn=arn)["Tags"] == [{"Key": "team"}]


@pytest.mark.parametrize(
    ("operation", "request_", "where"),
    [
        ("acm:RequestCertificate", {}, "domainName"),
        ("acm:RequestCertificate", {"DomainName": "a.example", "Tags": [{"Value": "x"}]}, "tags.1.member.key"),
        ("acm:DescribeCertificate", {}, "certificateArn"),
        ("acm-pca:TagCertificateAuthority", {"Tags": [{}]}, "tags.1.member.key"),
        ("acm-pca:IssueCertificate", {"Csr": "ü"}, "csr"),
    ],
)
def test_what_is_missing_or_no_base64_is_named(
    sandbox: Sandbox, operation: str, request_: dict[str, Any], where: str
) -> None:
    status, error = send(sandbox, operation, json.dumps(request_).encode())
    assert (status, error["__type"]) == (400, "ValidationException")
    assert f"at '{where}' failed to satisfy constraint: Member must" in error["message"]


@pytest.mark.parametrize("service", _TARGETS)
def test_an_operation_that_aws_has_not_is_unknown(sandbox: Sandbox, service: str) -> None:
    assert send(sandbox, f"{service}:Nothing", b"{}")[1]["__type"] == "UnknownOperationException"


def test_an_operation_that_the_sandbox_has_not_is_no_crash(sandbox: Sandbox) -> None:
    status, error = send(sandbox, "acm:ListAcmeEndpoints", b"{}")
    assert (status, error["__type"]) == (501, "NotImplemented")


@pytest.mark.parametrize("service", _TARGETS)
def test_a_misspelt_region_is_named(sandbox: Sandbox, service: str) -> None:
    operation = {"acm-pca": "list_certificate_authorities", "acm": "list_certificates"}[service]
    with expect_error("InvalidSignatureException", "eu-cental-1"):
        getattr(sandbox.client(service, region="eu-cental-1"), operation)()
