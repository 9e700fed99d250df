"""Import of a CA's own certificate: what is accepted, and what is returned."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, REGION, Pki, expect_error, key, rsa_key, template


def common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def create_certificate(
    name: str,
    public_key: Any,
    *,
    issuer: str,
    signer: Any,
    is_ca: bool = True,
    is_critical: bool = True,
    path_length: int | None = None,
    age: timedelta = timedelta(0),
    extra: tuple[x509.ExtensionType, bool] | None = None,
) -> str:
    """Create a CA certificate outside the sandbox; `age` moves its validity into the past, `extra` is an extension."""
    now = datetime.now(UTC) - age
    builder = x509.CertificateBuilder(
        common_name(issuer), common_name(name), public_key, x509.random_serial_number(), now, now + timedelta(days=9)
    ).add_extension(x509.BasicConstraints(ca=is_ca, path_length=path_length), critical=is_critical)
    if extra:
        builder = builder.add_extension(extra[0], critical=extra[1])
    return builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def create_external_root(path_length: int | None = None) -> str:
    """Create a root outside the sandbox."""
    return create_certificate("Outside", key().public_key(), issuer="Outside", signer=key(), path_length=path_length)


def public_key_of(pki: Pki, arn: str) -> Any:
    return x509.load_pem_x509_csr(pki.csr_of(arn)).public_key()


def issue_externally(pki: Pki, arn: str, **more: Any) -> str:
    return create_certificate("Inside", public_key_of(pki, arn), issuer="Outside", signer=key(), **more)


def test_a_ca_without_certificate_has_none_to_return(pki: Pki) -> None:
    with expect_error("InvalidStateException"):
        pki.certificate(pki.create())


def test_a_disabled_ca_still_returns_its_certificate(pki: Pki) -> None:
    arn = pki.root()
    before = pki.certificate(arn)
    pki.disable(arn)
    assert pki.certificate(arn) == before


def test_what_was_imported_comes_back_byte_for_byte(pki: Pki, root: str) -> None:
    arn = pki.create("SUBORDINATE")
    issued = pki.issue(root, pki.csr_of(arn), TemplateArn=template("SubordinateCACertificate_PathLen0"))
    certificate, chain = issued["Certificate"] + "\n\n", "\r\n" + issued["CertificateChain"] + "\n"
    pki.install(arn, certificate, chain)
    got = pki.client.get_certificate_authority_certificate(CertificateAuthorityArn=arn)
    assert (got["Certificate"], got["CertificateChain"]) == (certificate, chain)


def test_a_root_has_no_chain(pki: Pki, root: str) -> None:
    got = pki.client.get_certificate_authority_certificate(CertificateAuthorityArn=root)
    assert "CertificateChain" not in got


def test_renewing_an_active_root(pki: Pki) -> None:
    arn = pki.root()
    before = pki.certificate(arn)
    pki.activate(arn, arn, name="RootCACertificate", days=5000)
    after = pki.certificate(arn)
    assert after.not_valid_after_utc > before.not_valid_after_utc
    assert after.public_key() == before.public_key()
    assert pki.describe(arn)["Status"] == "ACTIVE"


def test_a_disabled_ca_takes_no_certificate(pki: Pki, root: str) -> None:
    arn = pki.subordinate(root)
    pki.disable(arn)
    with expect_error("InvalidStateException", "accepts no certificate"):
        pki.activate(arn, root, name="SubordinateCACertificate_PathLen0", days=1200)


@pytest.mark.parametrize("is_critical", [True, False])
def test_an_unlisted_extension_must_not_be_critical(pki: Pki, *, is_critical: bool) -> None:
    arn = pki.create("SUBORDINATE")
    where = x509.DistributionPoint([x509.UniformResourceIdentifier("http://x.example.com")], None, None, None)
    certificate = issue_externally(pki, arn, extra=(x509.CRLDistributionPoints([where]), is_critical))
    with expect_error("MalformedCertificateException", "2.5.29.31") if is_critical else nullcontext():
        pki.install(arn, certificate, create_external_root())


def test_another_keys_certificate_does_not_match(pki: Pki) -> None:
    with expect_error("CertificateMismatchException"):
        pki.install(pki.create(), create_external_root())


def test_text_that_is_no_certificate_is_malformed(pki: Pki) -> None:
    with expect_error("MalformedCertificateException"):
        pki.install(pki.create(), "no certificate")
    arn = pki.create("SUBORDINATE")
    with expect_error("MalformedCertificateException"):
        pki.install(arn, issue_externally(pki, arn), "no chain")


def test_a_root_takes_neither_a_chain_nor_another_issuer(pki: Pki) -> None:
    arn = pki.create()
    own = pki.issue(arn, pki.csr_of(arn), TemplateArn=template("RootCACertificate"))["Certificate"]
    with expect_error("InvalidRequestException", "without a chain"):
        pki.install(arn, own, own)
    with expect_error("InvalidRequestException", "self-signed"):
        pki.install(arn, issue_externally(pki, arn), create_external_root())


def test_a_subordinate_needs_a_chain_that_fits(pki: Pki) -> None:
    arn = pki.create("SUBORDINATE")
    certificate = issue_externally(pki, arn)
    with expect_error("ValidationException", "CertificateChain"):
        pki.install(arn, certificate)
    stranger = create_certificate("Other", rsa_key().public_key(), issuer="Outside", signer=key())
    with expect_error("CertificateMismatchException"):
        pki.install(arn, certificate, stranger)
    pki.install(arn, certificate, create_external_root())
    assert pki.describe(arn)["Status"] == "ACTIVE"


def test_a_subordinate_refuses_a_self_signed_certificate(pki: Pki, sandbox: Sandbox) -> None:
    assert sandbox.endpoint_url
    from moto.acmpca.models import acmpca_backends

    arn = pki.create("SUBORDINATE")
    inner = acmpca_backends[ACCOUNT][REGION].certificate_authorities[arn].key
    own = create_certificate("Inside", inner.public_key(), issuer="Inside", signer=inner)
    with expect_error("InvalidRequestException", "self-signed"):
        pki.install(arn, own, own)


@pytest.mark.parametrize(("is_ca", "is_critical"), [(False, True), (True, False)])
def test_a_ca_certificate_needs_critical_basic_constraints(pki: Pki, *, is_ca: bool, is_critical: bool) -> None:
    arn = pki.create("SUBORDINATE")
    certificate = issue_externally(pki, arn, is_ca=is_ca, is_critical=is_critical)
    with expect_error("ValidationException", "asic constraints"):
        pki.install(arn, certificate, create_external_root())


def test_a_chain_that_forbids_the_ca_is_refused(pki: Pki) -> None:
    arn = pki.create("SUBORDINATE")
    with expect_error("ValidationException", "path length"):
        pki.install(arn, issue_externally(pki, arn), create_external_root(path_length=0))


def test_a_ca_whose_certificate_has_ended_is_expired(pki: Pki) -> None:
    arn = pki.create("SUBORDINATE")
    pki.install(arn, issue_externally(pki, arn, age=timedelta(days=10)), create_external_root())
    assert pki.describe(arn)["Status"] == "EXPIRED"
    with expect_error("InvalidStateException", "not in a valid state for issuing certificates"):
        pki.issue(arn)


def test_sizes_are_the_models_in_bytes_and_not_in_base64(pki: Pki, root: str) -> None:
    arn = pki.create("SUBORDINATE")
    issued = pki.issue(root, pki.csr_of(arn), TemplateArn=template("SubordinateCACertificate_PathLen0"))
    certificate, chain = issued["Certificate"], issued["CertificateChain"]
    for sizes in ((32769, 0), (32768, 2097153)):
        with expect_error("ValidationException", "length less than or equal to"):
            pki.install(arn, certificate.ljust(sizes[0], "\n"), chain.ljust(sizes[1], "\n"))
    pki.install(arn, certificate.ljust(32768, "\n"), chain.ljust(2097152, "\n"))
    assert pki.describe(arn)["Status"] == "ACTIVE"
