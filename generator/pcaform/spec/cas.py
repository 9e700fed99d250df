"""Certificate authorities in the spec: the arguments of `aws_acmpca_certificate_authority` and of its activation."""

import calendar
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from pcaform.core import facts
from pcaform.spec import types
from pcaform.spec.types import CaArn, Cname, Ignore, Key, Many, Model, NameConstraints, Provider, Tags, member, tag_of

_MONTHS = 12


def _name(field: str, pattern: str | None = None) -> Any:
    return Field(default=None, min_length=1, max_length=facts.SUBJECT_LENGTHS[field], pattern=pattern)


class CustomAttribute(Model):
    """One attribute of the subject by its object identifier."""

    object_identifier: Annotated[str, Field(pattern=types.OID, max_length=64)]
    """For example 1.3.6.1.4.1.37244.1.3."""
    value: Annotated[str, Field(min_length=1, max_length=256)]
    """The attribute's text."""


class Subject(Model):
    """The CA's distinguished name; AWS never changes it."""

    common_name: Annotated[str | None, _name("common_name")]
    """The CA's name."""
    country: Annotated[str | None, Field(default=None, pattern=types.COUNTRY)]
    """The two-letter code of a country."""
    distinguished_name_qualifier: Annotated[str | None, _name("distinguished_name_qualifier", types.PRINTABLE)]
    """Distinguishes it from others with the same name."""
    generation_qualifier: Annotated[str | None, _name("generation_qualifier")]
    """For example Jr. or III."""
    given_name: Annotated[str | None, _name("given_name")]
    """A person's first name."""
    initials: Annotated[str | None, _name("initials")]
    """A person's initials."""
    locality: Annotated[str | None, _name("locality")]
    """A town."""
    organization: Annotated[str | None, _name("organization")]
    """The legal name of the organization."""
    organizational_unit: Annotated[str | None, _name("organizational_unit")]
    """A part of the organization."""
    pseudonym: Annotated[str | None, _name("pseudonym")]
    """A shortened name."""
    serial_number: Annotated[str | None, _name("serial_number", types.PRINTABLE)]
    """A serial number in the name, not that of the certificate."""
    state: Annotated[str | None, _name("state")]
    """A state or province."""
    surname: Annotated[str | None, _name("surname")]
    """A family name."""
    title: Annotated[str | None, _name("title")]
    """For example Mr. or Ms."""
    custom_attributes: Many[CustomAttribute] | None = None
    """Attributes by object identifier; cannot be combined with the other keys."""


def _check_amount(value: Any) -> Any:
    is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if not is_number and not (isinstance(value, str) and value):
        raise PydanticCustomError("wanted", "a number from 1, or for END_DATE a time such as 2035-01-01T00:00:00Z")
    return value


class Validity(Model):
    """How long a CA's certificate is valid."""

    type: facts.ValidityType
    """DAYS, MONTHS and YEARS count from the time of issuance; ABSOLUTE is seconds since 1970; END_DATE is a time."""
    value: Annotated[
        int | str,
        BeforeValidator(_check_amount),
        WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "minLength": 1}]}),
    ]
    """A number, or for END_DATE a time in RFC 3339, for example 2035-01-01T00:00:00Z."""


class Permission(Model):
    """A permission of the CA for a service, `aws_acmpca_permission`."""

    principal: facts.Principal = facts.ACM_PRINCIPAL
    """The service; AWS only supports ACM."""
    actions: Annotated[Many[facts.PermissionAction], Field(min_length=1)] = facts.ALL_PERMISSION_ACTIONS
    """The actions of the service; without all three, renewals fail."""


class OfflineActivation(Model):
    """A certificate that was signed elsewhere; each value is PEM text, or the path of a file relative to the spec."""

    certificate: Annotated[str, Field(min_length=1, max_length=facts.MAX_CERTIFICATE)]
    """The CA's certificate."""
    certificate_chain: Annotated[str | None, Field(min_length=1, max_length=facts.MAX_CHAIN)] = None
    """The certificates of the CAs above it, the root last; omitted for a root."""
    certificate_signing_request: Annotated[str | None, Field(min_length=1, max_length=facts.MAX_CERTIFICATE)] = None
    """The CA's signing request, an output of the stack; if present, the certificate is checked against it."""


class CrlDistributionPoint(Model):
    """Whether issued certificates have the CRL distribution point extension."""

    omit_extension: bool
    """true omits the extension from issued certificates; cannot be combined with custom_cname."""


