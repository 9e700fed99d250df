"""ACM's private certificates through the sandbox's own CAs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from sandbox.conftest import ACCOUNT, REGION, Pki, expect_error, openssl_verify, parse_certificate
from sandbox.private_certificates import EC, PASSPHRASE, describe, export, request


@pytest.fixture(scope="module")
def permitted_ca(pki: Pki, issuer: str) -> str:
    """Give ACM permission to use a CA."""
    pki.grant(issuer)
    return issuer


def tags_of(acm: Any, arn: str) -> list[dict[str, str]]:
    return list(acm.list_tags_for_certificate(CertificateArn=arn)["Tags"])


def request_failure(acm: Any, ca: str, **more: Any) -> str:
    detail = describe(acm, request(acm, ca, **more))
    assert detail["Status"] == "FAILED"
    assert "Serial" not in detail
    return str(detail["FailureReason"])


def test_a_certificate_is_issued_by_the_ca(pki: Pki, acm: Any, permitted_ca: str) -> None:
    arn = request(acm, permitted_ca, SubjectAlternativeNames=["b.example.com", "a.example.com"])
    got, detail = acm.get_certificate(CertificateArn=arn), describe(acm, arn)
    certificate = parse_certificate(got["Certificate"])
    sans = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    certificate.verify_directly_issued_by(pki.certificate(permitted_ca))
    assert certificate.subject.rfc4514_string() == "CN=a.example.com"
    assert sans.get_values_for_type(x509.DNSName) == ["a.example.com", "b.example.com"]
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    assert detail["NotAfter"] == certificate.not_valid_after_utc
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert life == timedelta(days=395, hours=1)
    assert int(detail["Serial"].replace(":", ""), 16) == certificate.serial_number


def test_the_description_is_a_private_certificates(acm: Any, permitted_ca: str) -> None:
    detail = describe(acm, request(acm, permitted_ca, SubjectAlternativeNames=["b.example.com"]))
    assert detail["Type"] == "PRIVATE"
    assert detail["Status"] == "ISSUED"
    assert detail["CertificateAuthorityArn"] == permitted_ca
    assert detail["KeyAlgorithm"] == EC
    assert detail["SignatureAlgorithm"] == "SHA256WITHECDSA"
    assert detail["SubjectAlternativeNames"] == ["a.example.com", "b.example.com"]
    assert detail["RenewalEligibility"] == "INELIGIBLE"
    assert {"DomainValidationOptions", "FailureReason", "RenewalSummary"}.isdisjoint(detail)


def test_the_chain_is_the_cas_and_ends_in_its_root(pki: Pki, acm: Any, permitted_ca: str, *, root: str) -> None:
    arn = request(acm, permitted_ca)
    chain = acm.get_certificate(CertificateArn=arn)["CertificateChain"]
    certificates = x509.load_pem_x509_certificates(chain.encode())
    assert certificates == [pki.certificate(permitted_ca), pki.certificate(root)]


def test_an_export_has_the_key_and_no_foreign_root(
    pki: Pki, acm: Any, permitted_ca: str, *, root: str, tmp_path: Path
) -> None:
    arn = request(acm, permitted_ca)
    exported = acm.export_certificate(CertificateArn=arn, Passphrase=PASSPHRASE)
    private_key = load_pem_private_key(exported["PrivateKey"].encode(), PASSPHRASE)
    assert private_key.public_key() == parse_certificate(exported["Certificate"]).public_key()
    assert len(x509.load_pem_x509_certificates(exported["CertificateChain"].encode())) == 2
    result = openssl_verify(
        tmp_path,
        leaf=exported["Certificate"],
        middle=exported["CertificateChain"],
        root=pki.certificate(root).public_bytes(Encoding.PEM).decode(),
    )
    assert result.returncode == 0, result.stderr


def test_rsa_is_the_default_key(pki: Pki, acm: Any) -> None:
    settings = {"KeyAlgorithm": "RSA_2048", "SigningAlgorithm": "SHA256WITHRSA"}
    ca = pki.root(configuration=settings, algorithm="SHA256WITHRSA")
    pki.grant(ca)
    arn = acm.request_certificate(DomainName="a.example.com", CertificateAuthorityArn=ca)["CertificateArn"]
    public_key = parse_certificate(acm.get_certificate(CertificateArn=arn)["Certificate"]).public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    assert public_key.key_size == 2048
    assert describe(acm, arn)["KeyAlgorithm"] == "RSA_2048"


def test_names_are_answered_in_lower_case(acm: Any, permitted_ca: str) -> None:
    names = ["API.Corp.Example", "www.corp.example"]
    arn = request(acm, permitted_ca, DomainName="WWW.Corp.Example", SubjectAlternativeNames=names)
    described = describe(acm, arn)
    assert described["DomainName"] == "www.corp.example"
    assert described["SubjectAlternativeNames"] == ["www.corp.example", "api.corp.example"]


def test_the_key_algorithm_is_honoured(acm: Any, permitted_ca: str) -> None:
    arn = request(acm, permitted_ca, KeyAlgorithm="EC_secp384r1")
    public_key = parse_certificate(acm.get_certificate(CertificateArn=arn)["Certificate"]).public_key()
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    assert public_key.curve.name == "secp384r1"


@pytest.mark.parametrize("algorithm", ["RSA_1024", "RSA_4096", "EC_secp521r1"])
def test_algorithms_for_imports_only_are_refused(acm: Any, permitted_ca: str, algorithm: str) -> None:
    with expect_error("InvalidParameterException"):
        request(acm, permitted_ca, KeyAlgorithm=algorithm)


def test_a_name_too_long_for_a_subject_is_refused(acm: Any, permitted_ca: str) -> None:
    with expect_error("InvalidParameterException", "64"):
        request(acm, permitted_ca, DomainName=f"{'a' * 60}.example.com")


def test_a_request_needs_no_grant(pki: Pki, acm: Any, root: str) -> None:
    """ACM issues with the caller's permissions: the acceptance test named in `acm/renewal.py` shows it on AWS."""
    assert describe(acm, request(acm, pki.subordinate(root)))["Status"] == "ISSUED"


