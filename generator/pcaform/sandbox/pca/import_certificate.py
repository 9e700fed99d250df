"""ImportCertificateAuthorityCertificate: which certificate a CA accepts as its own.

Rules: https://docs.aws.amazon.com/privateca/latest/APIReference/API_ImportCertificateAuthorityCertificate.html
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cryptography.x509.oid import ExtensionOID

from pcaform.sandbox.http.aws_error import Refusal, validation
from pcaform.sandbox.pca.algorithms import is_same_key
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.chain_checks import (
    basic_constraints,
    extensions_of,
    is_self_signed,
    is_signed_by,
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


def install_certificate(authority: SandboxCa, certificate: bytes, *, chain: bytes | None) -> None:
    """Give a CA its certificate; a second time renews it. A waiting CA becomes ACTIVE.

    An EXPIRED one becomes what it was before, ACTIVE or DISABLED. Keeps both texts byte for byte: Terraform compares
    them. Raises CertificateMismatchException, MalformedCertificateException, InvalidRequestException and
    ValidationException.
    """
    own = _single(read_certificates(certificate))
    above = read_certificates(chain) if chain else []
    for each in (own, *above):
        _check_critical(each)
    _check_own(authority, own)
    _check_chain(authority, own, above=above)
    authority.certificate, authority.certificate_text = own, certificate.decode()
    authority.chain, authority.chain_text = above, chain.decode() if chain else None
    if authority.stored_status == "PENDING_CERTIFICATE":
        authority.move_to("ACTIVE")


def _single(certificates: list[x509.Certificate]) -> x509.Certificate:
    if len(certificates) != 1:
        raise Refusal("MalformedCertificateException", "Certificate must hold one certificate, the CA's own.")
    return certificates[0]


def _check_critical(certificate: x509.Certificate) -> None:
    for extension in extensions_of(certificate):
        if extension.critical and extension.oid not in _MAY_BE_CRITICAL:
            message = f"The extension {extension.oid.dotted_string} must not be critical in a CA certificate."
            raise Refusal("MalformedCertificateException", message)


def _check_own(authority: SandboxCa, own: x509.Certificate) -> None:
    basic_constraints(own)
    if not is_same_key(own.public_key(), authority.key.public_key()):
        message = "The certificate does not match the private key of the certificate authority."
        raise Refusal("CertificateMismatchException", message)
    if authority.kind == "ROOT" and not is_self_signed(own):
        raise Refusal("InvalidRequestException", "Only a self-signed certificate can be imported as a root CA.")
    if authority.kind == "SUBORDINATE" and is_self_signed(own):
        message = "A self-signed certificate cannot be imported as a subordinate CA."
        raise Refusal("InvalidRequestException", message)


def _check_chain(authority: SandboxCa, own: x509.Certificate, *, above: list[x509.Certificate]) -> None:
    if authority.kind == "ROOT":
        if above:
            raise Refusal("InvalidRequestException", "A root CA certificate is imported without a chain.")
        return
    if not above:
        raise validation("CertificateChain is required for the certificate of a subordinate CA")
    path = [own, *above]
    is_linked = all(is_signed_by(below, issuer) for below, issuer in pairwise(path))
    if not is_linked or not is_self_signed(path[-1]):
        message = "The chain must lead, each certificate signing the one before, to a self-signed root."
        raise Refusal("CertificateMismatchException", message)
    depth = remaining_depth(path)
    if depth is not None and depth < 0:
        raise validation("The certificate violates the path length constraint of a CA above it")
