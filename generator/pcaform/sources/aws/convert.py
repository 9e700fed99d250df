"""A CA as AWS describes it -> as provider aws 5.100 holds it in a state after a refresh, and what that cannot say.

Which member of AWS's is which argument stands in `fields`; what the provider has no argument for, in `facts`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.core import facts
from pcaform.spec.fields import FIELDS, FieldFact

_SUBJECT = "ASN1Subject."
_CRL = "CrlConfiguration."
_OF_AWS = "aws:"
_LATER = "nothing changes by that; the next change of revocation by Terraform would reset it"


def arguments(authority: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `aws_acmpca_certificate_authority` that the description of a CA holds."""
    configuration = authority["CertificateAuthorityConfiguration"]
    return {
        "arn": authority["Arn"],
        "type": authority["Type"],
        "usage_mode": authority.get("UsageMode", ""),
        "key_storage_security_standard": authority.get("KeyStorageSecurityStandard", ""),
        "enabled": authority["Status"] != "DISABLED",
        "certificate_authority_configuration": [
            {
                "key_algorithm": configuration["KeyAlgorithm"],
                "signing_algorithm": configuration["SigningAlgorithm"],
                "subject": [_named(configuration["Subject"], _SUBJECT)],
            }
        ],
        "revocation_configuration": [_revocation(authority.get("RevocationConfiguration") or {})],
    }


def own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags without those that AWS sets itself, which no one else can set."""
    return {key: value for key, value in sorted(tags.items()) if not key.lower().startswith(_OF_AWS)}


def unmanageable_reason(authority: Mapping[str, Any]) -> str:
    """Return why Terraform cannot manage a CA as it is, nothing where it can."""
    configuration = authority["CertificateAuthorityConfiguration"]
    for name in ("KeyAlgorithm", "SigningAlgorithm"):
        value = configuration[name]
        if value in facts.INEXPRESSIBLE_VALUES:
            return f"Terraform has no '{value}': {facts.INEXPRESSIBLE_VALUES[value]}"
    if not any(_named(configuration["Subject"], _SUBJECT).values()):
        given = ", ".join(name for name, _ in _inexpressible(configuration["Subject"], _SUBJECT)) or "nothing"
        return f"Terraform has no subject that is made of {given} alone"
    return ""


def unsupported_settings(authority: Mapping[str, Any]) -> Iterator[str]:
    """Yield what of a CA Terraform neither sees nor changes, in words."""
    for name, value in _inexpressible(authority["CertificateAuthorityConfiguration"]["Subject"], _SUBJECT):
        yield f"subject.{name} is {_shown(value)}: Terraform cannot say that, and does not change it"
    crl = (authority.get("RevocationConfiguration") or {}).get("CrlConfiguration") or {}
    if crl.get("Enabled"):
        for name, value in _inexpressible(crl, _CRL):
            if (name, value) not in _DEFAULTS:
                yield f"crl_configuration.{name} is {_shown(value)}: Terraform cannot say that; {_LATER}"


_DEFAULTS = (("crl_type", "COMPLETE"), ("crl_distribution_point_extension_configuration", {"OmitExtension": False}))


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


def _named(found: Mapping[str, Any], shape: str) -> dict[str, str]:
    """Return the members of a structure by the provider's names; a state holds empty text for what is not set."""
    return {_name(field): found.get(member, "") for field, member in _fields(shape) if field.argument is not None}


def _inexpressible(found: Mapping[str, Any], shape: str) -> Iterator[tuple[str, Any]]:
    """Yield the members that the provider has no argument for, by the spec's names."""
    for field, member in _fields(shape):
        if field.argument is None and found.get(member):
            yield _name(field), found[member]


def _fields(shape: str) -> Iterator[tuple[FieldFact, str]]:
    return ((field, field.api.removeprefix(shape)) for field in FIELDS if field.api and field.api.startswith(shape))


def _name(field: FieldFact) -> str:
    return field.path.rpartition(".")[2]


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, list):
        return ", ".join(f"{each.get('ObjectIdentifier')}='{each.get('Value')}'" for each in value)
    return ", ".join(f"{name}={inner}" for name, inner in value.items())
