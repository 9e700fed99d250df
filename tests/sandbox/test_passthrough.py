"""Extensions and subjects that a caller of IssueCertificate adds, through the API or the CSR."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import CertificatePoliciesOID, ExtendedKeyUsageOID, ExtensionOID

from sandbox.conftest import Pki, csr, expect_error, parse_certificate, template

BLANK = template("BlankEndEntityCertificate_APIPassthrough")
BLANK_CSR = template("BlankEndEntityCertificate_CSRPassthrough")
BLANK_BOTH = template("BlankEndEntityCertificate_APICSRPassthrough")
OID = x509.ObjectIdentifier
PRIVATE = "1.3.6.1.4.1.99999.1"
CRL_POINT = x509.CRLDistributionPoints(
    [x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.example.com/a.crl")], None, None, None)]
)


def with_api(
    pki: Pki, arn: str, request: bytes | None = None, *, template_arn: str = BLANK, **passthrough: Any
) -> x509.Certificate:
    """Issue with an ApiPassthrough of these members."""
    return parse_certificate(
        pki.issue(arn, request, TemplateArn=template_arn, ApiPassthrough=passthrough)["Certificate"]
    )


def extension(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> tuple[Any, bool]:
    found = certificate.extensions.get_extension_for_oid(oid)
    return found.value, found.critical


def custom(extension_type: x509.ExtensionType, *, critical: bool = False) -> dict[str, Any]:
    """Return an extension as a member of CustomExtensions."""
    value = base64.b64encode(extension_type.public_bytes()).decode()
    return {"ObjectIdentifier": extension_type.oid.dotted_string, "Value": value, "Critical": critical}


def key_usage(**usages: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: usages.get(name, False) for name in names})


def test_the_subject_of_the_api_replaces_the_csrs(pki: Pki, issuer: str) -> None:
    subject = {"Country": "DE", "Organization": "Example", "CommonName": "named by the API"}
    certificate = with_api(pki, issuer, Subject=subject)
    assert certificate.subject.rfc4514_string() == "CN=named by the API,O=Example,C=DE"


def test_custom_attributes_stand_in_their_order(pki: Pki, issuer: str) -> None:
    attributes = [
        {"ObjectIdentifier": "2.5.4.3", "Value": "device"},
        {"ObjectIdentifier": "1.3.6.1.4.1.37244.2.1", "Value": "FFF1"},
    ]
    certificate = with_api(pki, issuer, Subject={"CustomAttributes": attributes})
    got = [(attribute.oid.dotted_string, attribute.value) for attribute in certificate.subject]
    assert got == [("2.5.4.3", "device"), ("1.3.6.1.4.1.37244.2.1", "FFF1")]


@pytest.mark.parametrize(
    "subject",
    [
        {},
        {"CommonName": ""},
        {"CommonName": "one", "CustomAttributes": [{"ObjectIdentifier": "2.5.4.3", "Value": "two"}]},
        {"CustomAttributes": [{"ObjectIdentifier": "2.5.4.6", "Value": "three letters"}]},
        {"CustomAttributes": [{"ObjectIdentifier": "2.5.4.3", "Value": "x" * 65}]},
        {"CustomAttributes": [{"ObjectIdentifier": "1.39.99999999999999999999999999999999999999999", "Value": "x"}]},
    ],
)
def test_a_subject_that_is_no_name_is_refused(pki: Pki, issuer: str, subject: dict[str, Any]) -> None:
    with expect_error("InvalidArgsException"):
        with_api(pki, issuer, Subject=subject)


def test_every_key_usage(pki: Pki, issuer: str) -> None:
    usages = {"DigitalSignature": True, "NonRepudiation": True, "DataEncipherment": True, "KeyEncipherment": False}
    first = with_api(pki, issuer, Extensions={"KeyUsage": usages})
    rest = {"KeyAgreement": True, "KeyCertSign": True, "CRLSign": True, "EncipherOnly": True, "DecipherOnly": True}
    second = with_api(pki, issuer, Extensions={"KeyUsage": rest})
    assert extension(first, ExtensionOID.KEY_USAGE) == (
        key_usage(digital_signature=True, content_commitment=True, data_encipherment=True),
        True,
    )
    names = ("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    assert extension(second, ExtensionOID.KEY_USAGE) == (key_usage(**dict.fromkeys(names, True)), True)


def test_a_key_usage_without_any_use_is_left_out(pki: Pki, issuer: str) -> None:
    certificate = with_api(pki, issuer, Extensions={"KeyUsage": {"CRLSign": False}})
    with pytest.raises(x509.ExtensionNotFound):
        extension(certificate, ExtensionOID.KEY_USAGE)


def test_every_purpose(pki: Pki, issuer: str) -> None:
    kinds = {
        "SERVER_AUTH": "1.3.6.1.5.5.7.3.1",
        "CLIENT_AUTH": "1.3.6.1.5.5.7.3.2",
        "CODE_SIGNING": "1.3.6.1.5.5.7.3.3",
        "EMAIL_PROTECTION": "1.3.6.1.5.5.7.3.4",
        "TIME_STAMPING": "1.3.6.1.5.5.7.3.8",
        "OCSP_SIGNING": "1.3.6.1.5.5.7.3.9",
        "SMART_CARD_LOGIN": "1.3.6.1.4.1.311.20.2.2",
        "DOCUMENT_SIGNING": "1.3.6.1.4.1.311.10.3.12",
        "CERTIFICATE_TRANSPARENCY": "1.3.6.1.4.1.11129.2.4.4",
    }
    purposes = [{"ExtendedKeyUsageType": kind} for kind in kinds] + [{"ExtendedKeyUsageObjectIdentifier": PRIVATE}]
    value, is_critical = extension(
        with_api(pki, issuer, Extensions={"ExtendedKeyUsage": purposes}), ExtensionOID.EXTENDED_KEY_USAGE
    )
    assert [oid.dotted_string for oid in value] == [*kinds.values(), PRIVATE]
    assert not is_critical


def test_policies_with_and_without_a_statement(pki: Pki, issuer: str) -> None:
    statement = {"PolicyQualifierId": "CPS", "Qualifier": {"CpsUri": "https://example.com/cps"}}
    policies = [{"CertPolicyId": "2.5.29.32.0"}, {"CertPolicyId": PRIVATE, "PolicyQualifiers": [statement]}]
    certificate = with_api(pki, issuer, Extensions={"CertificatePolicies": policies})
    expected = [
        x509.PolicyInformation(CertificatePoliciesOID.ANY_POLICY, None),
        x509.PolicyInformation(OID(PRIVATE), ["https://example.com/cps"]),
    ]
    value, is_critical = extension(certificate, ExtensionOID.CERTIFICATE_POLICIES)
    assert (list(value), is_critical) == (expected, False)


def test_custom_extensions_arrive_byte_for_byte(pki: Pki, issuer: str) -> None:
    usage = custom(key_usage(digital_signature=True), critical=True)
    private = {"ObjectIdentifier": PRIVATE, "Value": base64.b64encode(b"\x04\x02hi").decode()}
    certificate = with_api(pki, issuer, Extensions={"CustomExtensions": [usage, private]})
    assert extension(certificate, ExtensionOID.KEY_USAGE) == (key_usage(digital_signature=True), True)
    assert extension(certificate, OID(PRIVATE)) == (x509.UnrecognizedExtension(OID(PRIVATE), b"\x04\x02hi"), False)


@pytest.mark.parametrize(
    "extensions",
    [
        {"KeyUsage": {"EncipherOnly": True}},
        {"ExtendedKeyUsage": [{}]},
        {"ExtendedKeyUsage": [{"ExtendedKeyUsageType": "SERVER_AUTH", "ExtendedKeyUsageObjectIdentifier": PRIVATE}]},
        {"CustomExtensions": [{"ObjectIdentifier": "2.5.29.15", "Value": base64.b64encode(b"no DER").decode()}]},
        {"CustomExtensions": [{"ObjectIdentifier": PRIVATE, "Value": "AAAA"}] * 2},
        {"CustomExtensions": [custom(key_usage(crl_sign=True))], "KeyUsage": {"CRLSign": True}},
        {
            "CertificatePolicies": [
                {
                    "CertPolicyId": PRIVATE,
                    "PolicyQualifiers": [{"PolicyQualifierId": "CPS", "Qualifier": {"CpsUri": "https://ü.example"}}],
                }
            ]
        },
    ],
)
def test_an_extension_that_no_certificate_can_hold_is_refused(
    pki: Pki, issuer: str, extensions: dict[str, Any]
) -> None:
    with expect_error("InvalidArgsException"):
        with_api(pki, issuer, Extensions=extensions)


@pytest.mark.parametrize(
    ("extensions", "path"),
    [
        ({"CustomExtensions": [{"ObjectIdentifier": PRIVATE, "Value": "no base64"}]}, "value"),
        ({"CustomExtensions": [{"ObjectIdentifier": "3.1", "Value": "AAAA"}]}, "objectIdentifier"),
        ({"ExtendedKeyUsage": [{"ExtendedKeyUsageType": "ANY"}]}, "extendedKeyUsageType"),
        ({"SubjectAlternativeNames": [{"DnsName": "a" * 254}]}, "dnsName"),
    ],
)
def test_awss_model_is_asked_first(pki: Pki, issuer: str, extensions: dict[str, Any], path: str) -> None:
    with expect_error("ValidationException", path):
        with_api(pki, issuer, Extensions=extensions)


@pytest.mark.parametrize("template_arn", [template("EndEntityCertificate"), BLANK_CSR])
def test_without_an_api_template_the_api_is_ignored(pki: Pki, issuer: str, template_arn: str) -> None:
    purposes = [{"ExtendedKeyUsageType": "CODE_SIGNING"}, {}]
    certificate = with_api(
        pki,
        issuer,
        template_arn=template_arn,
        Subject={"CommonName": "ignored"},
        Extensions={"SubjectAlternativeNames": [{"DnsName": "ignored.example.com"}], "ExtendedKeyUsage": purposes},
    )
    assert certificate.subject.rfc4514_string() == "CN=leaf.example.com"
    with pytest.raises(x509.ExtensionNotFound):
        extension(certificate, ExtensionOID.SUBJECT_ALTERNATIVE_NAME)


def test_the_template_wins_over_the_api_and_the_api_over_the_csr(pki: Pki, issuer: str) -> None:
    """The first two examples of AWS's order of operations, and a third where only the CSR has the extension."""
    request = csr(
        sans=("csr.example.com",),
        extensions=(
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), True),
            (x509.UnrecognizedExtension(OID(PRIVATE), b"\x05\x00"), False),
        ),
    )
    certificate = with_api(
        pki,
        issuer,
        request,
        template_arn=template("EndEntityClientAuthCertificate_APICSRPassthrough"),
        Extensions={
            "SubjectAlternativeNames": [{"DnsName": "api.example.com"}],
            "ExtendedKeyUsage": [{"ExtendedKeyUsageType": "SERVER_AUTH"}],
        },
    )
    purposes, is_critical = extension(certificate, ExtensionOID.EXTENDED_KEY_USAGE)
    assert (list(purposes), is_critical) == ([ExtendedKeyUsageOID.CLIENT_AUTH], False)
    assert list(extension(certificate, ExtensionOID.SUBJECT_ALTERNATIVE_NAME)[0]) == [x509.DNSName("api.example.com")]
    assert extension(certificate, OID(PRIVATE))[0].value == b"\x05\x00"


