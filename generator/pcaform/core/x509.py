"""Reads X.509 certificates in PEM: basic constraints, issuer signatures, key identifiers and key algorithms."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from cryptography import x509

Extension = TypeVar("Extension", bound="x509.ExtensionType")

_CURVES = {"secp256r1": "EC_prime256v1", "secp384r1": "EC_secp384r1", "secp521r1": "EC_secp521r1"}


def certificates(pem: str) -> "list[x509.Certificate]":
    """Return the certificates in a PEM text; raises ValueError with a message for the user if there are none."""
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise ValueError("this is not a certificate in PEM, -----BEGIN CERTIFICATE----- and so on") from None


def is_ca(certificate: "x509.Certificate") -> bool:
    """Tell whether a certificate's basic constraints say that it is a CA's."""
    from cryptography import x509

    constraints = extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def path_length(certificate: "x509.Certificate") -> int | None:
    """Return the maximum number of CA levels below; None for any number."""
    from cryptography import x509

    constraints = extension(certificate, x509.BasicConstraints)
    return None if constraints is None else constraints.path_length


def extension(certificate: "x509.Certificate", kind: "type[Extension]") -> "Extension | None":
    """Return an extension of a certificate; None where it has none, or none that can be read."""
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return None


def is_signed_by(certificate: "x509.Certificate", issuer: "x509.Certificate") -> bool:
    """Tell whether the issuer's name matches and the signature is valid."""
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def has_key_id_of(certificate: "x509.Certificate", issuer: "x509.Certificate") -> bool:
    """Tell whether the authority key identifier matches the issuer's key; a missing identifier matches any key."""
    from cryptography import x509

    below, above = extension(certificate, x509.AuthorityKeyIdentifier), extension(issuer, x509.SubjectKeyIdentifier)
    return below is None or above is None or below.key_identifier in (None, above.digest)


def key_algorithm(key: object) -> str | None:
    """Return AWS's name of a key algorithm; None for those that this release does not support."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA_{key.key_size}"
    return _CURVES.get(key.curve.name) if isinstance(key, ec.EllipticCurvePublicKey) else None


def parse_or_none(pem: object) -> "Iterator[x509.Certificate]":
    """Yield the certificates in any value; nothing if it is not PEM."""
    try:
        yield from certificates(pem) if isinstance(pem, str) and "BEGIN CERTIFICATE" in pem else []
    except ValueError:
        return
