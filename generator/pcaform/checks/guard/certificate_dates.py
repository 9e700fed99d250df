"""Reads certificates in PEM, and tells whether one is newer than another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


class UnreadableError(Exception):
    """A text that should be a certificate in PEM and is not."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the guard needs to know about a certificate; `serial` is in hexadecimal as AWS writes it, with colons.

    `subject_key` and `authority_key` are its key identifiers, if it has those extensions.
    """

    fingerprint: bytes
    serial: str
    not_before: datetime
    is_self_issued: bool
    subject_key: bytes | None = None
    authority_key: bytes | None = None

    def __str__(self) -> str:
        """Name the certificate by serial number and date."""
        return f"{self.serial} (valid from {self.not_before:%Y-%m-%d %H:%M:%S} UTC)"


def certificate(pem: object) -> Certificate:
    """Return the certificate in a PEM text; raises UnreadableError for anything else."""
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
    """Tell whether `planned` is another certificate than the live one, and not newer."""
    return planned.fingerprint != live.fingerprint and planned.not_before <= live.not_before


def identity(pem: Any) -> bytes | str | None:
    """Return a value that is equal for two texts of one certificate, whatever their line breaks; None for no text."""
    try:
        return certificate(pem).fingerprint
    except UnreadableError:
        return pem.strip() if isinstance(pem, str) else None


def _serial(number: int) -> str:
    return number.to_bytes((number.bit_length() + 7) // 8 or 1, "big").hex(":")


def _identifier(read: Any, name: str) -> bytes | None:
    """Return a key identifier from one of the two extensions; None if it cannot be read."""
    from cryptography import x509

    try:
        extension = read.extensions.get_extension_for_class(getattr(x509, name)).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return None
    identifier = extension.digest if name == "SubjectKeyIdentifier" else extension.key_identifier
    return identifier if isinstance(identifier, bytes) else None
