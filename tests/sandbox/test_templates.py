"""Every certificate template that AWS has: each is used once and compared with AWS's table.

https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html
"""

from __future__ import annotations

import re

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from sandbox.conftest import Pki, csr, expect_error, key, parse_certificate, template

AWS_HAS = """
CodeSigningCertificate EndEntityCertificate EndEntityClientAuthCertificate EndEntityServerAuthCertificate
OCSPSigningCertificate RootCACertificate SubordinateCACertificate_PathLen0 SubordinateCACertificate_PathLen1
SubordinateCACertificate_PathLen2 SubordinateCACertificate_PathLen3

BlankEndEntityCertificate_CSRPassthrough BlankEndEntityCertificate_CriticalBasicConstraints_CSRPassthrough
CodeSigningCertificate_CSRPassthrough EndEntityCertificate_CSRPassthrough
EndEntityClientAuthCertificate_CSRPassthrough EndEntityServerAuthCertificate_CSRPassthrough
OCSPSigningCertificate_CSRPassthrough SubordinateCACertificate_PathLen0_CSRPassthrough
BlankSubordinateCACertificate_PathLen0_CSRPassthrough SubordinateCACertificate_PathLen1_CSRPassthrough
BlankSubordinateCACertificate_PathLen1_CSRPassthrough SubordinateCACertificate_PathLen2_CSRPassthrough
BlankSubordinateCACertificate_PathLen2_CSRPassthrough SubordinateCACertificate_PathLen3_CSRPassthrough
BlankSubordinateCACertificate_PathLen3_CSRPassthrough

BlankEndEntityCertificate_APIPassthrough BlankEndEntityCertificate_CriticalBasicConstraints_APIPassthrough
BlankRootCACertificate_APIPassthrough BlankRootCACertificate_PathLen0_APIPassthrough
BlankRootCACertificate_PathLen1_APIPassthrough BlankRootCACertificate_PathLen2_APIPassthrough
BlankRootCACertificate_PathLen3_APIPassthrough CodeSigningCertificate_APIPassthrough
EndEntityCertificate_APIPassthrough EndEntityClientAuthCertificate_APIPassthrough
EndEntityServerAuthCertificate_APIPassthrough OCSPSigningCertificate_APIPassthrough
RootCACertificate_APIPassthrough SubordinateCACertificate_PathLen0_APIPassthrough
BlankSubordinateCACertificate_PathLen0_APIPassthrough SubordinateCACertificate_PathLen1_APIPassthrough
BlankSubordinateCACertificate_PathLen1_APIPassthrough SubordinateCACertificate_PathLen2_APIPassthrough
BlankSubordinateCACertificate_PathLen2_APIPassthrough SubordinateCACertificate_PathLen3_APIPassthrough
BlankSubordinateCACertificate_PathLen3_APIPassthrough

BlankEndEntityCertificate_APICSRPassthrough BlankEndEntityCertificate_CriticalBasicConstraints_APICSRPassthrough
CodeSigningCertificate_APICSRPassthrough EndEntityCertificate_APICSRPassthrough
EndEntityClientAuthCertificate_APICSRPassthrough EndEntityServerAuthCertificate_APICSRPassthrough
OCSPSigningCertificate_APICSRPassthrough SubordinateCACertificate_PathLen0_APICSRPassthrough
BlankSubordinateCACertificate_PathLen0_APICSRPassthrough SubordinateCACertificate_PathLen1_APICSRPassthrough
BlankSubordinateCACertificate_PathLen1_APICSRPassthrough SubordinateCACertificate_PathLen2_APICSRPassthrough
BlankSubordinateCACertificate_PathLen2_APICSRPassthrough SubordinateCACertificate_PathLen3_APICSRPassthrough
BlankSubordinateCACertificate_PathLen3_APICSRPassthrough
"""
AWS_LACKS = """
BlankEndEntityCertificate BlankRootCACertificate BlankSubordinateCACertificate_PathLen0 SubordinateCACertificate
RootCACertificate_CSRPassthrough RootCACertificate_APICSRPassthrough RootCACertificate_PathLen0
BlankRootCACertificate_CSRPassthrough BlankRootCACertificate_PathLen4_APIPassthrough
SubordinateCACertificate_PathLen4 BlankEndEntityCertificate_CriticalBasicConstraints BlankCodeSigningCertificate
EndEntityCertificate_CriticalBasicConstraints_APIPassthrough
"""
"""Names that follow the pattern and are not in AWS's tables."""
NAMES, MISSING = AWS_HAS.split(), AWS_LACKS.split()

CA_USAGE = {"digital_signature", "key_cert_sign", "crl_sign"}
LEAF_USAGE = {"digital_signature", "key_encipherment"}
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
DICTATED = {
    "CodeSigning": ({"digital_signature"}, [ExtendedKeyUsageOID.CODE_SIGNING], True),
    "OCSPSigning": ({"digital_signature"}, [ExtendedKeyUsageOID.OCSP_SIGNING], True),
    "EndEntity": (LEAF_USAGE, [SERVER, CLIENT], False),
    "EndEntityClientAuth": (LEAF_USAGE, [CLIENT], False),
    "EndEntityServerAuth": (LEAF_USAGE, [SERVER], False),
    "RootCA": (CA_USAGE, None, False),
    "SubordinateCA": (CA_USAGE, None, False),
}
"""Key usage, purposes and whether those are critical; Blank templates set none of them."""


