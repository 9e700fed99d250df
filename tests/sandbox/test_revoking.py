"""RevokeCertificate, and the addresses of CRL and OCSP in certificates."""

from __future__ import annotations

import pytest
from cryptography import x509

from sandbox.conftest import (
    Pki,
    expect_error,
    parse_certificate,
)


@pytest.mark.parametrize(("path", "place"), [({}, "crl/"), ({"CustomPath": "a/b"}, "a/b/"), ({"CustomPath": "/"}, "")])
def test_revocation_addresses_are_written_into_certificates(pki: Pki, path: dict[str, str], place: str) -> None:
    settings = {
        "CrlConfiguration": {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": "crl-bucket", **path},
        "OcspConfiguration": {"Enabled": True, "OcspCustomCname": "ocsp.example.com"},
    }
    arn = pki.root(RevocationConfiguration=settings)
    extensions = parse_certificate(pki.issue(arn)["Certificate"]).extensions
    (point,) = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    (access,) = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    address = f"http://crl-bucket.s3.amazonaws.com/{place}{arn.rpartition('/')[2]}.crl"
    assert point.full_name == [x509.UniformResourceIdentifier(address)]
    assert access.access_location == x509.UniformResourceIdentifier("http://ocsp.example.com")
    with pytest.raises(x509.ExtensionNotFound):
        pki.certificate(arn).extensions.get_extension_for_class(x509.CRLDistributionPoints)


def revoke(pki: Pki, arn: str, serial: str) -> None:
    pki.client.revoke_certificate(CertificateAuthorityArn=arn, CertificateSerial=serial, RevocationReason="UNSPECIFIED")


def colons(serial: int) -> str:
    return serial.to_bytes(16, "big").hex(":")


def test_a_certificate_is_revoked_once_and_still_returned(pki: Pki, issuer: str) -> None:
    issued = pki.issue(issuer)
    serial = parse_certificate(issued["Certificate"]).serial_number
    revoke(pki, issuer, colons(serial))
    with expect_error("RequestAlreadyProcessedException"):
        revoke(pki, issuer, f"{serial:x}")
    got = pki.client.get_certificate(CertificateAuthorityArn=issuer, CertificateArn=issued["Arn"])
    assert got["Certificate"] == issued["Certificate"]


def test_a_root_cannot_revoke_itself(pki: Pki, root: str) -> None:
    with expect_error("InvalidRequestException", "Self-signed certificate can not be revoked"):
        revoke(pki, root, colons(pki.certificate(root).serial_number))


def test_unknown_serials_cannot_be_revoked(pki: Pki, issuer: str) -> None:
    with expect_error("ResourceNotFoundException"):
        revoke(pki, issuer, "0a:0b")
    for serial in ("xyz", "0x0a", "-0a", "0a_0b", "0a::0b"):
        with expect_error("ValidationException", "not hexadecimal"):
            revoke(pki, issuer, serial)
