"""An independent linter, pkilint, checks the sandbox's certificates against RFC 5280.

Everything from a warning upward is a finding. Where AWS's own templates disagree with the linter, `expected_codes` has
the finding, with its reason, and it must occur exactly there.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pkilint import loader
from pkilint.bin import lint_pkix_signer_signee_cert_chain as pairs
from pkilint.pkix import certificate, extension, name
from pkilint.validation import ValidationFindingSeverity, ValidationResult

from sandbox.conftest import Pki, csr, key, parse_certificate, rsa_key, template
from sandbox.test_passthrough import PRIVATE, custom, with_api
from sandbox.test_templates import NAMES

POINTERS = {
    "CrlConfiguration": {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": "crl-bucket"},
    "OcspConfiguration": {"Enabled": True},
}
LEAF_KEYS = {"EC": key, "RSA": functools.cache(rsa_key)}


@functools.cache
def linter() -> Any:
    """Build pkilint's linter for RFC 5280, as its own command does."""
    return certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )


def codes(results: Iterable[ValidationResult]) -> set[str]:
    """List the codes of findings from warning up; pkilint's severities count down from notice to fatal."""
    descriptors = (finding.finding for result in results for finding in result.finding_descriptions)
    return {str(finding.code) for finding in descriptors if finding.severity <= ValidationFindingSeverity.WARNING}


def findings(pem: str) -> set[str]:
    """Lint one certificate."""
    document = loader.RFC5280CertificateDocumentLoader().load_pem_document(pem, "certificate")
    return codes(linter().validate(document.root))


def pair_findings(issuer: str, subject: str) -> set[str]:
    """Lint whether one certificate issued the other: names, key identifiers, signature."""
    documents: dict[str, Any] = {}
    for role, pem in (("issuer", issuer), ("subject", subject)):
        read = loader.RFC5280CertificateDocumentLoader().load_pem_document
        documents[role] = read(pem, role, role, documents)
    above, below = documents["issuer"].root, documents["subject"].root
    decoding = pairs.create_decoder_validation_container()
    results = [*decoding.validate(above), *decoding.validate(below)]
    results += pairs.create_issuer_validation_container().validate(above)
    results += pairs.create_subject_validation_container().validate(below)
    return codes(results)


def pem_of(pki: Pki, arn: str) -> str:
    return pki.certificate(arn).public_bytes(Encoding.PEM).decode()


def with_extensions(pki: Pki, arn: str, **extensions: Any) -> str:
    return with_api(pki, arn, Extensions=extensions).public_bytes(Encoding.PEM).decode()


@pytest.fixture(scope="module")
def root_with_revocation(pki: Pki) -> str:
    """Create a root whose certificates have addresses of CRL and OCSP."""
    return pki.root(RevocationConfiguration=POINTERS)


def expected_codes(template_name: str, kind: str) -> set[str]:
    """List the codes where AWS's templates and the linter are known to disagree."""
    known = set()
    # AWS's end-entity templates set key encipherment for every key; RFC 8813, 3 forbids it for an EC key.
    if template_name.startswith("EndEntity") and kind == "EC":
        known.add("pkix.key_usage_value_prohibited_for_ec")
    # A Blank CA template leaves the key usage to the caller, who sets none here; RFC 5280, 4.2.1.3 requires one.
    if template_name.startswith(("BlankSubordinateCA", "BlankRootCA")):
        known.add("pkix.ca_certificate_no_ku_extension")
    return known


@pytest.mark.parametrize("kind", LEAF_KEYS)
@pytest.mark.parametrize("template_name", [name for name in NAMES if "RootCA" not in name])
def test_every_template_passes(pki: Pki, root_with_revocation: str, template_name: str, *, kind: str) -> None:
    request = csr(sans=("leaf.example.com",), signer=LEAF_KEYS[kind]())
    pem = pki.issue(root_with_revocation, request, TemplateArn=template(template_name))["Certificate"]
    assert findings(pem) == expected_codes(template_name, kind)
    assert pair_findings(pem_of(pki, root_with_revocation), pem) == set()


@pytest.mark.parametrize("template_name", [name for name in NAMES if "RootCA" in name])
def test_every_root_template_passes(pki: Pki, template_name: str) -> None:
    arn = pki.create(RevocationConfiguration=POINTERS)
    pem = pki.issue(arn, pki.csr_of(arn), TemplateArn=template(template_name))["Certificate"]
    assert findings(pem) == expected_codes(template_name, "EC")


