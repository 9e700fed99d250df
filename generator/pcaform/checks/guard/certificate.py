"""Reads certificates in PEM."""

from typing import Any

from pcaform.core.x509 import extension


class UnreadableError(Exception):
    """A text that should be a certificate in PEM and is not."""


def certificate(pem: object) -> Any:
    """Return the certificate in a PEM text, of which all can be read; raises UnreadableError for anything else."""
    from cryptography.x509 import InvalidVersion, load_pem_x509_certificate

    if not isinstance(pem, str):
        raise UnreadableError
    try:
        parsed = load_pem_x509_certificate(pem.encode())
        describe(parsed), parsed.issuer, parsed.subject
    except (ValueError, InvalidVersion):
        raise UnreadableError from None
    return parsed


def describe(parsed: Any) -> str:
    """Return the serial number of a certificate, in hexadecimal as AWS writes it, with colons, and the date."""
    number = parsed.serial_number
    serial = number.to_bytes((number.bit_length() + 7) // 8 or 1, "big").hex(":")
    return f"{serial} (valid from {parsed.not_valid_before_utc:%Y-%m-%d %H:%M:%S} UTC)"


def identity(pem: Any) -> Any:
    """Return a value that is equal for two texts of one certificate, whatever their line breaks; None for no text."""
    try:
        return certificate(pem)
    except UnreadableError:
        return pem.strip() if isinstance(pem, str) else None


def key_identifiers(pem: str) -> tuple[bytes | None, bytes | None]:
    """Return the key identifiers of a certificate and of its issuer; None for one that cannot be read."""
    from cryptography import x509

    try:
        parsed = certificate(pem)
    except UnreadableError:
        return None, None
    own, issuer = extension(parsed, x509.SubjectKeyIdentifier), extension(parsed, x509.AuthorityKeyIdentifier)
    return own.digest if own else None, issuer.key_identifier if issuer else None