class CrlConfiguration(Model):
    """The certificate revocation list (CRL) in a bucket."""

    enabled: bool
    """Whether a CRL is published."""
    s3_bucket_name: Annotated[str | None, Field(pattern=types.BUCKET, min_length=3, max_length=255)] = None
    """The bucket of the CRL; required if enabled."""
    expiration_in_days: Annotated[int | None, Field(ge=1, le=5000)] = None
    """How long a CRL is valid; required if enabled."""
    custom_cname: Cname | None = None
    """The host name in issued certificates, instead of the bucket's."""
    custom_path: Annotated[str | None, Field(pattern=types.CRL_PATH, max_length=253)] = None
    """The path of the CRL in the bucket, instead of `crl`; certificates keep the one they were issued with."""
    s3_object_acl: facts.S3ObjectAcl = "BUCKET_OWNER_FULL_CONTROL"
    """The ACL of the CRL; AWS's own default is PUBLIC_READ, which S3 Block Public Access rejects."""
    crl_type: facts.CrlType | None = None
    """One complete CRL, or one CRL for each partition of the certificates."""
    crl_distribution_point_extension_configuration: CrlDistributionPoint | None = None
    """Whether issued certificates have the CRL distribution point extension."""


class OcspConfiguration(Model):
    """The OCSP responder, which answers for single certificates."""

    enabled: bool
    """Whether AWS's OCSP responder answers for this CA's certificates."""
    ocsp_custom_cname: Cname | None = None
    """The host name in issued certificates, instead of AWS's."""


class RevocationConfiguration(Model):
    """How revoked certificates are published."""

    crl_configuration: CrlConfiguration | None = None
    """A CRL in a bucket."""
    ocsp_configuration: OcspConfiguration | None = None
    """An OCSP responder."""


def _activation_kind(value: Any) -> str:
    return tag_of("certificate" if isinstance(value, Mapping | OfflineActivation) else "external")


Activation = Annotated[
    Annotated[Literal["external", "pending"], member("external")] | Annotated[OfflineActivation, member("certificate")],
    Discriminator(_activation_kind),
]
"""`external`: the CA is active, Terraform never issues or installs its certificate. `pending`: it waits for one."""


class Timeouts(Model):
    """How long Terraform waits."""

    create: Annotated[str | None, Field(pattern=types.DURATION)] = None
    """For example 5m; the provider's default is 1m."""


def _check_managed(value: Any) -> Any:
    if value is False:
        raise PydanticCustomError("wanted", "true here; write false in the entry of the CA itself")
    if value is not True:
        raise PydanticCustomError("wanted", "true or false")
    return value


class CertificateAuthority(Model):
    """A private CA of this stack."""

    managed: Annotated[Literal[True], BeforeValidator(_check_managed)] = True
    """false makes the entry a reference to a CA that something else manages."""
    arn: CaArn | None = None
    """The ARN of a CA that already exists; the stack gets a permanent import block for it."""
    type: facts.CertificateAuthorityType
    """ROOT is signed by itself, SUBORDINATE by its parent."""
    parent: Key | None = None
    """The CA that signs this one, a key of this section."""
    path_length: Annotated[int | None, Field(ge=0, le=facts.MAX_PATH_LENGTH)] = None
    """The maximum number of CA levels below; 0 for a SUBORDINATE if omitted."""
    subject: Subject
    """The distinguished name; AWS never changes it."""
    key_algorithm: facts.KeyAlgorithm
    """Type and size of the key; AWS never changes it."""
    signing_algorithm: facts.SigningAlgorithm | None = None
    """The algorithm with which the CA signs; derived from the key if omitted."""
    validity: Validity | None = None
    """How long the CA's certificate is valid; required unless there is an activation."""
    api_passthrough: dict[str, Any] | None = None
    """Extensions of the certificate in addition to its template."""
    name_constraints: NameConstraints | None = None
    """For which names the CA and those below it may issue: a critical extension of its certificate."""
    template: Annotated[str | None, Field(pattern=types.TEMPLATE)] = None
    """The template of the certificate; if omitted, the one of the type, the path length and what passes through."""
    activation: Activation | None = None
    """How the CA gets its certificate if this stack does not issue it."""
    usage_mode: facts.UsageMode = facts.DEFAULT_USAGE_MODE
    """SHORT_LIVED_CERTIFICATE issues for at most 7 days and costs less; AWS never changes it."""
    key_storage_security_standard: facts.KeyStorageSecurityStandard | None = None
    """The security standard of the key's hardware; AWS's default if omitted, which a new CA in China cannot have."""
    enabled: bool = True
    """false disables an active CA: it signs nothing until it is enabled again, and revokes as before."""
    permanent_deletion_time_in_days: Annotated[int, Field(ge=7, le=30)] = facts.DEFAULT_DELETION_DAYS
    """How long a deleted CA can be restored."""
    revocation_configuration: RevocationConfiguration | None = None
    """How revoked certificates are published."""
    permissions: Many[Permission] = ()
    """Permissions for ACM."""
    provider: Provider | None = None
    """Region and role of the CA, if they are not the stack's own."""
    generation: Annotated[int, Field(ge=1, le=1000)] = 1
    """The number of the CA's installed certificate; increase it by one to renew."""
    issued_generation: Annotated[int | None, Field(ge=1, le=1000)] = None
    """The generation that an apply has issued already; required while the CA, or the CA that signs it, is disabled."""
    successor_of: Key | None = None
    """The CA that this one takes over from with a new key; that one stays until its last certificate has ended."""
    deletion_protection: bool = True
    """false lets Terraform destroy the CA."""
    renamed_from: Key | None = None
    """The key this CA had before; the stack moves it."""
    timeouts: Timeouts | None = None
    """How long Terraform waits."""
    tags: Tags = Field(default_factory=dict)
    """Tags of the CA."""
    ignore: Many[Ignore] = ()
    """Rules that are intentionally not followed here."""

    @model_validator(mode="after")
    def _fill_defaults(self) -> Self:
        """Fill in what follows from other keys, so that all users of the spec see the same values."""
        if self.signing_algorithm is None:
            object.__setattr__(self, "signing_algorithm", facts.DEFAULT_SIGNING_ALGORITHM[self.key_algorithm])
        if self.path_length is None and self.type == "SUBORDINATE":
            object.__setattr__(self, "path_length", 0)
        if self.template == self.default_template:
            object.__setattr__(self, "template", None)
        return self

    @property
    def default_template(self) -> str:
        """The template that the CA's own certificate is issued with if the spec does not choose."""
        passes_through = self.api_passthrough is not None or self.name_constraints is not None
        return facts.ca_template(self.type, self.path_length or 0, passes_through=passes_through)


