"""Chains returned by GetCertificate, verified by openssl and cryptography."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from sandbox.conftest import (
    ACCOUNT,
    REGION,
    Pki,
    csr,
    key,
    openssl_verify,
    parse_certificate,
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


@dataclass(frozen=True)
class Chain:
    """What a client verifies: a leaf, the CAs in between (issuer first), and the root."""

    leaf: x509.Certificate
    middle: list[x509.Certificate]
    root: x509.Certificate


def verify_with_openssl(chain: Chain, folder: Path) -> str:
    """Return why openssl rejects a chain; empty if it does not."""
    middle = "".join(map(pem, chain.middle))
    result = openssl_verify(folder, leaf=pem(chain.leaf), middle=middle, root=pem(chain.root))
    return "" if result.returncode == 0 else result.stderr + result.stdout


def verify_with_cryptography(chain: Chain) -> str:
    """Return why cryptography's verifier, with the rules for web servers, rejects a chain; empty if it does not."""
    verifier = PolicyBuilder().store(Store([chain.root])).build_server_verifier(x509.DNSName("leaf.example.com"))
    try:
        verifier.verify(chain.leaf, chain.middle)
    except VerificationError as error:
        return str(error)
    return ""


@pytest.fixture
def valid_chain(pki: Pki, root: str, issuer: str) -> Chain:
    leaf = parse_certificate(pki.issue(issuer, csr(sans=("leaf.example.com",)))["Certificate"])
    return Chain(leaf, [pki.certificate(issuer)], pki.certificate(root))


@pytest.mark.parametrize("name", ["EndEntityCertificate", "EndEntityServerAuthCertificate"])
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_both_accept_chains_with_crl_and_ocsp(pki: Pki, name: str, *, depth: int, tmp_path: Path) -> None:
    """There are `depth` CAs between the root and the issuing CA, each with the shortest path length."""
    crl = {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": "crl-bucket"}
    settings = {"CrlConfiguration": crl, "OcspConfiguration": {"Enabled": True}}
    top = arn = pki.root(RevocationConfiguration=settings)
    for left in range(depth, -1, -1):
        arn = pki.subordinate(arn, depth=left, days=1000 + left, RevocationConfiguration=settings)
    issued = pki.issue(arn, csr(sans=("leaf.example.com",)), TemplateArn=template(name))
    above = x509.load_pem_x509_certificates(issued["CertificateChain"].encode())
    chain = Chain(parse_certificate(issued["Certificate"]), above[:-1], pki.certificate(top))
    assert len(chain.middle) == depth + 1
    assert (verify_with_openssl(chain, tmp_path), verify_with_cryptography(chain)) == ("", "")


def test_both_reject_what_the_path_length_forbids(
    pki: Pki, root: str, issuer: str, valid_chain: Chain, tmp_path: Path
) -> None:
    ca = find_ca(issuer)
    wish = parse_certificate(
        pki.issue(root, csr("rogue"), TemplateArn=template("SubordinateCACertificate_PathLen0"))["Certificate"]
    )
    rogue = _sign_again(wish, issuer=ca.certificate, signer=ca.key)
    leaf = _sign_again(valid_chain.leaf, issuer=rogue, signer=key())
    chain = Chain(leaf, [rogue, ca.certificate], valid_chain.root)
    assert "path length constraint exceeded" in verify_with_openssl(chain, tmp_path)
    assert "path length constraint violated" in verify_with_cryptography(chain)


def test_both_reject_an_issuer_of_the_same_name_with_another_key(pki: Pki, valid_chain: Chain, tmp_path: Path) -> None:
    """The other CA is valid, under its own root."""
    other = pki.subordinate(pki.root())
    leaf = _sign_again(valid_chain.leaf, issuer=valid_chain.middle[0], signer=find_ca(other).key)
    assert "unable to get local issuer certificate" in verify_with_openssl(replace(valid_chain, leaf=leaf), tmp_path)
    assert "signature" in verify_with_cryptography(replace(valid_chain, leaf=leaf))


def test_both_reject_an_end_entity_that_acts_as_a_ca(pki: Pki, issuer: str, valid_chain: Chain, tmp_path: Path) -> None:
    actor = parse_certificate(pki.issue(issuer, csr("actor"))["Certificate"])
    leaf = _sign_again(valid_chain.leaf, issuer=actor, signer=key())
    chain = Chain(leaf, [actor, *valid_chain.middle], valid_chain.root)
    assert "invalid CA certificate" in verify_with_openssl(chain, tmp_path)
    assert "cA must be asserted" in verify_with_cryptography(chain)


def test_both_reject_an_altered_certificate(valid_chain: Chain, tmp_path: Path) -> None:
    der = valid_chain.leaf.public_bytes(Encoding.DER)
    altered = x509.load_der_x509_certificate(der.replace(b"leaf.example.com", b"evil.example.com", 1))
    assert altered.subject != valid_chain.leaf.subject
    assert "certificate signature failure" in verify_with_openssl(replace(valid_chain, leaf=altered), tmp_path)
    assert "signature" in verify_with_cryptography(replace(valid_chain, leaf=altered))


def find_ca(arn: str) -> Any:
    """Take a CA from the sandbox's backend, to sign certificates with its key that the sandbox would refuse."""
    from moto.acmpca.models import acmpca_backends

    return acmpca_backends[ACCOUNT][REGION].certificate_authorities[arn]


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _sign_again(certificate: x509.Certificate, *, issuer: x509.Certificate, signer: Any) -> x509.Certificate:
    """Sign a certificate's content again with another CA's key, without the sandbox's rules."""
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
