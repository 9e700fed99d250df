"""PEM text in and out: what AWS accepts, and the form in which it answers."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pcaform.sandbox.http.aws_error import Refusal


def certificate_text(certificate: x509.Certificate) -> str:
    """Write a certificate as AWS answers it: PEM without a newline at the end."""
    return certificate.public_bytes(Encoding.PEM).decode().strip()


def chain_text(certificates: list[x509.Certificate]) -> str | None:
    """Join a chain, issuer first; None where there is none, so that the answer lacks the member."""
    return "\n".join(certificate_text(certificate) for certificate in certificates) or None


def read_certificates(data: bytes) -> list[x509.Certificate]:
    """Read one or more certificates in their order.

    Raises MalformedCertificateException for anything else than PEM certificates.
    """
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise Refusal("MalformedCertificateException", "The certificate is not valid PEM.") from error


def with_chain(certificate: str, chain: str | None) -> dict[str, str]:
    """Shape the answers that hold a certificate and, unless it is a root's, a chain."""
    return {"Certificate": certificate} | ({"CertificateChain": chain} if chain else {})
