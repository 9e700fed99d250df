"""Builds the subject alternative names of a certificate from AWS's GeneralName structures.

Members: https://docs.aws.amazon.com/privateca/latest/APIReference/API_GeneralName.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from pcaform.sandbox.http.aws_error import AwsError
from pcaform.sandbox.pca.subject import build_name

_SEQUENCE, _UTF8_STRING = 0x30, 0x0C
# RFC 5280, 4.2.1.6: ediPartyName is [5], its nameAssigner [0] and partyName [1], both explicit as choices are.
_EDI_PARTY_NAME, _NAME_ASSIGNER, _PARTY_NAME = 0xA5, 0xA0, 0xA1


def build_alternative_names(names: list[dict[str, Any]]) -> x509.ExtensionType:
    """Build the extension; with an EdiPartyName, for which cryptography has no class, it is encoded here.

    Raises InvalidArgsException for a structure that does not have exactly one name, and ValueError for a name that
    X.509 does not allow.
    """
    chosen = [_only_member(name) for name in names]
    if all(kind in _KINDS for kind, _ in chosen):
        return x509.SubjectAlternativeName([_KINDS[kind](value) for kind, value in chosen])
    content = b"".join(_encode(kind, value) for kind, value in chosen)
    return x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, _encode_der(_SEQUENCE, content))


def _only_member(name: dict[str, Any]) -> tuple[str, Any]:
    """Return the only member: "Providing more than one option results in an InvalidArgsException error"."""
    members = [(kind, value) for kind, value in name.items() if value]
    if len(members) != 1:
        raise AwsError("InvalidArgsException", "A GeneralName needs exactly one of its members.")
    return members[0]


def _other_name(value: dict[str, str]) -> x509.GeneralName:
    """Encode the value as UTF8String, the type of the most frequent other name, the user principal name."""
    return x509.OtherName(x509.ObjectIdentifier(value["TypeId"]), _encode_utf8(value["Value"]))


_KINDS: dict[str, Callable[[Any], x509.GeneralName]] = {
    "OtherName": _other_name,
    "Rfc822Name": x509.RFC822Name,
    "DnsName": x509.DNSName,
    "DirectoryName": lambda value: x509.DirectoryName(build_name(value)),
    "UniformResourceIdentifier": x509.UniformResourceIdentifier,
    "IpAddress": lambda value: x509.IPAddress(ipaddress.ip_address(value)),
    "RegisteredId": lambda value: x509.RegisteredID(x509.ObjectIdentifier(value)),
}


def _encode(kind: str, value: Any) -> bytes:
    if kind in _KINDS:
        return _strip_header(x509.SubjectAlternativeName([_KINDS[kind](value)]).public_bytes())
    assigner = value.get("NameAssigner")
    parts = _encode_der(_NAME_ASSIGNER, _encode_utf8(assigner)) if assigner else b""
    return _encode_der(_EDI_PARTY_NAME, parts + _encode_der(_PARTY_NAME, _encode_utf8(value["PartyName"])))


def _encode_utf8(text: str) -> bytes:
    return _encode_der(_UTF8_STRING, text.encode())


def _encode_der(tag: int, content: bytes) -> bytes:
    """Encode DER: a tag, the length in its shortest form, the content."""
    size = len(content)
    if size < 0x80:  # noqa: PLR2004 - DER's border between the short and the long form
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def _strip_header(der: bytes) -> bytes:
    """Strip tag and length."""
    return der[2 + (der[1] & 0x7F if der[1] & 0x80 else 0) :]
