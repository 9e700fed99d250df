"""Checks of path lengths and signatures along a chain of certificates.

"AWS Private CA enforces basic constraints and path length":
https://docs.aws.amazon.com/privateca/latest/userguide/RFC-compliance.html
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from pcaform.sandbox.http.aws_error import validation_error


def remaining_depth(path: list[x509.Certificate]) -> int | None:
    """Return how many CAs may still follow below the first certificate; None is unlimited, below 0 a violation.

    `path` runs from the CA's own certificate to the root. Every ancestor's limit counts, minus the CAs between it and
    the first certificate.
    """
    limits = [
        constraints.path_length - distance
        for distance, constraints in enumerate(map(read_basic_constraints, path))
        if constraints.path_length is not None
    ]
    return min(limits, default=None)


def read_basic_constraints(certificate: x509.Certificate) -> x509.BasicConstraints:
    """Read a CA certificate's basic constraints; raises ValidationException unless present, critical and CA=TRUE."""
    try:
        extension = read_extensions(certificate).get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        raise validation_error("The CA certificate has no basic constraints") from None
    if not extension.critical or not extension.value.ca:
        raise validation_error("The basic constraints of the CA certificate must be critical and CA=TRUE")
    return extension.value


def read_extensions(certificate: x509.Certificate) -> x509.Extensions:
    """Read a CA certificate's extensions; raises ValidationException if they cannot be read."""
    try:
        return certificate.extensions
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise validation_error("The extensions of the CA certificate cannot be read") from error


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate is signed with its own key."""
    return is_signed_by(certificate, certificate)


def is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether a certificate has the issuer's name and a signature of the issuer's key."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