def test_an_unknown_ca_fails_the_certificate(acm: Any, permitted_ca: str) -> None:
    assert request_failure(acm, permitted_ca[:-4] + "beef") == "PCA_RESOURCE_NOT_FOUND"


def test_an_inactive_ca_fails_the_certificate(pki: Pki, acm: Any) -> None:
    ca = pki.root()
    pki.grant(ca)
    pki.disable(ca)
    assert request_failure(acm, ca) == "PCA_INVALID_STATE"


def test_a_ca_that_ends_too_soon_fails_the_certificate(pki: Pki, acm: Any, root: str) -> None:
    ca = pki.subordinate(root, days=394)
    pki.grant(ca)
    assert request_failure(acm, ca) == "PCA_INVALID_DURATION"


def test_a_key_of_another_family_fails_the_certificate(acm: Any, permitted_ca: str) -> None:
    assert request_failure(acm, permitted_ca, KeyAlgorithm="RSA_2048") == "PCA_INVALID_ARGS"


def test_a_short_lived_ca_is_refused(pki: Pki, acm: Any) -> None:
    ca = pki.root(UsageMode="SHORT_LIVED_CERTIFICATE")
    pki.grant(ca)
    with expect_error("InvalidParameterException", "SHORT_LIVED_CERTIFICATE"):
        request(acm, ca)


def test_a_failed_certificate_has_nothing_to_return(acm: Any, permitted_ca: str) -> None:
    arn = request(acm, permitted_ca[:-4] + "beef")
    with expect_error("ValidationException"):
        acm.get_certificate(CertificateArn=arn)
    with expect_error("ValidationException"):
        acm.export_certificate(CertificateArn=arn, Passphrase=PASSPHRASE)
    with expect_error("ValidationException"):
        acm.renew_certificate(CertificateArn=arn)
    acm.delete_certificate(CertificateArn=arn)
    with expect_error("ResourceNotFoundException"):
        describe(acm, arn)


