"""Path lengths and signatures along a chain: who may sign a CA, and who signed whom.

"AWS Private CA enforces basic constraints and path length":
https://docs.aws.amazon.com/privateca/latest/userguide/RFC-compliance.html
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from pcaform.sandbox.http.aws_error import validation


def remaining_depth(path: list[x509.Certificate]) -> int | None:
    """Tell how many CAs may still follow below the first certificate; None is unlimited, below 0 a violation.

    `path` runs from the CA's own certificate to the root. Every ancestor's limit counts, less the CAs
    that already stand between.
    """
    limits = [
        constraints.path_length - distance
        for distance, constraints in enumerate(map(basic_constraints, path))
        if constraints.path_length is not None
    ]
    return min(limits, default=None)


def basic_constraints(certificate: x509.Certificate) -> x509.BasicConstraints:
    """Read what makes a certificate a CA's; raises ValidationException unless present, critical and true."""
    try:
        extension = extensions_of(certificate).get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        raise validation("The CA certificate has no basic constraints") from None
    if not extension.critical or not extension.value.ca:
        raise validation("The basic constraints of the CA certificate must be critical and CA=TRUE")
    return extension.value


def extensions_of(certificate: x509.Certificate) -> x509.Extensions:
    """Read a CA certificate's extensions; raises ValidationException for what cannot be read."""
    try:
        return certificate.extensions
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise validation("The extensions of the CA certificate cannot be read") from error


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate is signed with its own key."""
    return is_signed_by(certificate, certificate)


def is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether the issuer's name and key fit a certificate."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