class Reference(Model):
    """A CA that is managed elsewhere; it can be used as a parent, and in grants and permissions."""

    managed: Literal[False]
    """false: this stack does not manage the CA."""
    arn: CaArn | None = None
    """The ARN of the CA; where `stack` names it, the ARN comes from what `references` says."""
    stack: Annotated[str | None, Field(pattern=types.STACK, max_length=64)] = None
    """The stack that manages the CA, by its name; instead of `arn`."""
    certificate_authority: Key | None = None
    """The CA's key in that stack."""
    account_id: types.AccountId | None = None
    """The account of a CA whose ARN only Terraform reads; that of the `provider`'s role or of the stack if omitted."""
    key_algorithm: facts.KeyAlgorithm | None = None
    """The algorithm of the CA's key; required if it is a parent."""
    permissions: Many[Permission] = ()
    """Permissions for ACM that this stack adds."""
    provider: Provider | None = None
    """Region and role of the CA, if they are not the stack's own."""
    ignore: Many[Ignore] = ()
    """Rules that are intentionally not followed here."""

    @model_validator(mode="after")
    def _check_name(self) -> Self:
        """Refuse a CA without a name, and one with two."""
        if (self.arn is None) != (self.stack is not None) or (self.stack is None) != (
            self.certificate_authority is None
        ):
            raise PydanticCustomError("wanted", "a mapping with 'arn', or with 'stack' and 'certificate_authority'")
        return self

    def is_same(self, other: Any) -> bool:
        """Tell whether both are one CA: by their ARNs, or by its stack and key where one has no ARN yet."""
        if not isinstance(other, Reference) or (self.arn and other.arn):
            return self.arn is not None and self.arn == getattr(other, "arn", None)
        return (self.stack, self.certificate_authority) == (other.stack, other.certificate_authority)


def _authority_kind(value: Any) -> str:
    managed = value.get("managed") if isinstance(value, Mapping) else getattr(value, "managed", True)
    return tag_of("reference" if managed is False else "managed")


Authority = Annotated[
    Annotated[CertificateAuthority, member("managed")] | Annotated[Reference, member("reference")],
    Discriminator(_authority_kind),
]
"""An entry of `certificate_authorities`."""


RELATIVE_TYPES = ("DAYS", "MONTHS", "YEARS")
"""Types that count from issuing: a child is issued after its parent, so with the same value it ends later."""


def compute_end(validity: Validity, start: datetime) -> datetime:
    """Return when a certificate ends that is issued at `start`.

    AWS Private CA computes it so: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Validity.html
    Raises ValueError with a reason for the user if the value does not fit its type.
    """
    if validity.type == "END_DATE":
        return _parse_time(validity.value)
    if not isinstance(validity.value, int):
        raise ValueError(f"{validity.type} needs a number of up to 18 digits, without quotes")  # noqa: TRY004 - the caller reads values
    try:
        if validity.type == "ABSOLUTE":
            return datetime.fromtimestamp(validity.value, UTC)
        if validity.type == "DAYS":
            return start + timedelta(days=validity.value)
        return _add_months(start, validity.value * (_MONTHS if validity.type == "YEARS" else 1))
    except (ValueError, OverflowError, OSError):
        raise ValueError("it ends after the year 9999, which a certificate cannot express") from None


def _parse_time(value: int | str) -> datetime:
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("END_DATE needs a time in RFC 3339, such as 2035-01-01T00:00:00Z") from None
    if time.tzinfo is None:
        raise ValueError("the time needs a zone, such as the Z in 2035-01-01T00:00:00Z")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("in UTC it is outside the years 1 to 9999") from None


def _add_months(start: datetime, months: int) -> datetime:
    """Return the same day some months later, or the last day of a month that is shorter."""
    years, month = divmod(start.month - 1 + months, _MONTHS)
    year, month = start.year + years, month + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))
