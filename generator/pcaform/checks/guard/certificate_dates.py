"""Two certificates in PEM -> whether installing the second over the first goes back in time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


class UnreadableError(Exception):
    """A text that should be a certificate in PEM, and is none."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the guard needs to know about a certificate; `serial` is in hexadecimal as AWS writes it, with colons.

    `subject_key` and `authority_key` identify its own key and its issuer's, where it names them.
    """

    fingerprint: bytes
    serial: str
    not_before: datetime
    is_self_issued: bool
    subject_key: bytes | None = None
    authority_key: bytes | None = None

    def __str__(self) -> str:
        """Name the certificate as a person would look it up."""
        return f"{self.serial} (valid from {self.not_before:%Y-%m-%d %H:%M:%S} UTC)"


def certificate(pem: object) -> Certificate:
    """Return what a PEM text holds; raises UnreadableError for anything else."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509 import InvalidVersion, load_pem_x509_certificate

    if not isinstance(pem, str):
        raise UnreadableError
    try:
        read = load_pem_x509_certificate(pem.encode())
        return Certificate(
            fingerprint=read.fingerprint(hashes.SHA256()),
            serial=_serial(read.serial_number),
            not_before=read.not_valid_before_utc,
            is_self_issued=read.issuer == read.subject,
            subject_key=_identifier(read, "SubjectKeyIdentifier"),
            authority_key=_identifier(read, "AuthorityKeyIdentifier"),
        )
    except (ValueError, InvalidVersion):
        raise UnreadableError from None


def is_rollback(live: Certificate, planned: Certificate) -> bool:
    """Tell whether `planned` is another certificate than the live one, and not a newer one."""
    return planned.fingerprint != live.fingerprint and planned.not_before <= live.not_before


def identity(pem: Any) -> bytes | str | None:
    """Return what two texts of one certificate have in common, however their lines are broken; None for no text."""
    try:
        return certificate(pem).fingerprint
    except UnreadableError:
        return pem.strip() if isinstance(pem, str) else None


def _serial(number: int) -> str:
    return number.to_bytes((number.bit_length() + 7) // 8 or 1, "big").hex(":")


def _identifier(read: Any, name: str) -> bytes | None:
    """Return what one of the two extensions says; one that cannot be read says nothing."""
    from cryptography import x509

    try:
        found = read.extensions.get_extension_for_class(getattr(x509, name)).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return None
    identifier = found.digest if name == "SubjectKeyIdentifier" else found.key_identifier
    return identifier if isinstance(identifier, bytes) else None
