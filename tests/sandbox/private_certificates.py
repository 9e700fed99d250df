"""Requests, descriptions and exports of private certificates through a real ACM client."""

from __future__ import annotations

from typing import Any

EC = "EC_prime256v1"
PASSPHRASE = b"long enough"


def request(acm: Any, ca: str, **more: Any) -> str:
    """Request a certificate with an EC key, which is fast, and return its ARN."""
    settings = {"DomainName": "a.example.com", "KeyAlgorithm": EC} | more
    return str(acm.request_certificate(CertificateAuthorityArn=ca, **settings)["CertificateArn"])


def describe(acm: Any, arn: str) -> dict[str, Any]:
    """Describe a certificate."""
    return dict(acm.describe_certificate(CertificateArn=arn)["Certificate"])


def export(acm: Any, arn: str) -> dict[str, str]:
    """Export a certificate, which makes it eligible for renewal."""
    return dict(acm.export_certificate(CertificateArn=arn, Passphrase=PASSPHRASE))