@pytest.mark.parametrize(
    ("template_arn", "arrives"),
    [(template("EndEntityCertificate"), False), (BLANK, False), (BLANK_CSR, True), (BLANK_BOTH, True)],
)
def test_only_csr_templates_copy_more_than_names(pki: Pki, issuer: str, template_arn: str, *, arrives: bool) -> None:
    request = csr(
        sans=("one.example.com",), extensions=((x509.UnrecognizedExtension(OID(PRIVATE), b"\x05\x00"), True),)
    )
    found = parse_certificate(pki.issue(issuer, request, TemplateArn=template_arn)["Certificate"]).extensions
    present = {item.oid.dotted_string: item.critical for item in found}
    assert ExtensionOID.SUBJECT_ALTERNATIVE_NAME.dotted_string in present
    assert present.get(PRIVATE) is (True if arrives else None)


def test_the_csr_needs_a_name_even_if_the_api_has_one(pki: Pki, issuer: str) -> None:
    with expect_error("MalformedCSRException"):
        with_api(pki, issuer, csr(""), Subject={"CommonName": "named by the API"})


def test_the_cas_own_crl_address_wins_over_others(pki: Pki) -> None:
    crl = {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": "crl-bucket"}
    silent = crl | {"CrlDistributionPointExtensionConfiguration": {"OmitExtension": True}}
    for settings, host in ((crl, "crl-bucket.s3.amazonaws.com"), (silent, "crl.example.com")):
        arn = pki.root(RevocationConfiguration={"CrlConfiguration": settings})
        by_api = with_api(pki, arn, Extensions={"CustomExtensions": [custom(CRL_POINT)]})
        request = csr(extensions=((CRL_POINT, False),))
        by_csr = parse_certificate(pki.issue(arn, request, TemplateArn=BLANK_CSR)["Certificate"])
        for certificate in (by_api, by_csr):
            (point,) = extension(certificate, ExtensionOID.CRL_DISTRIBUTION_POINTS)[0]
            assert point.full_name[0].value.startswith(f"http://{host}/")


def test_a_root_has_its_own_key_identifier_only_on_request(pki: Pki) -> None:
    """As in AWS's guide for Matter: https://docs.aws.amazon.com/privateca/latest/userguide/matter.html."""
    arn = pki.create()
    name = template("RootCACertificate_APIPassthrough")
    identifier = x509.AuthorityKeyIdentifier(b"self", None, None)
    own = {"Extensions": {"CustomExtensions": [custom(identifier)]}, "Subject": {"CommonName": "renamed"}}
    plain = parse_certificate(pki.issue(arn, pki.csr_of(arn), TemplateArn=name)["Certificate"])
    root = parse_certificate(pki.issue(arn, pki.csr_of(arn), TemplateArn=name, ApiPassthrough=own)["Certificate"])
    with pytest.raises(x509.ExtensionNotFound):
        extension(plain, ExtensionOID.AUTHORITY_KEY_IDENTIFIER)
    assert extension(root, ExtensionOID.AUTHORITY_KEY_IDENTIFIER) == (identifier, False)
    assert root.subject == root.issuer != plain.subject


@pytest.mark.parametrize(
    "extensions",
    [
        ((x509.UnrecognizedExtension(ExtensionOID.KEY_USAGE, b"no DER"), False),),
        (
            (
                x509.UnrecognizedExtension(
                    ExtensionOID.SUBJECT_ALTERNATIVE_NAME, bytes.fromhex("3008a506a1040c026162")
                ),
                False,
            ),
        ),
    ],
)
def test_a_csr_with_unreadable_extensions_is_malformed(pki: Pki, issuer: str, extensions: Any) -> None:
    with expect_error("MalformedCSRException"):
        pki.issue(issuer, csr(extensions=extensions))
