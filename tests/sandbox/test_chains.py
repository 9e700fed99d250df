"""Chains, as GetCertificate returns them and as openssl judges them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from sandbox.conftest import (
    ACCOUNT,
    REGION,
    Pki,
    csr,
    key,
    openssl_verify,
    parsed,
    template,
)


def test_the_chain_is_complete_and_issuer_first(pki: Pki, root: str) -> None:
    policy = pki.subordinate(root, depth=1)
    issuing = pki.subordinate(policy, days=500)
    chain = x509.load_pem_x509_certificates(pki.issue(issuing)["CertificateChain"].encode())
    assert chain == [pki.certificate(arn) for arn in (issuing, policy, root)]
    fresh = pki.create()
    own = pki.issue(fresh, pki.csr_of(fresh), TemplateArn=template("RootCACertificate"))
    assert "CertificateChain" not in own


def test_openssl_accepts_a_chain_of_three(pki: Pki, root: str, issuer: str, *, tmp_path: Path) -> None:
    issued = pki.issue(issuer, csr(sans=("leaf.example.com",)))
    above = pki.certificate(root).public_bytes(Encoding.PEM).decode()
    result = openssl_verify(tmp_path, leaf=issued["Certificate"], middle=issued["CertificateChain"], root=above)
    assert result.returncode == 0, result.stderr


def test_openssl_rejects_what_the_path_length_forbids(pki: Pki, root: str, issuer: str, *, tmp_path: Path) -> None:
    from moto.acmpca.models import acmpca_backends

    ca = acmpca_backends[ACCOUNT][REGION].certificate_authorities[issuer]
    template_of = parsed(
        pki.issue(root, csr("rogue"), TemplateArn=template("SubordinateCACertificate_PathLen0"))["Certificate"]
    )
    rogue = _resigned(template_of, issuer=ca.certificate, signer=ca.key)
    leaf = _resigned(parsed(pki.issue(issuer)["Certificate"]), issuer=rogue, signer=key())
    middle = "".join(c.public_bytes(Encoding.PEM).decode() for c in (rogue, ca.certificate))
    result = openssl_verify(
        tmp_path,
        leaf=leaf.public_bytes(Encoding.PEM).decode(),
        middle=middle,
        root=pki.certificate(root).public_bytes(Encoding.PEM).decode(),
    )
    assert result.returncode != 0
    assert "path length constraint exceeded" in result.stderr + result.stdout


def _resigned(certificate: x509.Certificate, *, issuer: x509.Certificate, signer: Any) -> x509.Certificate:
    """Sign a certificate's content again as another CA would, without the sandbox's rules."""
    builder = x509.CertificateBuilder(
        issuer.subject,
        certificate.subject,
        certificate.public_key(),
        x509.random_serial_number(),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.AuthorityKeyIdentifier):
            value = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = builder.add_extension(value, critical=extension.critical)
    return builder.sign(signer, hashes.SHA256())
