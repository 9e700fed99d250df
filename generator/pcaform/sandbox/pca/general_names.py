"""AWS's GeneralName structures as the subject alternative names of a certificate.

Members: https://docs.aws.amazon.com/privateca/latest/APIReference/API_GeneralName.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from pcaform.sandbox.http.aws_error import Refusal
from pcaform.sandbox.pca.subject import name_of

_SEQUENCE, _UTF8_STRING = 0x30, 0x0C
# RFC 5280, 4.2.1.6: ediPartyName is [5], its nameAssigner [0] and partyName [1], both explicit as choices are.
_EDI_PARTY_NAME, _NAME_ASSIGNER, _PARTY_NAME = 0xA5, 0xA0, 0xA1


def alternative_names(names: list[dict[str, Any]]) -> x509.ExtensionType:
    """Build the extension; with an EdiPartyName, for which cryptography has no class, it is one of bytes.

    Raises InvalidArgsException for a structure that does not give exactly one name, and ValueError for a name that
    X.509 does not allow.
    """
    chosen = [_only_member(name) for name in names]
    if all(kind in _KINDS for kind, _ in chosen):
        return x509.SubjectAlternativeName([_KINDS[kind](value) for kind, value in chosen])
    content = b"".join(_encoded(kind, value) for kind, value in chosen)
    return x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, _tagged(_SEQUENCE, content))


def _only_member(name: dict[str, Any]) -> tuple[str, Any]:
    """Take the one member: "Providing more than one option results in an InvalidArgsException error"."""
    given = [(kind, value) for kind, value in name.items() if value]
    if len(given) != 1:
        raise Refusal("InvalidArgsException", "A GeneralName needs exactly one of its members.")
    return given[0]


def _other_name(value: dict[str, str]) -> x509.GeneralName:
    """Write the value as UTF8String, the type of the commonest other name, the user principal name."""
    return x509.OtherName(x509.ObjectIdentifier(value["TypeId"]), _utf8(value["Value"]))


_KINDS: dict[str, Callable[[Any], x509.GeneralName]] = {
    "OtherName": _other_name,
    "Rfc822Name": x509.RFC822Name,
    "DnsName": x509.DNSName,
    "DirectoryName": lambda value: x509.DirectoryName(name_of(value)),
    "UniformResourceIdentifier": x509.UniformResourceIdentifier,
    "IpAddress": lambda value: x509.IPAddress(ipaddress.ip_address(value)),
    "RegisteredId": lambda value: x509.RegisteredID(x509.ObjectIdentifier(value)),
}


def _encoded(kind: str, value: Any) -> bytes:
    if kind in _KINDS:
        return _content(x509.SubjectAlternativeName([_KINDS[kind](value)]).public_bytes())
    assigner = value.get("NameAssigner")
    parts = _tagged(_NAME_ASSIGNER, _utf8(assigner)) if assigner else b""
    return _tagged(_EDI_PARTY_NAME, parts + _tagged(_PARTY_NAME, _utf8(value["PartyName"])))


def _utf8(text: str) -> bytes:
    return _tagged(_UTF8_STRING, text.encode())


def _tagged(tag: int, content: bytes) -> bytes:
    """Write DER: a tag, the length in its shortest form, the content."""
    size = len(content)
    if size < 0x80:  # noqa: PLR2004 - DER's border between the short and the long form
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def _content(der: bytes) -> bytes:
    """Strip tag and length."""
    return der[2 + (der[1] & 0x7F if der[1] & 0x80 else 0) :]
