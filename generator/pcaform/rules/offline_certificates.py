"""Compares a CA with its certificate that was signed elsewhere; loaded only for specs that have one."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pcaform.core import name_constraints
from pcaform.core.x509 import certificates, is_ca, is_signed_by, key_algorithm
from pcaform.spec.cas import CertificateAuthority, OfflineActivation


def parse_certificate(pem: str) -> x509.Certificate:
    """Return the certificate in a PEM text; raises ValueError for text that is none, or more than one."""
    parsed = certificates(pem)
    if len(parsed) != 1:
        raise ValueError(f"{len(parsed)} certificates, expected one: those above it are 'certificate_chain'")
    return parsed[0]


def encode_key(activation: OfflineActivation) -> bytes:
    """Return the public key of a CA's certificate, which no other CA has."""
    public_key = parse_certificate(activation.certificate).public_key()
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _parse_csr_key(pem: str) -> object:
    try:
        return x509.load_pem_x509_csr(pem.encode()).public_key()
    except ValueError:
        raise ValueError("this is not a CSR in PEM, which starts with -----BEGIN CERTIFICATE REQUEST-----") from None


def find_mismatches(ca: CertificateAuthority, activation: OfflineActivation) -> Iterator[tuple[str, str]]:
    """Yield key and message for each mismatch of the PEMs; raises ValueError for text that is not PEM."""
    certificate = parse_certificate(activation.certificate)
    chain = certificates(activation.certificate_chain) if activation.certificate_chain else []
    csr = activation.certificate_signing_request
    algorithm = key_algorithm(certificate.public_key())
    if not is_ca(certificate):
        yield "certificate", "this is not a CA certificate: its basic constraints do not say CA"
    if algorithm not in (ca.key_algorithm, None):
        yield "certificate", f"the certificate's key is {algorithm}, the CA's is {ca.key_algorithm}"
    if csr is not None and _parse_csr_key(csr) != certificate.public_key():
        yield "certificate", "the certificate's key differs from that of the CA's CSR"
    if ca.name_constraints and ca.name_constraints.texts() != name_constraints.of_certificate(certificate):
        yield "certificate", "the certificate has other name constraints than 'name_constraints': correct these"
    yield from _find_chain_mismatches(ca, certificate, chain)


def _find_chain_mismatches(
    ca: CertificateAuthority, certificate: x509.Certificate, chain: list[x509.Certificate]
) -> Iterator[tuple[str, str]]:
    if ca.type == "ROOT":
        if chain:
            yield "certificate_chain", "a root has no chain: remove it"
        if not is_signed_by(certificate, certificate):
            yield "certificate", "a root's certificate is signed by its own key, this one is not"
        return
    if not chain:
        yield "certificate", "a subordinate CA needs 'certificate_chain': the certificates above it, the root last"
        return
    for below, above in zip([certificate, *chain], [*chain, chain[-1]], strict=True):
        if not is_signed_by(below, above):
            name = below.subject.rfc4514_string()
            message = f"the certificate above '{name}' is missing: each is signed by the next one, the root is last"
            yield "certificate_chain", message
            return
