"""Builds an X.509 name from AWS's ASN1Subject.

Members and their order: https://docs.aws.amazon.com/privateca/latest/APIReference/API_ASN1Subject.html
"""

from __future__ import annotations

from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from pcaform.sandbox.http.aws_error import AwsError

# The order in which Private CA writes the attributes into the CSR.
_ATTRIBUTES = {
    "Country": NameOID.COUNTRY_NAME,
    "Organization": NameOID.ORGANIZATION_NAME,
    "OrganizationalUnit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "DistinguishedNameQualifier": NameOID.DN_QUALIFIER,
    "State": NameOID.STATE_OR_PROVINCE_NAME,
    "CommonName": NameOID.COMMON_NAME,
    "SerialNumber": NameOID.SERIAL_NUMBER,
    "Locality": NameOID.LOCALITY_NAME,
    "Title": NameOID.TITLE,
    "Surname": NameOID.SURNAME,
    "GivenName": NameOID.GIVEN_NAME,
    "Initials": NameOID.INITIALS,
    "Pseudonym": NameOID.PSEUDONYM,
    "GenerationQualifier": NameOID.GENERATION_QUALIFIER,
}


def build_name(subject: dict[str, Any]) -> x509.Name:
    """Build the name of a CA or certificate; empty strings, which Terraform's provider sends, count as absent.

    Raises InvalidArgsException for a subject without any attribute or with both kinds of attributes, and for a
    custom attribute that X.509 does not allow, such as a country of three letters.
    """
    standard = [(oid, subject[key]) for key, oid in _ATTRIBUTES.items() if subject.get(key)]
    custom = [(item["ObjectIdentifier"], item["Value"]) for item in subject.get("CustomAttributes") or []]
    if bool(standard) == bool(custom):
        raise AwsError("InvalidArgsException", "A subject needs standard attributes or custom attributes, not both.")
    try:
        attributes = [(x509.ObjectIdentifier(oid), value) for oid, value in custom] if custom else standard
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])
    except ValueError as error:
        raise AwsError("InvalidArgsException", f"The subject is not a valid X.509 name: {error}.") from error
