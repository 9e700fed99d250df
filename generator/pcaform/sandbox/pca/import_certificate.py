"""ImportCertificateAuthorityCertificate: checks a certificate and chain and gives them to the CA.

Rules: https://docs.aws.amazon.com/privateca/latest/APIReference/API_ImportCertificateAuthorityCertificate.html
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cryptography.x509.oid import ExtensionOID

from pcaform.sandbox.http.aws_error import AwsError, validation_error
from pcaform.sandbox.pca.algorithms import is_same_key
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.chain_checks import (
    is_self_signed,
    is_signed_by,
    read_basic_constraints,
    read_extensions,
    remaining_depth,
)
from pcaform.sandbox.pca.pem import read_certificates

if TYPE_CHECKING:
    from cryptography import x509

# Extensions that may be critical; any other that is makes AWS refuse the certificate or chain:
# https://docs.aws.amazon.com/privateca/latest/APIReference/API_ImportCertificateAuthorityCertificate.html
_MAY_BE_CRITICAL = {
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.INHIBIT_ANY_POLICY,
    ExtensionOID.ISSUER_ALTERNATIVE_NAME,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.NAME_CONSTRAINTS,
    ExtensionOID.POLICY_MAPPINGS,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.SUBJECT_DIRECTORY_ATTRIBUTES,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    ExtensionOID.SUBJECT_INFORMATION_ACCESS,
}


def import_certificate(ca: SandboxCa, certificate: bytes, *, chain: bytes | None) -> None:
    """Give a CA its certificate; a second import renews it. A pending CA becomes ACTIVE.

    An EXPIRED one returns to its state before, ACTIVE or DISABLED. Keeps both texts byte for byte: Terraform compares
    them. Raises CertificateMismatchException, MalformedCertificateException, InvalidRequestException and
    ValidationException.
    """
    own = _read_single(read_certificates(certificate))
    above = read_certificates(chain) if chain else []
    for ca_certificate in (own, *above):
        _check_critical(ca_certificate)
    _check_own(ca, own)
    _check_chain(ca, own, above=above)
    ca.certificate, ca.certificate_text = own, certificate.decode()
    ca.chain, ca.chain_text = above, chain.decode() if chain else None
    if ca.stored_status == "PENDING_CERTIFICATE":
        ca.move_to("ACTIVE")


def _read_single(certificates: list[x509.Certificate]) -> x509.Certificate:
    if len(certificates) != 1:
        raise AwsError("MalformedCertificateException", "Certificate must hold one certificate, the CA's own.")
    return certificates[0]


def _check_critical(certificate: x509.Certificate) -> None:
    for extension in read_extensions(certificate):
        if extension.critical and extension.oid not in _MAY_BE_CRITICAL:
            message = f"The extension {extension.oid.dotted_string} must not be critical in a CA certificate."
            raise AwsError("MalformedCertificateException", message)


def _check_own(ca: SandboxCa, own: x509.Certificate) -> None:
    read_basic_constraints(own)
    if not is_same_key(own.public_key(), ca.key.public_key()):
        message = "The certificate does not match the private key of the certificate authority."
        raise AwsError("CertificateMismatchException", message)
    if ca.kind == "ROOT" and not is_self_signed(own):
        raise AwsError("InvalidRequestException", "Only a self-signed certificate can be imported as a root CA.")
    if ca.kind == "SUBORDINATE" and is_self_signed(own):
        message = "A self-signed certificate cannot be imported as a subordinate CA."
        raise AwsError("InvalidRequestException", message)


def _check_chain(ca: SandboxCa, own: x509.Certificate, *, above: list[x509.Certificate]) -> None:
    if ca.kind == "ROOT":
        if above:
            raise AwsError("InvalidRequestException", "A root CA certificate is imported without a chain.")
        return
    if not above:
        raise validation_error("CertificateChain is required for the certificate of a subordinate CA")
    path = [own, *above]
    is_linked = all(is_signed_by(below, issuer) for below, issuer in pairwise(path))
    if not is_linked or not is_self_signed(path[-1]):
        message = "The chain must lead, each certificate signing the one before, to a self-signed root."
        raise AwsError("CertificateMismatchException", message)
    depth = remaining_depth(path)
    if depth is not None and depth < 0:
        raise validation_error("The certificate violates the path length constraint of a CA above it")