def test_renewal_keeps_the_arn_and_changes_the_rest(pki: Pki, acm: Any, permitted_ca: str) -> None:
    arn = request(acm, permitted_ca)
    before = parse_certificate(export(acm, arn)["Certificate"])
    acm.renew_certificate(CertificateArn=arn)
    after, detail = parse_certificate(acm.get_certificate(CertificateArn=arn)["Certificate"]), describe(acm, arn)
    after.verify_directly_issued_by(pki.certificate(permitted_ca))
    assert after.serial_number != before.serial_number
    assert after.public_key() != before.public_key()
    assert after.subject == before.subject
    assert detail["RenewalSummary"]["RenewalStatus"] == "SUCCESS"
    assert detail["Status"] == "ISSUED"


def test_only_what_was_exported_since_its_issue_can_be_renewed(acm: Any, permitted_ca: str) -> None:
    arn = request(acm, permitted_ca)
    eligibility = [describe(acm, arn)["RenewalEligibility"]]
    with expect_error("ValidationException", "has not been exported"):
        acm.renew_certificate(CertificateArn=arn)
    export(acm, arn)
    eligibility.append(describe(acm, arn)["RenewalEligibility"])
    acm.renew_certificate(CertificateArn=arn)
    eligibility.append(describe(acm, arn)["RenewalEligibility"])
    with expect_error("ValidationException", "has not been exported"):
        acm.renew_certificate(CertificateArn=arn)
    assert eligibility == ["INELIGIBLE", "ELIGIBLE", "INELIGIBLE"]


@pytest.mark.parametrize(
    "grant",
    [None, {"actions": ["IssueCertificate", "GetCertificate"]}, {"SourceAccount": "444455556666"}],
    ids=["none", "partial", "for another account"],
)
def test_renewal_without_the_full_grant_keeps_the_certificate(
    pki: Pki, acm: Any, root: str, *, grant: dict[str, Any] | None
) -> None:
    ca = pki.subordinate(root)
    if grant:
        pki.grant(ca, **grant)
    arn = request(acm, ca)
    before = export(acm, arn)["Certificate"]
    acm.renew_certificate(CertificateArn=arn)
    detail = describe(acm, arn)
    assert detail["RenewalSummary"]["RenewalStatus"] == "PENDING_AUTO_RENEWAL"
    assert detail["RenewalSummary"]["RenewalStatusReason"] == "PCA_ACCESS_DENIED"
    assert (detail["Status"], detail["RenewalEligibility"]) == ("ISSUED", "ELIGIBLE")
    assert acm.get_certificate(CertificateArn=arn)["Certificate"] == before


def test_a_public_certificate_stays_motos_and_cannot_be_renewed(acm: Any) -> None:
    arn = acm.request_certificate(DomainName="public.example.com", ValidationMethod="DNS")["CertificateArn"]
    detail = describe(acm, arn)
    assert detail["Type"] == "AMAZON_ISSUED"
    assert detail["DomainValidationOptions"]
    with expect_error("ValidationException"):
        acm.renew_certificate(CertificateArn=arn)


def test_an_unknown_certificate_cannot_be_renewed(acm: Any, permitted_ca: str) -> None:
    arn = request(acm, permitted_ca)
    with expect_error("ResourceNotFoundException"):
        acm.renew_certificate(CertificateArn=arn[:-4] + "beef")


def test_the_same_token_requests_one_certificate(acm: Any, permitted_ca: str) -> None:
    first = request(acm, permitted_ca, IdempotencyToken="once")
    assert request(acm, permitted_ca, IdempotencyToken="once") == first
    assert request(acm, permitted_ca) != first


