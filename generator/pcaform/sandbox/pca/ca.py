"""The certificate authority itself: its key, CSR, state and certificate, and how AWS describes it."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509

from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import Refusal
from pcaform.sandbox.pca.algorithms import PrivateKey, family_of, sign_request, signature_for
from pcaform.sandbox.pca.permissions import Permissions
from pcaform.sandbox.pca.revocation import completed
from pcaform.sandbox.pca.subject import name_of

_DEFAULT_RESTORATION_DAYS = 30


@dataclass
class Issued:
    """One certificate that a CA has signed; the chain is the one of the day it was signed."""

    certificate: x509.Certificate
    chain: list[x509.Certificate]
    revocation_reason: str | None = None


@dataclass(eq=False)
class SandboxCa:
    """A CA and everything that hangs on it; not thread safe, the backend's lock guards it.

    `certificate_text` and `chain_text` are what ImportCertificateAuthorityCertificate got, byte for byte.
    `chain` is issuer first, root last, without the CA's own certificate. From `ready_at` on it exists, or has failed
    for `failure_reason`. `stored_status` is PENDING_CERTIFICATE, ACTIVE or DISABLED; the other states follow from
    the clock and from `restorable_until`, which only a deleted CA has.
    """

    arn: str
    account_id: str
    region_name: str
    kind: str
    configuration: dict[str, Any]
    revocation: dict[str, Any]
    usage_mode: str
    key_storage: str
    key: PrivateKey
    created_at: datetime
    changed_at: datetime
    permissions: Permissions
    ready_at: datetime
    failure_reason: str | None = None
    stored_status: str = "PENDING_CERTIFICATE"
    certificate: x509.Certificate | None = None
    certificate_text: str | None = None
    chain: list[x509.Certificate] = field(default_factory=list)
    chain_text: str | None = None
    issued: dict[str, Issued] = field(default_factory=dict)
    restorable_until: datetime | None = None
    policy: str | None = None

    @property
    def authority_id(self) -> str:
        """The last part of the ARN, a UUID."""
        return self.arn.rpartition("/")[2]

    @property
    def key_family(self) -> str:
        """RSA or EC."""
        return family_of(self.configuration["KeyAlgorithm"])

    @property
    def name(self) -> x509.Name:
        """The subject: of the certificate where there is one, which an outside parent may have written."""
        return self.certificate.subject if self.certificate else name_of(self.configuration["Subject"])

    @property
    def status(self) -> str:
        """The status now; DELETED hides EXPIRED, which hides ACTIVE and DISABLED.

        https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html
        """
        if self.restorable_until is not None:
            return "DELETED"
        if now() < self.ready_at:
            return "CREATING"
        if self.failure_reason:
            return "FAILED"
        if self.certificate and self.certificate.not_valid_after_utc <= now():
            return "EXPIRED"
        return self.stored_status

    @property
    def is_gone(self) -> bool:
        """Whether the restoration period of a deleted CA is over."""
        return self.restorable_until is not None and self.restorable_until <= now()

    @property
    def issuing_chain(self) -> list[x509.Certificate]:
        """What a certificate of this CA needs to be trusted: the CA's own certificate up to the root."""
        return [self.certificate, *self.chain] if self.certificate else []

    @functools.cached_property
    def request(self) -> x509.CertificateSigningRequest:
        """The CSR, signed once: AWS makes it with the CA, and Terraform compares it on every plan."""
        builder = x509.CertificateSigningRequestBuilder(name_of(self.configuration["Subject"])).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        signature = signature_for(self.configuration["SigningAlgorithm"], self.key_family)
        return sign_request(builder, self.key, signature=signature)

    def move_to(self, status: str) -> None:
        """Change the state and remember when."""
        self.stored_status = status
        self.changed_at = now()

    def update(self, *, status: str | None, revocation: dict[str, Any] | None) -> None:
        """Do UpdateCertificateAuthority; raises InvalidArgsException and changes nothing then."""
        if status not in {None, "ACTIVE", "DISABLED"}:
            raise Refusal("InvalidArgsException", f"The status cannot be set to {status}.")
        if revocation is not None:
            self.revocation = completed(revocation)
        if status is not None:
            self.move_to(status)

    def delete(self, *, restoration_days: int | None) -> None:
        """Do DeleteCertificateAuthority: a CA that never came to be cannot be restored, so it is gone at once.

        https://docs.aws.amazon.com/privateca/latest/APIReference/API_DeleteCertificateAuthority.html
        """
        days = 0 if self.status in {"CREATING", "FAILED"} else restoration_days or _DEFAULT_RESTORATION_DAYS
        self.changed_at = now()
        self.restorable_until = self.changed_at + timedelta(days=days)

    def restore(self) -> None:
        """Do RestoreCertificateAuthority: back to the state before deletion, or EXPIRED if that is over."""
        self.changed_at = now()
        self.restorable_until = None

    def to_json(self) -> dict[str, Any]:
        """Shape the structure CertificateAuthority of Describe and List; what is not known is absent."""
        described = {
            "Arn": self.arn,
            "OwnerAccount": self.account_id,
            "CreatedAt": self.created_at.timestamp(),
            "LastStateChangeAt": self.changed_at.timestamp(),
            "Type": self.kind,
            "Status": self.status,
            "CertificateAuthorityConfiguration": self.configuration,
            "RevocationConfiguration": self.revocation,
            "KeyStorageSecurityStandard": self.key_storage,
            "UsageMode": self.usage_mode,
        }
        if self.certificate:
            described |= {
                "Serial": colon_hex(self.certificate.serial_number),
                "NotBefore": self.certificate.not_valid_before_utc.timestamp(),
                "NotAfter": self.certificate.not_valid_after_utc.timestamp(),
            }
        if self.restorable_until:
            described["RestorableUntil"] = self.restorable_until.timestamp()
        elif self.status == "FAILED":
            described["FailureReason"] = self.failure_reason
        return described


def colon_hex(serial: int) -> str:
    """Write a serial number the way AWS and openssl show it: pairs of hex digits with colons."""
    return serial.to_bytes((serial.bit_length() + 7) // 8 or 1, "big").hex(":")
