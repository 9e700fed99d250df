"""Reads and checks the CSR of IssueCertificate as AWS does."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtensionOID

from pcaform.sandbox.http.aws_error import AwsError


def read_csr(data: bytes) -> x509.CertificateSigningRequest:
    """Read a CSR and check what AWS checks first: its signature, and that it has a name.

    "A CSR must provide either a subject name or a subject alternative name or the request will be rejected":
    https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html. Raises MalformedCSRException.
    """
    try:
        csr = x509.load_pem_x509_csr(data)
        is_signed = csr.is_signature_valid
        csr.public_key()
        _check_names(csr)
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise _malformed("The certificate signing request is not PEM, or not a valid request.") from error
    if not is_signed:
        raise _malformed("The signature of the certificate signing request is wrong.")
    return csr


def _check_names(csr: x509.CertificateSigningRequest) -> None:
    """Check the names; AWS's message for the second case: https://github.com/cert-manager/aws-privateca-issuer/issues/6."""
    criticality = {extension.oid: extension.critical for extension in csr.extensions}
    if csr.subject.rdns:
        return
    if ExtensionOID.SUBJECT_ALTERNATIVE_NAME not in criticality:
        raise _malformed("The CSR has neither a subject nor a subject alternative name.")
    if not criticality[ExtensionOID.SUBJECT_ALTERNATIVE_NAME]:
        raise _malformed("CSR must mark the SAN extension critical when it has an empty subject.")


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedCSRException", message)
