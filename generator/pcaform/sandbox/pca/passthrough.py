"""Reads the ApiPassthrough of IssueCertificate: the subject and the extensions that the caller adds.

Members: https://docs.aws.amazon.com/privateca/latest/APIReference/API_ApiPassthrough.html
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from pcaform.sandbox.http.aws_error import AwsError
from pcaform.sandbox.pca.general_names import build_alternative_names
from pcaform.sandbox.pca.subject import build_name
from pcaform.sandbox.pca.templates import KEY_USAGES, Extension

# https://docs.aws.amazon.com/privateca/latest/APIReference/API_KeyUsage.html, in the order of RFC 5280's bits
_KEY_USAGE_MEMBERS = (
    "DigitalSignature",
    "NonRepudiation",
    "KeyEncipherment",
    "DataEncipherment",
    "KeyAgreement",
    "KeyCertSign",
    "CRLSign",
    "EncipherOnly",
    "DecipherOnly",
)
# https://docs.aws.amazon.com/privateca/latest/APIReference/API_ExtendedKeyUsage.html
_PURPOSES = {
    "SERVER_AUTH": ExtendedKeyUsageOID.SERVER_AUTH,
    "CLIENT_AUTH": ExtendedKeyUsageOID.CLIENT_AUTH,
    "CODE_SIGNING": ExtendedKeyUsageOID.CODE_SIGNING,
    "EMAIL_PROTECTION": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "TIME_STAMPING": ExtendedKeyUsageOID.TIME_STAMPING,
    "OCSP_SIGNING": ExtendedKeyUsageOID.OCSP_SIGNING,
    "SMART_CARD_LOGIN": ExtendedKeyUsageOID.SMARTCARD_LOGON,
    "DOCUMENT_SIGNING": x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),
    "CERTIFICATE_TRANSPARENCY": ExtendedKeyUsageOID.CERTIFICATE_TRANSPARENCY,
}


@dataclass(frozen=True)
class Passthrough:
    """The additions of a request; without a subject the CSR's is used."""

    subject: x509.Name | None = None
    extensions: tuple[Extension, ...] = ()


def read_passthrough(structure: dict[str, Any]) -> Passthrough:
    """Read the structure; raises InvalidArgsException for values that a certificate cannot have.

    The API has a criticality for custom extensions only. Of the others the key usage is critical and the extended key
    usage is not, as in AWS's templates; alternative names are if the subject is empty, as RFC 5280, 4.2.1.6 requires.
    """
    try:
        subject = build_name(structure["Subject"]) if structure.get("Subject") is not None else None
        extensions = tuple(_extensions(structure.get("Extensions") or {}))
    except ValueError as error:
        raise AwsError("InvalidArgsException", f"The ApiPassthrough is not valid: {error}.") from error
    duplicates = [
        oid.dotted_string for oid, count in Counter(value.oid for value, _ in extensions).items() if count > 1
    ]
    if duplicates:
        raise AwsError("InvalidArgsException", f"The ApiPassthrough has an extension twice: {', '.join(duplicates)}.")
    return Passthrough(subject, extensions)


def _extensions(structure: dict[str, Any]) -> Iterator[Extension]:
    if structure.get("CertificatePolicies"):
        yield _encodable(x509.CertificatePolicies([_policy(item) for item in structure["CertificatePolicies"]])), False
    if structure.get("ExtendedKeyUsage"):
        yield x509.ExtendedKeyUsage([_purpose(item) for item in structure["ExtendedKeyUsage"]]), False
    if any((structure.get("KeyUsage") or {}).values()):
        yield _key_usage(structure["KeyUsage"]), True
    if structure.get("SubjectAlternativeNames"):
        yield build_alternative_names(structure["SubjectAlternativeNames"]), False
    for item in structure.get("CustomExtensions") or []:
        oid, value = x509.ObjectIdentifier(item["ObjectIdentifier"]), base64.b64decode(item["Value"])
        yield x509.UnrecognizedExtension(oid, value), bool(item.get("Critical"))


def _policy(item: dict[str, Any]) -> x509.PolicyInformation:
    addresses = [qualifier["Qualifier"]["CpsUri"] for qualifier in item.get("PolicyQualifiers") or []]
    return x509.PolicyInformation(x509.ObjectIdentifier(item["CertPolicyId"]), addresses or None)


def _encodable(extension: x509.CertificatePolicies) -> x509.CertificatePolicies:
    """Encode the extension once, so that an address that is not ASCII fails here and not while signing."""
    extension.public_bytes()
    return extension


def _purpose(item: dict[str, str]) -> x509.ObjectIdentifier:
    kind, oid = item.get("ExtendedKeyUsageType"), item.get("ExtendedKeyUsageObjectIdentifier")
    if bool(kind) == bool(oid):
        raise AwsError("InvalidArgsException", "An ExtendedKeyUsage needs a type or an object identifier, not both.")
    return _PURPOSES[kind] if kind else x509.ObjectIdentifier(oid or "")


def _key_usage(structure: dict[str, bool]) -> x509.KeyUsage:
    pairs = zip(KEY_USAGES, _KEY_USAGE_MEMBERS, strict=True)
    return x509.KeyUsage(**{usage: bool(structure.get(member)) for usage, member in pairs})
