"""Certificates in PEM -> what they say: whose they are, who signed whom, with which key."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa

_CURVES = {"secp256r1": "EC_prime256v1", "secp384r1": "EC_secp384r1", "secp521r1": "EC_secp521r1"}


def certificates(pem: str) -> list[x509.Certificate]:
    """Return the certificates in a text; raises ValueError in our words where it holds none."""
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise ValueError("this is no certificate in PEM, -----BEGIN CERTIFICATE----- and so on") from None


def is_ca(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate's basic constraints make it one of a CA."""
    constraints = _constraints(certificate)
    return constraints is not None and constraints.ca


def path_length(certificate: x509.Certificate) -> int | None:
    """Return how many levels of CAs may stand below; None for any number."""
    constraints = _constraints(certificate)
    return None if constraints is None else constraints.path_length


def _constraints(certificate: x509.Certificate) -> x509.BasicConstraints | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        return None


def is_signed_by(certificate: x509.Certificate, above: x509.Certificate) -> bool:
    """Tell whether the names fit and the signature is that of the certificate above."""
    try:
        certificate.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def names_key_of(certificate: x509.Certificate, above: x509.Certificate) -> bool:
    """Tell whether the key identifiers fit; those that a certificate leaves out fit any."""
    try:
        named = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        own = above.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except (x509.ExtensionNotFound, ValueError):
        return True
    return named is None or named == own


def key_algorithm(key: object) -> str | None:
    """Return a key's name at AWS; None for kinds that this release cannot tell."""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA_{key.key_size}"
    return _CURVES.get(key.curve.name) if isinstance(key, ec.EllipticCurvePublicKey) else None


def parse_or_none(pem: object) -> Iterator[x509.Certificate]:
    """Yield the certificates of a text that may be anything, none where it is no PEM."""
    try:
        yield from certificates(pem) if isinstance(pem, str) and "BEGIN CERTIFICATE" in pem else []
    except ValueError:
        return
