"""A certificate authority: its key, CSR, state and certificate, and its description in the API."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509

from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import AwsError
from pcaform.sandbox.pca.algorithms import PrivateKey, family_of, find_signature, sign_request
from pcaform.sandbox.pca.permissions import Permissions
from pcaform.sandbox.pca.revocation import complete_revocation
from pcaform.sandbox.pca.subject import build_name

_DEFAULT_RESTORATION_DAYS = 30


@dataclass
class Issued:
    """One certificate that a CA has signed; the chain is that of the time of signing."""

    certificate: x509.Certificate
    chain: list[x509.Certificate]
    revocation_reason: str | None = None


@dataclass(eq=False)
class SandboxCa:
    """A CA with its certificates, permissions and policy; not thread safe, the backend's lock protects it.

    `certificate_text` and `chain_text` are the input of ImportCertificateAuthorityCertificate, byte for byte.
    `chain` is issuer first, root last, without the CA's own certificate. At `ready_at` the CA is created, or has failed
    with `failure_reason`. `stored_status` is PENDING_CERTIFICATE, ACTIVE or DISABLED; the other states follow from
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
    def ca_id(self) -> str:
        """The last part of the ARN, a UUID."""
        return self.arn.rpartition("/")[2]

    @property
    def key_family(self) -> str:
        """RSA or EC."""
        return family_of(self.configuration["KeyAlgorithm"])

    @property
    def name(self) -> x509.Name:
        """The subject of the certificate if there is one (an external parent may have changed it), else of the CSR."""
        return self.certificate.subject if self.certificate else build_name(self.configuration["Subject"])

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
        """The chain of certificates that this CA issues: from the CA's own certificate up to the root."""
        return [self.certificate, *self.chain] if self.certificate else []

    @functools.cached_property
    def request(self) -> x509.CertificateSigningRequest:
        """The CSR, signed once: AWS creates it with the CA, and Terraform compares it on every plan."""
        builder = x509.CertificateSigningRequestBuilder(build_name(self.configuration["Subject"])).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        signature = find_signature(self.configuration["SigningAlgorithm"], self.key_family)
        return sign_request(builder, self.key, signature=signature)

    def move_to(self, status: str) -> None:
        """Change the state and record the time."""
        self.stored_status = status
        self.changed_at = now()

    def update(self, *, status: str | None, revocation: dict[str, Any] | None) -> None:
        """Perform UpdateCertificateAuthority; if it raises InvalidArgsException, nothing is changed."""
        if status not in {None, "ACTIVE", "DISABLED"}:
            raise AwsError("InvalidArgsException", f"The status cannot be set to {status}.")
        if revocation is not None:
            self.revocation = complete_revocation(revocation)
        if status is not None:
            self.move_to(status)

    def delete(self, *, restoration_days: int | None) -> None:
        """Perform DeleteCertificateAuthority; a CA that was never created cannot be restored, so it is gone at once.

        https://docs.aws.amazon.com/privateca/latest/APIReference/API_DeleteCertificateAuthority.html
        """
        days = 0 if self.status in {"CREATING", "FAILED"} else restoration_days or _DEFAULT_RESTORATION_DAYS
        self.changed_at = now()
        self.restorable_until = self.changed_at + timedelta(days=days)

    def restore(self) -> None:
        """Perform RestoreCertificateAuthority: back to the state before deletion, or EXPIRED if it expired since."""
        self.changed_at = now()
        self.restorable_until = None

    def to_json(self) -> dict[str, Any]:
        """Build the structure CertificateAuthority of Describe and List, without members that have no value."""
        description = {
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
            description |= {
                "Serial": colon_hex(self.certificate.serial_number),
                "NotBefore": self.certificate.not_valid_before_utc.timestamp(),
                "NotAfter": self.certificate.not_valid_after_utc.timestamp(),
            }
        if self.restorable_until:
            description["RestorableUntil"] = self.restorable_until.timestamp()
        elif self.status == "FAILED":
            description["FailureReason"] = self.failure_reason
        return description


def colon_hex(serial: int) -> str:
    """Format a serial number as AWS and openssl do: pairs of hex digits with colons."""
    return serial.to_bytes((serial.bit_length() + 7) // 8 or 1, "big").hex(":")
