"""The table of spec fields: for each its member in AWS's API, its argument in the provider, and its import sources.

The models have the limits. A test compares them, through the JSON Schema, with the API's own model, and this table with
the provider's schema, so that an additional value in a newer SDK or provider makes a test fail.
"""

from dataclasses import dataclass
from typing import Literal

from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY, CERTIFICATE, IAM_USER, PERMISSION

Source = Literal["state", "live", "hcl"]
_ALL: tuple[Source, ...] = ("state", "live", "hcl")
_TERRAFORM: tuple[Source, ...] = ("state", "hcl")

_SUBJECT = "certificate_authority_configuration.subject"
_CRL = "revocation_configuration.crl_configuration"
_OCSP = "revocation_configuration.ocsp_configuration"


@dataclass(frozen=True, slots=True)
class FieldFact:
    """One field: its path in the spec, `Shape.Member` of the API, resource and argument of the provider.

    `carried` are the import sources that provide the field.
    """

    path: str
    api: str | None = None
    resource: str | None = None
    argument: str | None = None
    carried: tuple[Source, ...] = _ALL


def _subject(name: str, member: str, *, is_argument: bool = True) -> FieldFact:
    argument = f"{_SUBJECT}.{name}" if is_argument else None
    return FieldFact(f"certificate_authorities.*.subject.{name}", f"ASN1Subject.{member}", AUTHORITY, argument)


def _crl(name: str, member: str, *, is_argument: bool = True) -> FieldFact:
    path = f"certificate_authorities.*.revocation_configuration.crl_configuration.{name}"
    return FieldFact(path, f"CrlConfiguration.{member}", AUTHORITY, f"{_CRL}.{name}" if is_argument else None)


def _ca(name: str, api: str | None, argument: str, carried: tuple[Source, ...] = _ALL) -> FieldFact:
    return FieldFact(f"certificate_authorities.*.{name}", api, AUTHORITY, argument, carried)


FIELDS: tuple[FieldFact, ...] = (
    FieldFact("aws.region"),
    FieldFact("aws.account_id"),
    FieldFact("aws.default_tags", carried=_TERRAFORM),
    FieldFact("aws.assume_role", carried=("hcl",)),
    FieldFact("terraform.backend", carried=("hcl",)),
    FieldFact("issuers.*.grants"),
    FieldFact("issuers.*.policy"),
    _ca("type", "CreateCertificateAuthorityRequest.CertificateAuthorityType", "type"),
    _ca("usage_mode", "CreateCertificateAuthorityRequest.UsageMode", "usage_mode"),
    _ca(
        "key_storage_security_standard",
        "CreateCertificateAuthorityRequest.KeyStorageSecurityStandard",
        "key_storage_security_standard",
    ),
    _ca("enabled", None, "enabled"),
    _ca(
        "permanent_deletion_time_in_days",
        "DeleteCertificateAuthorityRequest.PermanentDeletionTimeInDays",
        "permanent_deletion_time_in_days",
        _TERRAFORM,
    ),
    _ca("tags", "CreateCertificateAuthorityRequest.Tags", "tags"),
    _ca("timeouts.create", None, "timeouts.create", _TERRAFORM),
    _ca(
        "key_algorithm",
        "CertificateAuthorityConfiguration.KeyAlgorithm",
        "certificate_authority_configuration.key_algorithm",
    ),
    _ca(
        "signing_algorithm",
        "CertificateAuthorityConfiguration.SigningAlgorithm",
        "certificate_authority_configuration.signing_algorithm",
    ),
    _subject("common_name", "CommonName"),
    _subject("country", "Country"),
    _subject("distinguished_name_qualifier", "DistinguishedNameQualifier"),
    _subject("generation_qualifier", "GenerationQualifier"),
    _subject("given_name", "GivenName"),
    _subject("initials", "Initials"),
    _subject("locality", "Locality"),
    _subject("organization", "Organization"),
    _subject("organizational_unit", "OrganizationalUnit"),
    _subject("pseudonym", "Pseudonym"),
    _subject("serial_number", "SerialNumber", is_argument=False),
    _subject("state", "State"),
    _subject("surname", "Surname"),
    _subject("title", "Title"),
    _subject("custom_attributes", "CustomAttributes", is_argument=False),
    _crl("enabled", "Enabled"),
    _crl("expiration_in_days", "ExpirationInDays"),
    _crl("custom_cname", "CustomCname"),
    _crl("custom_path", "CustomPath", is_argument=False),
    _crl("s3_bucket_name", "S3BucketName"),
    _crl("s3_object_acl", "S3ObjectAcl"),
    _crl("crl_type", "CrlType", is_argument=False),
    _crl(
        "crl_distribution_point_extension_configuration",
        "CrlDistributionPointExtensionConfiguration",
        is_argument=False,
    ),
    _ca("revocation_configuration.ocsp_configuration.enabled", "OcspConfiguration.Enabled", f"{_OCSP}.enabled"),
    _ca(
        "revocation_configuration.ocsp_configuration.ocsp_custom_cname",
        "OcspConfiguration.OcspCustomCname",
        f"{_OCSP}.ocsp_custom_cname",
    ),
    FieldFact("certificate_authorities.*.validity.type", "Validity.Type", CERTIFICATE, "validity.type", _TERRAFORM),
    FieldFact("certificate_authorities.*.validity.value", "Validity.Value", CERTIFICATE, "validity.value", _TERRAFORM),
    FieldFact(
        "certificate_authorities.*.path_length",
        "IssueCertificateRequest.TemplateArn",
        CERTIFICATE,
        "template_arn",
        _ALL,
    ),
    FieldFact(
        "certificate_authorities.*.parent",
        "IssueCertificateRequest.CertificateAuthorityArn",
        CERTIFICATE,
        "certificate_authority_arn",
        _ALL,
    ),
    FieldFact(
        "certificate_authorities.*.api_passthrough",
        "IssueCertificateRequest.ApiPassthrough",
        CERTIFICATE,
        "api_passthrough",
        _TERRAFORM,
    ),
    FieldFact(
        "certificate_authorities.*.permissions[].principal",
        "CreatePermissionRequest.Principal",
        PERMISSION,
        "principal",
    ),
    FieldFact(
        "certificate_authorities.*.permissions[].actions", "CreatePermissionRequest.Actions", PERMISSION, "actions"
    ),
    FieldFact("issuers.*.user_name", None, IAM_USER, "name"),
    FieldFact("issuers.*.path", None, IAM_USER, "path"),
    FieldFact("issuers.*.permissions_boundary", None, IAM_USER, "permissions_boundary"),
    FieldFact("issuers.*.force_destroy", None, IAM_USER, "force_destroy", _TERRAFORM),
    FieldFact("issuers.*.tags", None, IAM_USER, "tags"),
    FieldFact("certificates.*.certificate_authority", None, ACM_CERTIFICATE, "certificate_authority_arn"),
    FieldFact("certificates.*.domain_name", None, ACM_CERTIFICATE, "domain_name"),
    FieldFact("certificates.*.subject_alternative_names", None, ACM_CERTIFICATE, "subject_alternative_names"),
    FieldFact("certificates.*.key_algorithm", None, ACM_CERTIFICATE, "key_algorithm"),
    FieldFact("certificates.*.early_renewal_duration", None, ACM_CERTIFICATE, "early_renewal_duration", _TERRAFORM),
    FieldFact("certificates.*.tags", None, ACM_CERTIFICATE, "tags"),
)
