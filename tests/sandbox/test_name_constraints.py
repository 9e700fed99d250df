"""Name constraints, which AWS enforces when it issues; openssl must give the same result."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sandbox.conftest import Pki, expect_error, openssl_verify, template
from sandbox.private_certificates import describe, request

BLANK = template("BlankEndEntityCertificate_APIPassthrough")
COUNTRY = {"ObjectIdentifier": "2.5.4.6", "Value": "DE"}
LEAF = {"CustomAttributes": [COUNTRY, {"ObjectIdentifier": "2.5.4.3", "Value": "leaf"}]}
MAILBOX = {"ObjectIdentifier": "1.2.840.113549.1.9.1", "Value": "me@evil.example"}
PERMITTED = [
    x509.DNSName("example.com"),
    x509.RFC822Name("example.com"),
    x509.RFC822Name("one@example.org"),
    x509.RFC822Name(".example.net"),
    x509.UniformResourceIdentifier(".example.com"),
    x509.IPAddress(ip_network("192.0.2.0/24")),
    x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "DE")])),
]
EXCLUDED = [
    x509.DNSName("secret.example.com"),
    x509.DNSName(".hidden.example.com"),
    x509.IPAddress(ip_network("192.0.2.128/25")),
]


BOTH = x509.NameConstraints(PERMITTED, EXCLUDED)


def create_constrained_ca(pki: Pki, root: str, *, depth: int = 0, constraints: x509.NameConstraints = BOTH) -> str:
    """Create a subordinate CA with constraints, as AWS's guide does: through a custom extension."""
    value = constraints.public_bytes()
    custom = {"ObjectIdentifier": "2.5.29.30", "Value": base64.b64encode(value).decode(), "Critical": True}
    arn = pki.create("SUBORDINATE")
    issued = pki.issue(
        root,
        pki.csr_of(arn),
        TemplateArn=template(f"SubordinateCACertificate_PathLen{depth}_APIPassthrough"),
        ApiPassthrough={"Extensions": {"CustomExtensions": [custom]}},
        Validity={"Type": "DAYS", "Value": 1000},
    )
    pki.install(arn, issued["Certificate"], issued["CertificateChain"])
    return arn


@pytest.fixture(scope="module")
def ca(pki: Pki, root: str) -> str:
    return create_constrained_ca(pki, root)


@pytest.fixture(scope="module")
def free(pki: Pki, root: str) -> str:
    """Create a CA without constraints."""
    return pki.subordinate(root)


