"""CAs: creation, description, state."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, REGION, Pki, expect_error, parse_certificate


def test_a_new_ca_has_the_defaults_of_aws(pki: Pki) -> None:
    described = pki.describe(pki.create())
    assert described["UsageMode"] == "GENERAL_PURPOSE"
    assert described["KeyStorageSecurityStandard"] == "FIPS_140_2_LEVEL_3_OR_HIGHER"
    assert described["Status"] == "PENDING_CERTIFICATE"
    assert described["OwnerAccount"] == ACCOUNT
    assert described["Arn"].startswith(f"arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/")
    disabled = {"Enabled": False}
    assert described["RevocationConfiguration"] == {
        "CrlConfiguration": disabled,
        "OcspConfiguration": disabled,
    }
    assert {"Serial", "NotBefore", "NotAfter", "RestorableUntil"}.isdisjoint(described)


def test_usage_mode_is_honoured(pki: Pki) -> None:
    arn = pki.create(UsageMode="SHORT_LIVED_CERTIFICATE")
    assert pki.describe(arn)["UsageMode"] == "SHORT_LIVED_CERTIFICATE"


@pytest.mark.parametrize(
    ("algorithm", "signing", "kind", "size"),
    [
        ("RSA_2048", "SHA256WITHRSA", rsa.RSAPublicKey, 2048),
        ("RSA_3072", "SHA384WITHRSA", rsa.RSAPublicKey, 3072),
        ("RSA_2048", "SHA512WITHRSA_PSS", rsa.RSAPublicKey, 2048),
        ("EC_prime256v1", "SHA256WITHECDSA", ec.EllipticCurvePublicKey, 256),
        ("EC_secp384r1", "SHA384WITHECDSA", ec.EllipticCurvePublicKey, 384),
        ("EC_secp521r1", "SHA512WITHECDSA", ec.EllipticCurvePublicKey, 521),
    ],
)
def test_the_csr_has_the_key_and_the_hash_asked_for(
    pki: Pki, algorithm: str, signing: str, *, kind: type, size: int
) -> None:
    arn = pki.create(configuration={"KeyAlgorithm": algorithm, "SigningAlgorithm": signing})
    request = x509.load_pem_x509_csr(pki.csr_of(arn))
    public_key = request.public_key()
    assert isinstance(public_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    assert isinstance(public_key, kind)
    assert public_key.key_size == size
    assert request.signature_hash_algorithm is not None
    assert request.signature_hash_algorithm.name == signing[:6].lower()
    assert request.is_signature_valid


def test_the_csr_is_the_same_every_time(pki: Pki) -> None:
    arn = pki.create()
    assert pki.csr_of(arn) == pki.csr_of(arn)


@pytest.mark.parametrize(
    ("algorithm", "signing"), [("RSA_2048", "SHA256WITHECDSA"), ("EC_prime256v1", "SHA256WITHRSA")]
)
def test_the_signing_algorithm_must_fit_the_key(pki: Pki, algorithm: str, signing: str) -> None:
    with expect_error("InvalidArgsException"):
        pki.create(configuration={"KeyAlgorithm": algorithm, "SigningAlgorithm": signing})


def test_values_outside_the_service_model_are_refused(pki: Pki) -> None:
    with expect_error("ValidationException", "enum value set"):
        pki.create(configuration={"KeyAlgorithm": "RSA_1024"})
    with expect_error("ValidationException", "length less than or equal to 64"):
        pki.create(configuration={"Subject": {"CommonName": "x" * 65}})


def test_every_subject_field_reaches_the_csr(pki: Pki) -> None:
    subject = {
        "Country": "DE",
        "Organization": "Corp",
        "OrganizationalUnit": "Unit",
        "DistinguishedNameQualifier": "q1",
        "State": "Hessen",
        "CommonName": "Name",
        "SerialNumber": "77",
        "Locality": "Frankfurt",
        "Title": "Dr",
        "Surname": "Doe",
        "GivenName": "Jo",
        "Initials": "JD",
        "Pseudonym": "nobody",
        "GenerationQualifier": "III",
    }
    arn = pki.create(configuration={"Subject": subject})
    attributes = list(x509.load_pem_x509_csr(pki.csr_of(arn)).subject)
    assert [attribute.value for attribute in attributes] == list(subject.values())
    assert len({attribute.oid for attribute in attributes}) == len(subject)
    assert pki.describe(arn)["CertificateAuthorityConfiguration"]["Subject"] == subject


def test_an_empty_subject_is_refused(pki: Pki) -> None:
    with expect_error("InvalidArgsException"):
        pki.create(configuration={"Subject": {}})


def test_an_old_key_storage_standard_is_refused(pki: Pki) -> None:
    with expect_error("InvalidArgsException", "cannot be created in this region with the specified security standard"):
        pki.create(KeyStorageSecurityStandard="FIPS_140_2_LEVEL_2_OR_HIGHER")


def test_china_has_its_own_key_storage_standard_and_partition(sandbox: Sandbox) -> None:
    china = Pki(sandbox.client("acm-pca", region="cn-north-1"))
    with expect_error("InvalidArgsException"):
        china.create()
    arn = china.create(KeyStorageSecurityStandard="CCPC_LEVEL_1_OR_HIGHER")
    assert arn.startswith("arn:aws-cn:acm-pca:cn-north-1:")


def test_the_same_idempotency_token_makes_one_ca(pki: Pki) -> None:
    first = pki.create(IdempotencyToken="once")
    assert pki.create(IdempotencyToken="once") == first
    assert pki.create(IdempotencyToken="twice") != first


def test_activation_fills_in_what_the_certificate_says(pki: Pki, root: str) -> None:
    described, certificate = pki.describe(root), pki.certificate(root)
    assert described["Status"] == "ACTIVE"
    assert int(described["Serial"].replace(":", ""), 16) == certificate.serial_number
    assert described["NotAfter"] == certificate.not_valid_after_utc
    assert described["NotBefore"] == certificate.not_valid_before_utc
    assert described["LastStateChangeAt"] > described["CreatedAt"]


def test_lists_are_paged(sandbox: Sandbox) -> None:
    client = sandbox.client("acm-pca", region="us-east-2")
    arns = [Pki(client).create() for _ in range(3)]
    pages = list(client.get_paginator("list_certificate_authorities").paginate(PaginationConfig={"PageSize": 2}))
    listed = [ca["Arn"] for page in pages for ca in page["CertificateAuthorities"]]
    assert len(pages) == 2
    assert listed == arns[::-1]
    with expect_error("InvalidNextTokenException"):
        client.list_certificate_authorities(NextToken="made-up")
    assert client.list_certificate_authorities(ResourceOwner="OTHER_ACCOUNTS")["CertificateAuthorities"] == []


def test_an_unknown_ca_is_not_found(pki: Pki, root: str) -> None:
    with expect_error("ResourceNotFoundException"):
        pki.describe(root[:-4] + "beef")


def test_disable_and_enable(pki: Pki) -> None:
    arn = pki.root()
    pki.disable(arn)
    assert pki.describe(arn)["Status"] == "DISABLED"
    pki.client.update_certificate_authority(CertificateAuthorityArn=arn, Status="ACTIVE")
    assert pki.describe(arn)["Status"] == "ACTIVE"


def test_a_waiting_ca_cannot_be_updated(pki: Pki) -> None:
    text = "The certificate authority must be in the ACTIVE or DISABLED state to be updated"
    with expect_error("InvalidStateException", text):
        pki.disable(pki.create())


def test_an_update_without_content_is_refused(pki: Pki, root: str) -> None:
    with expect_error("ValidationException", "Either RevocationConfiguration or Status should be present"):
        pki.client.update_certificate_authority(CertificateAuthorityArn=root)


def test_a_status_that_cannot_be_set_is_refused(pki: Pki, root: str) -> None:
    with expect_error("InvalidArgsException"):
        pki.client.update_certificate_authority(CertificateAuthorityArn=root, Status="EXPIRED")


def test_revocation_settings_are_kept_and_checked(pki: Pki) -> None:
    arn = pki.root()
    enabled = {"CrlConfiguration": {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": "crl-bucket"}}
    pki.client.update_certificate_authority(CertificateAuthorityArn=arn, RevocationConfiguration=enabled)
    crl = pki.describe(arn)["RevocationConfiguration"]["CrlConfiguration"]
    assert crl == enabled["CrlConfiguration"] | {"S3ObjectAcl": "PUBLIC_READ"}
    with expect_error("InvalidArgsException"):
        pki.create(RevocationConfiguration={"CrlConfiguration": {"Enabled": True}})
    with expect_error("InvalidArgsException"):
        pki.create(RevocationConfiguration={"OcspConfiguration": {"Enabled": False, "OcspCustomCname": "x.y"}})


def test_an_active_ca_must_be_disabled_before_it_is_deleted(pki: Pki) -> None:
    arn = pki.root()
    with expect_error("InvalidStateException"):
        pki.client.delete_certificate_authority(CertificateAuthorityArn=arn)
    pki.disable(arn)
    pki.client.delete_certificate_authority(CertificateAuthorityArn=arn, PermanentDeletionTimeInDays=7)
    described = pki.describe(arn)
    assert described["Status"] == "DELETED"
    assert described["RestorableUntil"] - described["LastStateChangeAt"] == timedelta(days=7)


def test_a_waiting_ca_can_be_deleted_and_then_only_described(pki: Pki) -> None:
    arn = pki.create()
    pki.client.delete_certificate_authority(CertificateAuthorityArn=arn)
    assert pki.describe(arn)["Status"] == "DELETED"
    for operation in (
        "get_certificate_authority_csr",
        "get_certificate_authority_certificate",
        "list_permissions",
    ):
        with expect_error("InvalidStateException"):
            getattr(pki.client, operation)(CertificateAuthorityArn=arn)
    with expect_error("InvalidStateException"):
        pki.client.delete_certificate_authority(CertificateAuthorityArn=arn)


def test_tags_belong_to_an_existing_ca(pki: Pki, root: str) -> None:
    arn = pki.create(Tags=[{"Key": "a", "Value": "1"}])
    pki.client.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    pki.client.untag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "a"}])
    assert pki.client.list_tags(CertificateAuthorityArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    with expect_error("ResourceNotFoundException"):
        pki.client.list_tags(CertificateAuthorityArn=root[:-4] + "beef")


def test_ten_requests_at_once(pki: Pki) -> None:
    with ThreadPoolExecutor(10) as pool:
        roots = list(pool.map(lambda _: pki.root(), range(10)))
        children = list(pool.map(pki.subordinate, roots))
    assert {pki.describe(arn)["Status"] for arn in roots + children} == {"ACTIVE"}
    assert len(set(roots + children)) == 20


def test_a_request_waits_for_the_one_before_it(pki: Pki, root: str) -> None:
    from moto.acmpca.models import acmpca_backends

    with ThreadPoolExecutor(1) as pool:
        with acmpca_backends[ACCOUNT][REGION].lock:
            answer = pool.submit(pki.issue, root)
            with pytest.raises(TimeoutError):
                answer.result(timeout=0.3)
        assert answer.result(timeout=5)["Certificate"]


def test_the_same_token_at_once_makes_one_ca(pki: Pki) -> None:
    with ThreadPoolExecutor(10) as pool:
        arns = set(pool.map(lambda _: pki.create(IdempotencyToken="together"), range(10)))
    assert len(arns) == 1


def test_parsed_certificates_are_version_3(pki: Pki, root: str) -> None:
    assert parse_certificate(pki.issue(root)["Certificate"]).version is x509.Version.v3
