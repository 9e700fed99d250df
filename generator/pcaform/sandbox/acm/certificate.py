"""A private certificate of ACM: its state, its description in the API, and the key that only ACM has.

It replaces moto's CertBundle, which signs by itself and appends an Amazon root to every chain.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from moto.acm.models import TagHolder

from pcaform.sandbox.acm.renewal import Renewal, next_attempt
from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import validation_error
from pcaform.sandbox.pca.algorithms import PrivateKey
from pcaform.sandbox.pca.ca import colon_hex
from pcaform.sandbox.pca.pem import certificate_text, chain_text

_OID = x509.SignatureAlgorithmOID
_SIGNATURES = {
    _OID.RSA_WITH_SHA256: "SHA256WITHRSA",
    _OID.RSA_WITH_SHA384: "SHA384WITHRSA",
    _OID.RSA_WITH_SHA512: "SHA512WITHRSA",
    _OID.ECDSA_WITH_SHA256: "SHA256WITHECDSA",
    _OID.ECDSA_WITH_SHA384: "SHA384WITHECDSA",
    _OID.ECDSA_WITH_SHA512: "SHA512WITHECDSA",
}
# What EndEntityCertificate/V1 fixes, in ACM's words:
# https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html
_KEY_USAGES = [{"Name": "DIGITAL_SIGNATURE"}, {"Name": "KEY_ENCIPHERMENT"}]
_EXTENDED_KEY_USAGES = [
    {"Name": "TLS_WEB_SERVER_AUTHENTICATION", "OID": "1.3.6.1.5.5.7.3.1"},
    {"Name": "TLS_WEB_CLIENT_AUTHENTICATION", "OID": "1.3.6.1.5.5.7.3.2"},
]


@dataclass(frozen=True)
class KeyMaterial:
    """The key and certificate of one issuance; `chain` is the CA's, up to and including the root."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: list[x509.Certificate]
    issued_at: datetime


@dataclass(eq=False)
class PrivateCertificate:
    """One certificate under one ARN, across renewals. Names without a leading underscore are moto's.

    `sans` starts with the domain name. `failure` is an ACM FailureReason; a failed certificate has no material.
    `exported_at` is the last ExportCertificate, which makes the certificate eligible for renewal until it is renewed.
    """

    arn: str
    common_name: str
    sans: list[str]
    key_algorithm: str
    cert_authority_arn: str
    cert_options: dict[str, str]
    material: KeyMaterial | None = None
    failure: str | None = None
    renewal: Renewal | None = None
    exported_at: datetime | None = None
    tags: Any = field(default_factory=TagHolder)
    in_use_by: list[str] = field(default_factory=list)
    created_at: datetime = field(default_factory=now)
    type: str = "PRIVATE"

    @property
    def status(self) -> str:
        """ISSUED, FAILED or EXPIRED; private certificates need no validation, so nothing is pending."""
        if self.material is None:
            return "FAILED"
        is_over = self.material.certificate.not_valid_after_utc <= now()
        return "EXPIRED" if is_over else "ISSUED"

    def check(self) -> None:
        """Do nothing: moto calls this method so that pending certificates become issued."""

    @property
    def cert(self) -> bytes:
        """The certificate as PEM."""
        return certificate_text(self._issued_material().certificate).encode()

    @property
    def chain(self) -> bytes:
        """The chain as PEM, without the certificate itself."""
        return (chain_text(self._issued_material().chain) or "").encode()

    @property
    def is_exported(self) -> bool:
        """Tell whether the certificate was exported since it was issued or last renewed."""
        return self.exported_at is not None and self.exported_at >= self._issued_material().issued_at

    @property
    def is_eligible(self) -> bool:
        """Tell whether ACM would renew by itself; only the attempt shows whether the CA permits it."""
        return self.status == "ISSUED" and (bool(self.in_use_by) or self.is_exported)

    @property
    def next_renewal(self) -> datetime | None:
        """When ACM next tries to renew by itself, which may be in the past; None if it does not."""
        if not self.is_eligible:
            return None
        return next_attempt(self.renewal, end=self._issued_material().certificate.not_valid_after_utc)

    def export(self, passphrase: bytes) -> dict[str, str]:
        """Perform ExportCertificate: the key is PKCS#8, encrypted with the passphrase."""
        encryption = BestAvailableEncryption(passphrase)
        key = self._issued_material().key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()
        self.exported_at = now()
        return {"Certificate": self.cert.decode(), "CertificateChain": self.chain.decode(), "PrivateKey": key}

    def describe(self) -> dict[str, Any]:
        """Build the answer of DescribeCertificate; ListCertificates takes its items from it."""
        detail: dict[str, Any] = {
            "CertificateArn": self.arn,
            "DomainName": self.common_name,
            "SubjectAlternativeNames": self.sans,
            "Subject": f"CN={self.common_name}",
            "KeyAlgorithm": self.key_algorithm,
            "CertificateAuthorityArn": self.cert_authority_arn,
            "Status": self.status,
            "Type": self.type,
            "CreatedAt": self.created_at.timestamp(),
            "InUseBy": list(self.in_use_by),
            "RenewalEligibility": "ELIGIBLE" if self.is_eligible else "INELIGIBLE",
            "Options": self.cert_options,
        }
        if self.failure:
            detail["FailureReason"] = self.failure
        if self.material:
            detail |= _describe_issuance(self.material)
            detail |= self._describe_last_renewal(self.material)
        return {"Certificate": detail}

    def _describe_last_renewal(self, material: KeyMaterial) -> dict[str, Any]:
        if self.renewal is None:
            return {}
        end = material.certificate.not_valid_after_utc
        return {"RenewalSummary": self.renewal.summarize(names=self.sans, end=end, moment=now())}

    def _issued_material(self) -> KeyMaterial:
        if self.material is None:
            raise validation_error(f"The certificate {self.arn} is in the status FAILED")
        return self.material


def new_arn(account_id: str, *, region_name: str, partition: str) -> str:
    """Generate the ARN of a new certificate."""
    return f"arn:{partition}:acm:{region_name}:{account_id}:certificate/{uuid.uuid4()}"


def _describe_issuance(material: KeyMaterial) -> dict[str, Any]:
    certificate = material.certificate
    algorithm = certificate.signature_algorithm_oid
    issuer = certificate.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return {
        "Serial": colon_hex(certificate.serial_number),
        "Issuer": str(issuer[0].value) if issuer else certificate.issuer.rfc4514_string(),
        "IssuedAt": material.issued_at.timestamp(),
        "NotBefore": certificate.not_valid_before_utc.timestamp(),
        "NotAfter": certificate.not_valid_after_utc.timestamp(),
        "SignatureAlgorithm": _SIGNATURES.get(algorithm, algorithm.dotted_string),
        "KeyUsages": _KEY_USAGES,
        "ExtendedKeyUsages": _EXTENDED_KEY_USAGES,
    }