@pytest.mark.parametrize("template_name", [name for name in NAMES if "Blank" in name and "_APIPassthrough" in name])
def test_a_blank_template_passes_once_the_caller_fills_it(
    pki: Pki, root_with_revocation: str, template_name: str
) -> None:
    is_ca, is_root = "CACertificate" in template_name, "RootCA" in template_name
    usage = {"KeyCertSign": True, "CRLSign": True} if is_ca else {"DigitalSignature": True}
    arn = pki.create() if is_root else root_with_revocation
    request = pki.csr_of(arn) if is_root else csr()
    passthrough = {"Extensions": {"KeyUsage": usage}}
    issued = pki.issue(arn, request, TemplateArn=template(template_name), ApiPassthrough=passthrough)
    assert findings(issued["Certificate"]) == set()


def test_every_kind_of_name_purpose_and_policy_passes(pki: Pki, root_with_revocation: str) -> None:
    statement = {"PolicyQualifierId": "CPS", "Qualifier": {"CpsUri": "https://example.com/cps"}}
    pem = with_extensions(
        pki,
        root_with_revocation,
        SubjectAlternativeNames=[
            {"OtherName": {"TypeId": "1.3.6.1.4.1.311.20.2.3", "Value": "me@example.com"}},
            {"Rfc822Name": "me@example.com"},
            {"DnsName": "me.example.com"},
            {"DirectoryName": {"CommonName": "me", "Country": "DE"}},
            {"EdiPartyName": {"PartyName": "party", "NameAssigner": "assigner"}},
            {"UniformResourceIdentifier": "https://example.com/me"},
            {"IpAddress": "192.0.2.1"},
            {"IpAddress": "2001:db8::1"},
            {"RegisteredId": PRIVATE},
        ],
        ExtendedKeyUsage=[{"ExtendedKeyUsageType": "CLIENT_AUTH"}, {"ExtendedKeyUsageObjectIdentifier": PRIVATE}],
        CertificatePolicies=[{"CertPolicyId": PRIVATE, "PolicyQualifiers": [statement]}],
        KeyUsage={"DigitalSignature": True, "NonRepudiation": True},
    )
    assert findings(pem) == set()


def test_names_without_a_subject_pass(pki: Pki, root_with_revocation: str) -> None:
    request = csr("", sans=("leaf.example.com",), is_critical=True, signer=LEAF_KEYS["RSA"]())
    assert findings(pki.issue(root_with_revocation, request)["Certificate"]) == set()


@pytest.mark.parametrize("size", [2048, 3072])
def test_an_rsa_hierarchy_passes(pki: Pki, size: int) -> None:
    rsa_ca = {"KeyAlgorithm": f"RSA_{size}", "SigningAlgorithm": "SHA256WITHRSA"}
    arn = pki.root(configuration=rsa_ca, algorithm="SHA256WITHRSA", RevocationConfiguration=POINTERS)
    request = csr(signer=rsa.generate_private_key(public_exponent=65537, key_size=2048))
    pem = pki.issue(arn, request, SigningAlgorithm="SHA512WITHRSA")["Certificate"]
    assert findings(pem_of(pki, arn)) == findings(pem) == set()
    assert pair_findings(pem_of(pki, arn), pem) == set()


@pytest.mark.parametrize(
    ("extensions", "code"),
    [
        ({"KeyUsage": {"KeyCertSign": True}}, "pkix.ee_certificate_keycertsign_keyusage_set"),
        ({"SubjectAlternativeNames": [{"DnsName": "no host..name"}]}, "pkix.invalid_domain_name_syntax"),
        ({"SubjectAlternativeNames": [{"UniformResourceIdentifier": "no uri"}]}, "pkix.invalid_uri_syntax"),
        (
            {"CustomExtensions": [custom(x509.InhibitAnyPolicy(0), critical=True)]},
            "pkix.end_entity_inhibit_anypolicy_extension_present",
        ),
        (
            {
                "CustomExtensions": [
                    custom(x509.NameConstraints([x509.IPAddress(ip_network("192.0.2.0/24"))], None), critical=True)
                ]
            },
            "pkix.name_constraints_in_ee_certificate",
        ),
        (
            {"CertificatePolicies": [{"CertPolicyId": PRIVATE}] * 2},
            "pkix.duplicate_certificate_policy_oids",
        ),
    ],
)
def test_a_certificate_made_bad_on_purpose_is_found(
    pki: Pki, root_with_revocation: str, extensions: dict[str, Any], code: str
) -> None:
    assert findings(with_extensions(pki, root_with_revocation, **extensions)) == {code}


def test_another_issuer_and_an_altered_certificate_are_found(pki: Pki, root: str, issuer: str) -> None:
    issued = pki.issue(issuer)["Certificate"]
    der = parse_certificate(issued).public_bytes(Encoding.DER).replace(b"leaf.example.com", b"evil.example.com", 1)
    altered = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()
    assert pair_findings(pem_of(pki, issuer), issued) == set()
    assert pair_findings(pem_of(pki, root), issued) == {
        "pkix.issuer_and_subject_key_identifier_not_equal",
        "pkix.signature_verification_failed",
    }
    assert pair_findings(pem_of(pki, issuer), altered) == {"pkix.signature_verification_failed"}