def issue(pki: Pki, arn: str, *names: dict[str, Any], attributes: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    subject = {"CustomAttributes": [*LEAF["CustomAttributes"], *attributes]}
    passthrough = (
        {"Subject": subject, "Extensions": {"SubjectAlternativeNames": [*names]}} if names else {"Subject": subject}
    )
    return pki.issue(arn, TemplateArn=BLANK, ApiPassthrough=passthrough)


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


ALLOWED = [
    {"DnsName": "example.com"},
    {"DnsName": "a.b.EXAMPLE.com"},
    {"DnsName": "hidden.example.com"},
    {"Rfc822Name": "anybody@example.com"},
    {"Rfc822Name": "one@example.org"},
    {"Rfc822Name": "anybody@mail.example.net"},
    {"UniformResourceIdentifier": "https://a.example.com/path"},
    {"IpAddress": "192.0.2.127"},
    {"DirectoryName": {"Country": "DE", "Organization": "Example"}},
]
FORBIDDEN = [
    {"DnsName": "example.org"},
    {"DnsName": "notexample.com"},
    {"DnsName": "secret.example.com"},
    {"DnsName": "very.secret.example.com"},
    {"DnsName": "very.hidden.example.com"},
    {"Rfc822Name": "anybody@mail.example.com"},
    {"Rfc822Name": "two@example.org"},
    {"Rfc822Name": "anybody@example.net"},
    {"UniformResourceIdentifier": "https://example.com/path"},
    {"UniformResourceIdentifier": "https://example.org/"},
    {"IpAddress": "192.0.2.128"},
    {"IpAddress": "198.51.100.1"},
    {"IpAddress": "2001:db8::1"},
    {"DirectoryName": {"Country": "FR"}},
]


@pytest.mark.parametrize("name", ALLOWED)
def test_a_permitted_name_is_issued(pki: Pki, root: str, ca: str, *, name: dict[str, Any], tmp_path: Path) -> None:
    issued = issue(pki, ca, name)
    above = pem(pki.certificate(root))
    verified = openssl_verify(tmp_path, leaf=issued["Certificate"], middle=pem(pki.certificate(ca)), root=above)
    assert verified.returncode == 0, verified.stderr


@pytest.mark.parametrize("name", FORBIDDEN)
def test_any_other_name_of_a_constrained_kind_is_refused(pki: Pki, ca: str, free: str, name: dict[str, Any]) -> None:
    with expect_error("ValidationException", "violates a name constraint"):
        issue(pki, ca, name)
    assert issue(pki, free, name)


def test_kinds_without_a_constraint_are_free(pki: Pki, ca: str) -> None:
    assert issue(pki, ca)
    assert issue(pki, ca, {"RegisteredId": "1.2.3"}, {"OtherName": {"TypeId": "1.2.3", "Value": "x"}})


def test_the_subject_and_mail_addresses_in_it_are_constrained(pki: Pki, ca: str, free: str) -> None:
    with expect_error("ValidationException", "violates a name constraint"):
        pki.issue(ca)
    with expect_error("ValidationException", "me@evil.example"):
        issue(pki, ca, attributes=[MAILBOX])
    assert issue(pki, free, attributes=[MAILBOX])


@pytest.mark.parametrize(
    ("names", "attributes"),
    [
        ([{"EdiPartyName": {"PartyName": "party"}}], []),
        ([{"UniformResourceIdentifier": "https://[bad"}], []),
        ([], [MAILBOX | {"Value": "Me <me@example.com>"}]),
    ],
)
def test_a_name_that_cannot_be_compared_is_refused(
    pki: Pki, ca: str, names: list[dict[str, Any]], attributes: list[dict[str, Any]]
) -> None:
    with expect_error("ValidationException", "cannot be compared with"):
        issue(pki, ca, *names, attributes=attributes)


def test_constraints_reach_through_a_ca_below(pki: Pki, root: str) -> None:
    above = create_constrained_ca(pki, root, depth=1)
    below = pki.create("SUBORDINATE", configuration={"Subject": {"Country": "DE", "CommonName": "below"}})
    pki.activate(below, above, name="SubordinateCACertificate_PathLen0", days=500)
    with expect_error("ValidationException", "violates a name constraint"):
        issue(pki, below, {"DnsName": "example.org"})
    assert issue(pki, below, {"DnsName": "example.com"})


def test_acm_says_that_a_name_violates_a_constraint(pki: Pki, acm: Any, root: str) -> None:
    arn = create_constrained_ca(pki, root, constraints=x509.NameConstraints([x509.DNSName("example.com")], None))
    inside, outside = (request(acm, arn, DomainName=name) for name in ("www.example.com", "www.example.org"))
    assert describe(acm, inside)["Status"] == "ISSUED"
    failed = describe(acm, outside)
    assert (failed["Status"], failed["FailureReason"]) == ("FAILED", "PCA_NAME_CONSTRAINTS_VALIDATION")


def test_an_empty_subtree_is_every_name(pki: Pki, root: str) -> None:
    arn = create_constrained_ca(pki, root, constraints=x509.NameConstraints(None, [x509.DNSName("")]))
    assert issue(pki, arn)
    with expect_error("ValidationException", "violates a name constraint"):
        issue(pki, arn, {"DnsName": "example.com"})
