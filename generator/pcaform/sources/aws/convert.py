"""Converts a CA from AWS's structure to the arguments of provider aws 5.100, as in a state after a refresh.

`terraform.schema` maps AWS's members to arguments; `core.facts` has values that the provider does not support.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.core import facts
from pcaform.terraform.arguments import Argument
from pcaform.terraform.resource_types import AUTHORITY
from pcaform.terraform.schema import arguments_of, default_of

_SUBJECT = "ASN1Subject."
_CRL = "CrlConfiguration."
_AWS_PREFIX = "aws:"
_LATER = "it stays until Terraform next changes the revocation configuration, which resets it"


def to_arguments(ca: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `aws_acmpca_certificate_authority` for a CA."""
    configuration = ca["CertificateAuthorityConfiguration"]
    return {
        "arn": ca["Arn"],
        "type": ca["Type"],
        "usage_mode": ca.get("UsageMode", ""),
        "key_storage_security_standard": ca.get("KeyStorageSecurityStandard", ""),
        "enabled": ca["Status"] != "DISABLED",
        "certificate_authority_configuration": [
            {
                "key_algorithm": configuration["KeyAlgorithm"],
                "signing_algorithm": configuration["SigningAlgorithm"],
                "subject": [_to_provider_names(configuration["Subject"], _SUBJECT)],
            }
        ],
        "revocation_configuration": [_revocation(ca.get("RevocationConfiguration") or {})],
    }


def user_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags without those that AWS sets itself, `aws:...`."""
    return {key: value for key, value in sorted(tags.items()) if not key.lower().startswith(_AWS_PREFIX)}


def unmanageable_reason(ca: Mapping[str, Any]) -> str:
    """Return why Terraform cannot manage a CA, empty if it can."""
    configuration = ca["CertificateAuthorityConfiguration"]
    for name in ("KeyAlgorithm", "SigningAlgorithm"):
        value = configuration[name]
        if value in facts.INEXPRESSIBLE_VALUES:
            return f"Terraform does not support '{value}': {facts.INEXPRESSIBLE_VALUES[value]}"
    if not any(_to_provider_names(configuration["Subject"], _SUBJECT).values()):
        members = ", ".join(name for name, _ in _unsupported_members(configuration["Subject"], _SUBJECT)) or "nothing"
        return f"Terraform does not support a subject of {members} alone"
    return ""


def unsupported_settings(ca: Mapping[str, Any]) -> Iterator[str]:
    """Yield descriptions of a CA's settings that Terraform does not support."""
    for name, value in _unsupported_members(ca["CertificateAuthorityConfiguration"]["Subject"], _SUBJECT):
        yield f"subject.{name} is {_format_value(value)}: Terraform does not support this, and does not change it"
    crl = (ca.get("RevocationConfiguration") or {}).get("CrlConfiguration") or {}
    if crl.get("Enabled"):
        for name, value in _unsupported_members(crl, _CRL):
            if value != default_of(f"certificate_authorities.*.revocation_configuration.crl_configuration.{name}"):
                yield f"crl_configuration.{name} is {_format_value(value)}: Terraform does not support this; {_LATER}"


def _revocation(configuration: Mapping[str, Any]) -> dict[str, Any]:
    crl, ocsp = configuration.get("CrlConfiguration") or {}, configuration.get("OcspConfiguration") or {}
    return {
        "crl_configuration": [
            {
                "enabled": bool(crl.get("Enabled")),
                "expiration_in_days": crl.get("ExpirationInDays", 0),
                "custom_cname": crl.get("CustomCname", ""),
                "s3_bucket_name": crl.get("S3BucketName", ""),
                "s3_object_acl": crl.get("S3ObjectAcl", ""),
            }
        ],
        "ocsp_configuration": [
            {"enabled": bool(ocsp.get("Enabled")), "ocsp_custom_cname": ocsp.get("OcspCustomCname", "")}
        ],
    }


def _to_provider_names(structure: Mapping[str, Any], shape: str) -> dict[str, str]:
    """Return a structure's members by the provider's names; as in a state, unset ones are empty strings."""
    return {
        _field_name(field): structure.get(member, "") for field, member in _shape_fields(shape) if field.is_argument
    }


def _unsupported_members(structure: Mapping[str, Any], shape: str) -> Iterator[tuple[str, Any]]:
    """Yield the members without an argument of the provider, by the spec's names."""
    for field, member in _shape_fields(shape):
        if not field.is_argument and structure.get(member):
            yield _field_name(field), structure[member]


def _shape_fields(shape: str) -> Iterator[tuple[Argument, str]]:
    return ((row, row.api.removeprefix(shape)) for row in arguments_of(AUTHORITY) if row.api.startswith(shape))


def _field_name(field: Argument) -> str:
    return field.name.rpartition(".")[2]


def _format_value(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, list):
        return ", ".join(f"{attribute.get('ObjectIdentifier')}='{attribute.get('Value')}'" for attribute in value)
    return ", ".join(f"{name}={inner}" for name, inner in value.items())