def issued(pki: Pki, root: str, name: str) -> x509.Certificate:
    """Issue with a template; a root template gets a new root, since it signs only itself."""
    if "RootCA" not in name:
        return parse_certificate(pki.issue(root, TemplateArn=template(name))["Certificate"])
    arn = pki.create()
    return parse_certificate(pki.issue(arn, pki.csr_of(arn), TemplateArn=template(name))["Certificate"])


def usages(value: x509.KeyUsage) -> set[str]:
    names = {"content_commitment", "data_encipherment", "key_agreement"} | CA_USAGE | LEAF_USAGE
    return {name for name in names if getattr(value, name)}


def expected_constraints(name: str) -> tuple[bool, int | None, bool]:
    depth = re.search(r"PathLen(\d)", name)
    is_ca = "CACertificate" in name
    return is_ca, int(depth[1]) if depth else None, is_ca or "CriticalBasicConstraints" in name


def test_aws_has_61_templates() -> None:
    assert len(set(NAMES)) == len(NAMES) == 61


@pytest.mark.parametrize("name", NAMES)
def test_a_template_dictates_what_awss_table_says(pki: Pki, root: str, name: str) -> None:
    certificate = issued(pki, root, name)
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    expected_oids = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.SUBJECT_KEY_IDENTIFIER}
    if "RootCA" not in name:
        expected_oids.add(ExtensionOID.AUTHORITY_KEY_IDENTIFIER)
    if not name.startswith("Blank"):
        usage, purposes, is_critical = DICTATED[name.partition("Certificate")[0]]
        expected_oids.add(ExtensionOID.KEY_USAGE)
        got = certificate.extensions.get_extension_for_class(x509.KeyUsage)
        assert (usages(got.value), got.critical) == (usage, True)
        if purposes:
            expected_oids.add(ExtensionOID.EXTENDED_KEY_USAGE)
            extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
            assert (list(extended.value), extended.critical) == (purposes, is_critical)
    basic_constraints = (constraints.value.ca, constraints.value.path_length, constraints.critical)
    assert basic_constraints == expected_constraints(name)
    assert {extension.oid for extension in certificate.extensions} == expected_oids


@pytest.mark.parametrize("name", MISSING)
def test_a_name_that_aws_has_not_is_refused(pki: Pki, root: str, name: str) -> None:
    with expect_error("InvalidArgsException", "does not exist"):
        pki.issue(root, TemplateArn=template(name))


@pytest.mark.parametrize("name", [name for name in NAMES if "SubordinateCA" in name])
def test_no_variety_escapes_the_path_length(pki: Pki, issuer: str, name: str) -> None:
    wish = x509.BasicConstraints(ca=True, path_length=None)
    with expect_error("ValidationException", "path length"):
        pki.issue(issuer, csr(extensions=((wish, True),)), TemplateArn=template(name))


@pytest.mark.parametrize("name", [name for name in NAMES if "CSRPassthrough" in name])
def test_the_csr_cannot_change_what_a_template_dictates(pki: Pki, root: str, name: str) -> None:
    own = x509.SubjectKeyIdentifier.from_public_key(key().public_key())
    wish = (
        (x509.BasicConstraints(ca=not expected_constraints(name)[0], path_length=None), True),
        (x509.SubjectKeyIdentifier(b"another"), False),
        (x509.AuthorityKeyIdentifier(b"another", None, None), False),
    )
    certificate = parse_certificate(pki.issue(root, csr(extensions=wish), TemplateArn=template(name))["Certificate"])
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    above = pki.certificate(root).extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    named = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert (constraints.ca, constraints.path_length) == expected_constraints(name)[:2]
    assert certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value == own
    assert named.key_identifier == above.digest


@pytest.mark.parametrize("name", [name for name in NAMES if "RootCA" in name])
def test_every_root_template_is_for_the_roots_own_csr(pki: Pki, root: str, issuer: str, name: str) -> None:
    with expect_error("ValidationException"):
        pki.issue(root, TemplateArn=template(name))
    with expect_error("ValidationException"):
        pki.issue(issuer, pki.csr_of(issuer), TemplateArn=template(name))


def test_a_limited_root_signs_no_deeper(pki: Pki) -> None:
    arn = pki.create()
    usage = {"KeyUsage": {"KeyCertSign": True, "CRLSign": True}}
    name = template("BlankRootCACertificate_PathLen1_APIPassthrough")
    longer = {"Type": "DAYS", "Value": 60}
    own = pki.issue(arn, pki.csr_of(arn), TemplateArn=name, ApiPassthrough={"Extensions": usage}, Validity=longer)
    pki.install(arn, own["Certificate"])
    assert pki.issue(arn, TemplateArn=template("SubordinateCACertificate_PathLen0"))
    with expect_error("ValidationException", "path length"):
        pki.issue(arn, TemplateArn=template("SubordinateCACertificate_PathLen1"))
