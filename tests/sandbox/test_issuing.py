"""IssueCertificate and GetCertificate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from sandbox.conftest import (
    Pki,
    csr,
    expect_error,
    key,
    parse_certificate,
    rsa_key,
    template,
)

SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH


def usages(certificate: x509.Certificate) -> set[str]:
    """List the key usages of a certificate, and require that the extension is critical."""
    extension = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert extension.critical
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
    )
    return {name for name in names if getattr(extension.value, name)}


def basic(certificate: x509.Certificate) -> tuple[bool, int | None, bool]:
    extension = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    return extension.value.ca, extension.value.path_length, extension.critical


@pytest.mark.parametrize(
    ("name", "usage", "purposes", "is_critical"),
    [
        ("EndEntityCertificate", {"digital_signature", "key_encipherment"}, [SERVER, CLIENT], False),
        ("EndEntityClientAuthCertificate", {"digital_signature", "key_encipherment"}, [CLIENT], False),
        ("EndEntityServerAuthCertificate", {"digital_signature", "key_encipherment"}, [SERVER], False),
        ("CodeSigningCertificate", {"digital_signature"}, [ExtendedKeyUsageOID.CODE_SIGNING], True),
        ("OCSPSigningCertificate", {"digital_signature"}, [ExtendedKeyUsageOID.OCSP_SIGNING], True),
    ],
)
def test_end_entity_templates(
    pki: Pki, issuer: str, name: str, *, usage: set[str], purposes: list[Any], is_critical: bool
) -> None:
    certificate = parse_certificate(pki.issue(issuer, TemplateArn=template(name))["Certificate"])
    extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert basic(certificate) == (False, None, False)
    assert usages(certificate) == usage
    assert list(extended.value) == purposes
    assert extended.critical is is_critical


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_subordinate_templates(pki: Pki, root: str, depth: int) -> None:
    name = template(f"SubordinateCACertificate_PathLen{depth}")
    certificate = parse_certificate(pki.issue(root, TemplateArn=name)["Certificate"])
    assert basic(certificate) == (True, depth, True)
    assert usages(certificate) == {"digital_signature", "key_cert_sign", "crl_sign"}
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)


def test_a_root_signs_itself_without_path_length(pki: Pki, root: str) -> None:
    certificate = pki.certificate(root)
    assert basic(certificate) == (True, None, True)
    assert usages(certificate) == {"digital_signature", "key_cert_sign", "crl_sign"}
    certificate.verify_directly_issued_by(certificate)


def test_the_default_template_is_end_entity(pki: Pki, issuer: str) -> None:
    certificate = parse_certificate(pki.issue(issuer)["Certificate"])
    extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert list(extended.value) == [SERVER, CLIENT]


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso-b", "aws-eusc"])
def test_templates_of_every_partition(pki: Pki, issuer: str, partition: str) -> None:
    assert pki.issue(issuer, TemplateArn=template("EndEntityCertificate", partition))


def test_an_unknown_template_is_refused(pki: Pki, issuer: str) -> None:
    with expect_error("InvalidArgsException"):
        pki.issue(issuer, TemplateArn=template("NobodysCertificate"))
    with expect_error("InvalidArnException", "Not a valid arn"):
        pki.issue(issuer, TemplateArn=issuer)
    with expect_error("ValidationException", "templateArn"):
        pki.issue(issuer, TemplateArn="EndEntityCertificate/V1")


def test_names_and_key_identifiers(pki: Pki, issuer: str) -> None:
    request = csr("one.example.com", sans=("one.example.com", "two.example.com"))
    certificate, ca = parse_certificate(pki.issue(issuer, request)["Certificate"]), pki.certificate(issuer)
    extensions, above = certificate.extensions, ca.extensions
    sans = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    ours = extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert certificate.subject.rfc4514_string() == "CN=one.example.com"
    assert certificate.issuer == ca.subject
    assert sans.get_values_for_type(x509.DNSName) == ["one.example.com", "two.example.com"]
    assert ours == above.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    own = extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert own == x509.SubjectKeyIdentifier.from_public_key(key().public_key())


def test_a_csr_without_any_name_is_refused(pki: Pki, issuer: str) -> None:
    with expect_error("MalformedCSRException", "neither a subject nor a subject alternative name"):
        pki.issue(issuer, csr(""))


def test_names_without_a_subject_must_be_critical_in_the_csr(pki: Pki, issuer: str) -> None:
    with expect_error("MalformedCSRException", "CSR must mark the SAN extension critical when it has an empty subject"):
        pki.issue(issuer, csr("", sans=("only.example.com",)))
    certificate = parse_certificate(
        pki.issue(issuer, csr("", sans=("only.example.com",), is_critical=True))["Certificate"]
    )
    assert certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical
    assert not certificate.subject.rdns


def test_a_malformed_csr_is_refused(pki: Pki, issuer: str) -> None:
    with expect_error("MalformedCSRException"):
        pki.issue(issuer, b"no request")


def test_a_csr_with_a_wrong_signature_is_refused(pki: Pki, issuer: str) -> None:
    der = bytearray(x509.load_pem_x509_csr(csr()).public_bytes(Encoding.DER))
    place = der.index(b"leaf")
    der[place : place + 4] = b"fael"
    broken = x509.load_der_x509_csr(bytes(der)).public_bytes(Encoding.PEM)
    with expect_error("MalformedCSRException", "signature"):
        pki.issue(issuer, broken)


def test_an_rsa_leaf_under_an_ec_ca(pki: Pki, issuer: str) -> None:
    certificate = parse_certificate(pki.issue(issuer, csr(signer=rsa_key()))["Certificate"])
    certificate.verify_directly_issued_by(pki.certificate(issuer))


@pytest.mark.parametrize("digest", ["SHA256", "SHA384", "SHA512"])
def test_the_signing_algorithm_is_used(pki: Pki, issuer: str, digest: str) -> None:
    certificate = parse_certificate(pki.issue(issuer, SigningAlgorithm=f"{digest}WITHECDSA")["Certificate"])
    assert certificate.signature_hash_algorithm is not None
    assert certificate.signature_hash_algorithm.name == digest.lower()


def test_the_signing_algorithm_must_fit_the_issuing_ca(pki: Pki, issuer: str) -> None:
    with expect_error("InvalidArgsException"):
        pki.issue(issuer, csr(signer=rsa_key()), SigningAlgorithm="SHA256WITHRSA")


def test_an_rsa_pss_ca_signs_verifiably(pki: Pki) -> None:
    pss = {"KeyAlgorithm": "RSA_2048", "SigningAlgorithm": "SHA256WITHRSA_PSS"}
    arn = pki.root(configuration=pss, algorithm="SHA256WITHRSA_PSS")
    certificate = parse_certificate(pki.issue(arn, SigningAlgorithm="SHA384WITHRSA_PSS")["Certificate"])
    certificate.verify_directly_issued_by(pki.certificate(arn))
    assert certificate.signature_algorithm_oid == x509.SignatureAlgorithmOID.RSASSA_PSS


def test_the_arn_names_the_serial(pki: Pki, issuer: str) -> None:
    issued = pki.issue(issuer)
    serial = f"{parse_certificate(issued['Certificate']).serial_number:x}"
    assert len(serial) == 32
    assert issued["Arn"] == f"{issuer}/certificate/{serial}"


def test_the_default_start_is_an_hour_ago(pki: Pki, issuer: str) -> None:
    age = datetime.now(UTC) - parse_certificate(pki.issue(issuer)["Certificate"]).not_valid_before_utc
    assert timedelta(minutes=60) <= age < timedelta(minutes=61)


def test_a_start_can_be_given(pki: Pki, issuer: str) -> None:
    start = int((datetime.now(UTC) + timedelta(days=2)).timestamp())
    issued = pki.issue(issuer, ValidityNotBefore={"Type": "ABSOLUTE", "Value": start})
    assert parse_certificate(issued["Certificate"]).not_valid_before_utc.timestamp() == start
    with expect_error("ValidationException", "ABSOLUTE"):
        pki.issue(issuer, ValidityNotBefore={"Type": "DAYS", "Value": 1})
    with expect_error("ValidationException", "not a date"):
        pki.issue(issuer, ValidityNotBefore={"Type": "ABSOLUTE", "Value": 10**18})
    with expect_error("ValidationException", "end before it starts"):
        pki.issue(issuer, ValidityNotBefore={"Type": "ABSOLUTE", "Value": start}, Validity={"Type": "DAYS", "Value": 1})


@pytest.mark.parametrize("kind", ["DAYS", "ABSOLUTE", "UTC", "GENERALIZED"])
def test_every_way_to_say_when_a_certificate_ends(pki: Pki, issuer: str, kind: str) -> None:
    end = (datetime.now(UTC) + timedelta(days=5)).replace(microsecond=0)
    validity = {
        "DAYS": {"Type": "DAYS", "Value": 5},
        "ABSOLUTE": {"Type": "ABSOLUTE", "Value": int(end.timestamp())},
        "UTC": {"Type": "END_DATE", "Value": int(f"{end:%y%m%d%H%M%S}")},
        "GENERALIZED": {"Type": "END_DATE", "Value": int(f"{end:%Y%m%d%H%M%S}")},
    }[kind]
    got = parse_certificate(pki.issue(issuer, Validity=validity)["Certificate"]).not_valid_after_utc
    assert timedelta(0) <= got - end < timedelta(seconds=30)


def test_months_and_years_follow_the_calendar(pki: Pki, root: str) -> None:
    now = datetime.now(UTC)
    years = parse_certificate(pki.issue(root, Validity={"Type": "YEARS", "Value": 4})["Certificate"])
    months = parse_certificate(pki.issue(root, Validity={"Type": "MONTHS", "Value": 12})["Certificate"])
    assert years.not_valid_after_utc.year == now.year + 4
    assert months.not_valid_after_utc.year == now.year + 1
    assert years.not_valid_after_utc.month == months.not_valid_after_utc.month == now.month


@pytest.mark.parametrize(
    "validity",
    [
        {"Type": "ABSOLUTE", "Value": 1},
        {"Type": "END_DATE", "Value": 200101000000},
        {"Type": "END_DATE", "Value": 209913010000},
        {"Type": "END_DATE", "Value": 20991301000000},
        {"Type": "END_DATE", "Value": 2099010100000012},
        {"Type": "YEARS", "Value": 9000},
        {"Type": "DAYS", "Value": 10**12},
        {"Type": "ABSOLUTE", "Value": 10**18},
    ],
)
def test_ends_that_are_past_or_no_dates_are_refused(pki: Pki, issuer: str, validity: dict[str, Any]) -> None:
    with expect_error("ValidationException"):
        pki.issue(issuer, Validity=validity)


def test_no_certificate_outlives_its_ca(pki: Pki, issuer: str) -> None:
    with expect_error("ValidationException", "exceeds the certificate authority validity"):
        pki.issue(issuer, Validity={"Type": "DAYS", "Value": 1001})
    assert pki.issue(issuer, Validity={"Type": "DAYS", "Value": 999})


def test_a_short_lived_ca_issues_for_seven_days(pki: Pki) -> None:
    arn = pki.root(UsageMode="SHORT_LIVED_CERTIFICATE")
    assert pki.issue(arn, Validity={"Type": "DAYS", "Value": 7})
    with expect_error("ValidationException", "7 days"):
        pki.issue(arn, Validity={"Type": "DAYS", "Value": 8})


def test_a_waiting_ca_issues_nothing_but_a_roots_own_certificate(pki: Pki) -> None:
    text = "not in a valid state for issuing certificates"
    waiting_root, waiting_child = pki.create(), pki.create("SUBORDINATE")
    with expect_error("InvalidStateException", text):
        pki.issue(waiting_root)
    with expect_error("InvalidStateException", text):
        pki.issue(waiting_child, pki.csr_of(waiting_child), TemplateArn=template("RootCACertificate"))
    assert pki.issue(waiting_root, pki.csr_of(waiting_root), TemplateArn=template("RootCACertificate"))


def test_a_disabled_ca_issues_nothing(pki: Pki) -> None:
    arn = pki.root()
    pki.disable(arn)
    with expect_error("InvalidStateException", "not in a valid state for issuing certificates"):
        pki.issue(arn)


def test_the_root_template_is_for_the_roots_own_csr(pki: Pki, root: str, issuer: str) -> None:
    with expect_error("ValidationException"):
        pki.issue(root, TemplateArn=template("RootCACertificate"))
    with expect_error("ValidationException"):
        pki.issue(issuer, pki.csr_of(issuer), TemplateArn=template("RootCACertificate"))


@pytest.mark.parametrize(("depth", "allowed"), [(0, []), (1, [0]), (2, [0, 1])])
def test_the_path_length_limits_what_a_ca_signs(pki: Pki, root: str, depth: int, *, allowed: list[int]) -> None:
    arn = pki.subordinate(root, depth=depth)
    for below in range(4):
        name = template(f"SubordinateCACertificate_PathLen{below}")
        if below in allowed:
            assert pki.issue(arn, TemplateArn=name)
        else:
            with expect_error("ValidationException", "path length"):
                pki.issue(arn, TemplateArn=name)


def test_the_same_token_issues_one_certificate(pki: Pki, issuer: str, root: str) -> None:
    first = pki.issue(issuer, IdempotencyToken="once")["Arn"]
    assert pki.issue(issuer, IdempotencyToken="once")["Arn"] == first
    assert pki.issue(issuer, csr("other.example.com"), IdempotencyToken="once")["Arn"] == first
    assert pki.issue(issuer)["Arn"] != first
    assert pki.issue(root, IdempotencyToken="once")["Arn"].startswith(root)


def test_an_unknown_certificate_is_not_found(pki: Pki, root: str, issuer: str) -> None:
    arn = pki.issue(issuer)["Arn"]
    with expect_error("ResourceNotFoundException"):
        pki.client.get_certificate(CertificateAuthorityArn=root, CertificateArn=arn)
    with expect_error("InvalidArnException", "Not a valid arn"):
        pki.client.get_certificate(CertificateAuthorityArn=root, CertificateArn=root)
