"""Chains, as GetCertificate returns them and as openssl and cryptography judge them."""

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
    """A leaf, the CAs between issuer first, and the root: what a client judges."""

    leaf: x509.Certificate
    middle: list[x509.Certificate]
    root: x509.Certificate


def openssl_says(chain: Chain, folder: Path) -> str:
    """Return why openssl rejects a chain; empty where it does not."""
    middle = "".join(map(pem, chain.middle))
    result = openssl_verify(folder, leaf=pem(chain.leaf), middle=middle, root=pem(chain.root))
    return "" if result.returncode == 0 else result.stderr + result.stdout


def cryptography_says(chain: Chain) -> str:
    """Return why cryptography's verifier, which follows the rules for web servers, rejects a chain; else nothing."""
    verifier = PolicyBuilder().store(Store([chain.root])).build_server_verifier(x509.DNSName("leaf.example.com"))
    try:
        verifier.verify(chain.leaf, chain.middle)
    except VerificationError as error:
        return str(error)
    return ""


@pytest.fixture
def good(pki: Pki, root: str, issuer: str) -> Chain:
    leaf = parse_certificate(pki.issue(issuer, csr(sans=("leaf.example.com",)))["Certificate"])
    return Chain(leaf, [pki.certificate(issuer)], pki.certificate(root))


@pytest.mark.parametrize("name", ["EndEntityCertificate", "EndEntityServerAuthCertificate"])
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_both_accept_chains_with_crl_and_ocsp(pki: Pki, name: str, *, depth: int, tmp_path: Path) -> None:
    """Let `depth` CAs stand between the root and the issuing CA, each with the shortest path length."""
    crl = {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": "crl-bucket"}
    settings = {"CrlConfiguration": crl, "OcspConfiguration": {"Enabled": True}}
    top = arn = pki.root(RevocationConfiguration=settings)
    for left in range(depth, -1, -1):
        arn = pki.subordinate(arn, depth=left, days=1000 + left, RevocationConfiguration=settings)
    issued = pki.issue(arn, csr(sans=("leaf.example.com",)), TemplateArn=template(name))
    above = x509.load_pem_x509_certificates(issued["CertificateChain"].encode())
    chain = Chain(parse_certificate(issued["Certificate"]), above[:-1], pki.certificate(top))
    assert len(chain.middle) == depth + 1
    assert (openssl_says(chain, tmp_path), cryptography_says(chain)) == ("", "")


def test_both_reject_what_the_path_length_forbids(
    pki: Pki, root: str, issuer: str, good: Chain, tmp_path: Path
) -> None:
    ca = authority(issuer)
    wish = parse_certificate(
        pki.issue(root, csr("rogue"), TemplateArn=template("SubordinateCACertificate_PathLen0"))["Certificate"]
    )
    rogue = _resigned(wish, issuer=ca.certificate, signer=ca.key)
    leaf = _resigned(good.leaf, issuer=rogue, signer=key())
    chain = Chain(leaf, [rogue, ca.certificate], good.root)
    assert "path length constraint exceeded" in openssl_says(chain, tmp_path)
    assert "path length constraint violated" in cryptography_says(chain)


def test_both_reject_an_issuer_of_the_same_name_with_another_key(pki: Pki, good: Chain, tmp_path: Path) -> None:
    """The other CA is an honest one, under a root of its own."""
    other = pki.subordinate(pki.root())
    leaf = _resigned(good.leaf, issuer=good.middle[0], signer=authority(other).key)
    assert "unable to get local issuer certificate" in openssl_says(replace(good, leaf=leaf), tmp_path)
    assert "signature" in cryptography_says(replace(good, leaf=leaf))


def test_both_reject_an_end_entity_that_acts_as_a_ca(pki: Pki, issuer: str, good: Chain, tmp_path: Path) -> None:
    actor = parse_certificate(pki.issue(issuer, csr("actor"))["Certificate"])
    leaf = _resigned(good.leaf, issuer=actor, signer=key())
    chain = Chain(leaf, [actor, *good.middle], good.root)
    assert "invalid CA certificate" in openssl_says(chain, tmp_path)
    assert "cA must be asserted" in cryptography_says(chain)


def test_both_reject_an_altered_certificate(good: Chain, tmp_path: Path) -> None:
    der = good.leaf.public_bytes(Encoding.DER)
    altered = x509.load_der_x509_certificate(der.replace(b"leaf.example.com", b"evil.example.com", 1))
    assert altered.subject != good.leaf.subject
    assert "certificate signature failure" in openssl_says(replace(good, leaf=altered), tmp_path)
    assert "signature" in cryptography_says(replace(good, leaf=altered))


def authority(arn: str) -> Any:
    """Reach into the sandbox for a CA, to sign with its key what its rules would refuse."""
    from moto.acmpca.models import acmpca_backends

    return acmpca_backends[ACCOUNT][REGION].certificate_authorities[arn]


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


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
