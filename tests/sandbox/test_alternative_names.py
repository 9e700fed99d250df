"""Subject alternative names that a caller of IssueCertificate sets through the API."""

from __future__ import annotations

import subprocess
from ipaddress import ip_address
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from sandbox.conftest import Pki, csr, expect_error, template
from sandbox.test_passthrough import BLANK, OID, extension, with_api


def test_every_kind_of_alternative_name(pki: Pki, issuer: str) -> None:
    names = [
        {"OtherName": {"TypeId": "1.3.6.1.4.1.311.20.2.3", "Value": "me@example.com"}},
        {"Rfc822Name": "me@example.com"},
        {"DnsName": "me.example.com"},
        {"DirectoryName": {"CommonName": "me", "Country": "DE"}},
        {"UniformResourceIdentifier": "spiffe://example.com/me"},
        {"IpAddress": "192.0.2.1"},
        {"IpAddress": "2001:db8::1"},
        {"RegisteredId": "1.2.3"},
    ]
    certificate = with_api(pki, issuer, Extensions={"SubjectAlternativeNames": names})
    value, is_critical = extension(certificate, ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    directory = [x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(NameOID.COMMON_NAME, "me")]
    assert list(value) == [
        x509.OtherName(OID("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x0eme@example.com"),
        x509.RFC822Name("me@example.com"),
        x509.DNSName("me.example.com"),
        x509.DirectoryName(x509.Name(directory)),
        x509.UniformResourceIdentifier("spiffe://example.com/me"),
        x509.IPAddress(ip_address("192.0.2.1")),
        x509.IPAddress(ip_address("2001:db8::1")),
        x509.RegisteredID(OID("1.2.3")),
    ]
    assert not is_critical


@pytest.mark.parametrize("length", [5, 200])
def test_openssl_reads_an_edi_party_name(pki: Pki, issuer: str, length: int) -> None:
    """The only kind for which cryptography has no class; 200 letters need DER's long form."""
    names = [
        {"DnsName": f"{'a' * 60}.{'b' * 60}.{'c' * 60}.example.com"},
        {"EdiPartyName": {"PartyName": "p" * length, "NameAssigner": "assigner"}},
        {"EdiPartyName": {"PartyName": "alone"}},
    ]
    passthrough = {"Extensions": {"SubjectAlternativeNames": names}}
    pem = pki.issue(issuer, TemplateArn=BLANK, ApiPassthrough=passthrough)["Certificate"].encode()
    shown = subprocess.run(["openssl", "x509", "-noout", "-text"], input=pem, capture_output=True, check=True).stdout
    assert b".example.com, EdiPartyName:<unsupported>, EdiPartyName:<unsupported>" in shown
    tree = subprocess.run(
        ["openssl", "asn1parse", "-strparse", find_san_offset(pem)], input=pem, capture_output=True, check=True
    )
    assert f"UTF8STRING        :{'p' * length}\n".encode() in tree.stdout
    assert b"UTF8STRING        :assigner\n" in tree.stdout
    assert b"UTF8STRING        :alone\n" in tree.stdout


def find_san_offset(pem: bytes) -> str:
    """Find the offset of the alternative names' content, in openssl's listing."""
    listing = subprocess.run(["openssl", "asn1parse"], input=pem, capture_output=True, check=True).stdout.decode()
    lines = listing.splitlines()
    place = next(number for number, line in enumerate(lines) if "Subject Alternative Name" in line)
    return lines[place + 1].partition(":")[0].strip()


@pytest.mark.parametrize(
    "name",
    [
        {},
        {"DnsName": ""},
        {"DnsName": "a.example.com", "IpAddress": "192.0.2.1"},
        {"DnsName": "ü.example.com"},
        {"Rfc822Name": "A <a@example.com>"},
        {"IpAddress": "192.0.2.256"},
        {"UniformResourceIdentifier": "https://ü.example.com"},
        {"RegisteredId": "0.39.99999999999999999999999999999999999999999"},
        {"DirectoryName": {}},
    ],
)
def test_a_name_that_is_none_is_refused(pki: Pki, issuer: str, name: dict[str, Any]) -> None:
    with expect_error("InvalidArgsException"):
        with_api(pki, issuer, Extensions={"SubjectAlternativeNames": [name]})


def test_names_become_critical_where_the_subject_is_empty(pki: Pki, issuer: str) -> None:
    request = csr("", sans=("csr.example.com",), is_critical=True)
    names = {"SubjectAlternativeNames": [{"DnsName": "api.example.com"}]}
    alone = with_api(pki, issuer, request, Extensions=names)
    beside = with_api(pki, issuer, request, Extensions=names, Subject={"CommonName": "somebody"})
    assert extension(alone, ExtensionOID.SUBJECT_ALTERNATIVE_NAME)[1]
    assert not extension(beside, ExtensionOID.SUBJECT_ALTERNATIVE_NAME)[1]


def test_a_ca_with_an_edi_party_name_cannot_be_installed(pki: Pki, root: str) -> None:
    """A limit of the sandbox, which could no longer read its own CA: refused instead of failing later."""
    arn = pki.create("SUBORDINATE")
    names = {"SubjectAlternativeNames": [{"EdiPartyName": {"PartyName": "party"}}]}
    name = template("SubordinateCACertificate_PathLen0_APIPassthrough")
    issued = pki.issue(root, pki.csr_of(arn), TemplateArn=name, ApiPassthrough={"Extensions": names})
    with expect_error("ValidationException", "extensions of the CA certificate cannot be read"):
        pki.install(arn, issued["Certificate"], issued["CertificateChain"])