def test_a_token_is_new_again_once_its_certificate_is_deleted(acm: Any, permitted_ca: str) -> None:
    first = request(acm, permitted_ca, IdempotencyToken="again")
    acm.delete_certificate(CertificateArn=first)
    assert request(acm, permitted_ca, IdempotencyToken="again") != first


def test_ten_names_are_the_most(acm: Any, permitted_ca: str) -> None:
    names = [f"{number}.example.com" for number in range(10)]
    assert (
        len(describe(acm, request(acm, permitted_ca, SubjectAlternativeNames=names[1:]))["SubjectAlternativeNames"])
        == 10
    )
    with expect_error("LimitExceededException", "too many domains"):
        request(acm, permitted_ca, SubjectAlternativeNames=names)


@pytest.mark.parametrize("passphrase", [b"abcd", b"x" * 128, bytes(set(range(128)) - set(b"#$%"))])
def test_a_passphrase_is_any_ascii_but_three_signs(acm: Any, permitted_ca: str, passphrase: bytes) -> None:
    key = acm.export_certificate(CertificateArn=request(acm, permitted_ca), Passphrase=passphrase)["PrivateKey"]
    assert load_pem_private_key(key.encode(), passphrase)


@pytest.mark.parametrize(
    "passphrase", [b"abc", b"x" * 129, b"with#hash", b"with$dollar", b"with%percent", "größe".encode()]
)
def test_other_passphrases_are_refused(acm: Any, permitted_ca: str, passphrase: bytes) -> None:
    with expect_error("ValidationException", "passphrase"):
        acm.export_certificate(CertificateArn=request(acm, permitted_ca), Passphrase=passphrase)


def test_options_of_a_private_certificate_stay(acm: Any, permitted_ca: str) -> None:
    options = {"CertificateTransparencyLoggingPreference": "DISABLED"}
    with expect_error("InvalidStateException", "not permitted for private"):
        acm.update_certificate_options(CertificateArn=request(acm, permitted_ca), Options=options)


def test_a_certificate_in_use_is_eligible_and_not_deleted(acm: Any, permitted_ca: str) -> None:
    from moto.acm.models import acm_backends

    arn = request(acm, permitted_ca)
    acm_backends[ACCOUNT][REGION].set_certificate_in_use_by(arn, "load-balancer")
    assert describe(acm, arn)["RenewalEligibility"] == "ELIGIBLE"
    with expect_error("ResourceInUseException"):
        acm.delete_certificate(CertificateArn=arn)


def test_tags_are_added_and_removed_by_value(acm: Any, permitted_ca: str) -> None:
    team, stage = {"Key": "team", "Value": "pki"}, {"Key": "stage", "Value": "test"}
    arn = request(acm, permitted_ca, Tags=[team])
    acm.add_tags_to_certificate(CertificateArn=arn, Tags=[stage])
    acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "team", "Value": "other"}])
    assert tags_of(acm, arn) == [team, stage]
    acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[team, {"Key": "stage"}])
    assert tags_of(acm, arn) == []


def test_fifty_tags_are_the_most(acm: Any, permitted_ca: str) -> None:
    tags = [{"Key": f"key-{number}", "Value": "v"} for number in range(50)]
    arn = request(acm, permitted_ca, Tags=tags)
    acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "key-0", "Value": "new"}])
    with expect_error("TooManyTagsException"):
        acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "one-more"}])
    assert len(tags_of(acm, arn)) == 50


@pytest.mark.parametrize("tag", [{"Key": "aws:team"}, {"Key": "team", "Value": "aws:pki"}])
def test_the_reserved_prefix_is_refused(acm: Any, permitted_ca: str, tag: dict[str, str]) -> None:
    arn = request(acm, permitted_ca)
    for refuse in (acm.add_tags_to_certificate, acm.remove_tags_from_certificate):
        with expect_error("InvalidTagException"):
            refuse(CertificateArn=arn, Tags=[tag])
    with expect_error("InvalidTagException"):
        request(acm, permitted_ca, Tags=[tag])
