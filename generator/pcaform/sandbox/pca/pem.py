"""Reads and writes PEM text in the forms that AWS accepts and answers."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pcaform.sandbox.http.aws_error import AwsError


def certificate_text(certificate: x509.Certificate) -> str:
    """Format a certificate as in AWS's answers: PEM without a newline at the end."""
    return certificate.public_bytes(Encoding.PEM).decode().strip()


def chain_text(certificates: list[x509.Certificate]) -> str | None:
    """Format a chain, issuer first; None for an empty one, since the answer then lacks the member."""
    return "\n".join(certificate_text(certificate) for certificate in certificates) or None


def read_certificates(data: bytes) -> list[x509.Certificate]:
    """Read one or more certificates in their order.

    Raises MalformedCertificateException for anything but PEM certificates.
    """
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise AwsError("MalformedCertificateException", "The certificate is not valid PEM.") from error


def certificate_answer(certificate: str, chain: str | None) -> dict[str, str]:
    """Build the answer with a certificate and, unless it is a root's, a chain."""
    return {"Certificate": certificate} | ({"CertificateChain": chain} if chain else {})
