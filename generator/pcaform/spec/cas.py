"""Certificate authorities in the spec: the arguments of `aws_acmpca_certificate_authority` and of its activation."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from pcaform.core import facts
from pcaform.spec.providers import Provider
from pcaform.spec.revocation import RevocationConfiguration
from pcaform.spec.types import COUNTRY, DURATION, PRINTABLE, CaArn, Ignore, Key, Many, Model, Tags, member, tag_of


def _name(field: str, pattern: str | None = None) -> Any:
    return Field(default=None, min_length=1, max_length=facts.SUBJECT_LENGTHS[field], pattern=pattern)


class CustomAttribute(Model):
    """One attribute of the subject by its object identifier."""

    object_identifier: str
    """Such as 1.3.6.1.4.1.37244.1.3."""
    value: str
    """The attribute's text."""


class Subject(Model):
    """The CA's distinguished name; AWS never changes it."""

    common_name: Annotated[str | None, _name("common_name")]
    """The CA's name."""
    country: Annotated[str | None, Field(default=None, pattern=COUNTRY)]
    """The two-letter code of a country."""
    distinguished_name_qualifier: Annotated[str | None, _name("distinguished_name_qualifier", PRINTABLE)]
    """What tells it from others of the same name."""
    generation_qualifier: Annotated[str | None, _name("generation_qualifier")]
    """Such as Jr. or III."""
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
    serial_number: Annotated[str | None, _name("serial_number", PRINTABLE)]
    """A serial number in the name, not that of the certificate."""
    state: Annotated[str | None, _name("state")]
    """A state or province."""
    surname: Annotated[str | None, _name("surname")]
    """A family name."""
    title: Annotated[str | None, _name("title")]
    """Such as Mr. or Ms."""
    custom_attributes: Many[CustomAttribute] | None = None
    """Attributes by object identifier; excludes all others."""


def _amount(value: Any) -> Any:
    is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if not is_number and not (isinstance(value, str) and value):
        raise PydanticCustomError("wanted", "a number from 1, or for END_DATE a time such as 2035-01-01T00:00:00Z")
    return value


class Validity(Model):
    """How long a CA's certificate is valid."""

    type: facts.ValidityType
    """DAYS, MONTHS and YEARS count from issuing; ABSOLUTE is seconds since 1970; END_DATE is a time."""
    value: Annotated[
        int | str,
        BeforeValidator(_amount),
        WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "minLength": 1}]}),
    ]
    """A number, or for END_DATE a time in RFC 3339 such as 2035-01-01T00:00:00Z."""


class Permission(Model):
    """A grant of the CA to a service, `aws_acmpca_permission`."""

    principal: facts.Principal = facts.ACM_PRINCIPAL
    """The service; AWS knows only ACM."""
    actions: Annotated[Many[facts.PermissionAction], Field(min_length=1)] = facts.ALL_PERMISSION_ACTIONS
    """What the service may do; with fewer than all three, renewals fail."""


class OfflineActivation(Model):
    """A certificate that was signed elsewhere: each as PEM, or as the path of a file beside the spec."""

    certificate: Annotated[str, Field(min_length=1, max_length=32768)]
    """The CA's certificate."""
    certificate_chain: Annotated[str | None, Field(min_length=1, max_length=2097152)] = None
    """The certificates above it, the root last; none for a root."""
    certificate_signing_request: Annotated[str | None, Field(min_length=1, max_length=32768)] = None
    """The CA's request, an output of the stack; with it the certificate is compared before anything is written."""


def _activation_kind(value: Any) -> str:
    return tag_of("certificate" if isinstance(value, Mapping | OfflineActivation) else "external")


Activation = Annotated[
    Annotated[Literal["external", "pending"], member("external")] | Annotated[OfflineActivation, member("certificate")],
    Discriminator(_activation_kind),
]
"""`external`: active already, Terraform never issues or installs its certificate. `pending`: it waits for one."""


class Timeouts(Model):
    """How long Terraform waits."""

    create: Annotated[str | None, Field(pattern=DURATION)] = None
    """Such as 5m; the provider's own is 1m."""


def _managed(value: Any) -> Any:
    if value is False:
        raise PydanticCustomError("wanted", "true here; false stands in the entry of the CA itself")
    if value is not True:
        raise PydanticCustomError("wanted", "true or false")
    return value


class CertificateAuthority(Model):
    """A private CA of this stack."""

    managed: Annotated[Literal[True], BeforeValidator(_managed)] = True
    """false makes the entry a reference to a CA that something else manages."""
    arn: CaArn | None = None
    """The CA exists already: a permanent import block."""
    type: facts.CertificateAuthorityType
    """ROOT signs itself; SUBORDINATE is signed by its parent."""
    parent: Key | None = None
    """The CA that signs this one, a key of this section."""
    path_length: Annotated[int | None, Field(ge=0, le=facts.MAX_PATH_LENGTH)] = None
    """How many levels of CAs may stand below; 0 for a SUBORDINATE that names none."""
    subject: Subject
    """The distinguished name; AWS never changes it."""
    key_algorithm: facts.KeyAlgorithm
    """Type and size of the key; AWS never changes it."""
    signing_algorithm: facts.SigningAlgorithm | None = None
    """How the CA signs; follows from the key where it is left out."""
    validity: Validity | None = None
    """How long the CA's certificate is valid; needed unless the activation is given."""
    api_passthrough: dict[str, Any] | None = None
    """Extensions that the certificate gets beyond its template."""
    activation: Activation | None = None
    """How the CA gets its certificate where this stack does not issue it."""
    usage_mode: facts.UsageMode = "GENERAL_PURPOSE"
    """SHORT_LIVED_CERTIFICATE issues for at most 7 days and costs less; AWS never changes it."""
    key_storage_security_standard: facts.KeyStorageSecurityStandard | None = None
    """The standard of the key's hardware; the region's own where it is left out."""
    enabled: bool = True
    """false disables an active CA."""
    permanent_deletion_time_in_days: Annotated[int, Field(ge=7, le=30)] = 30
    """How long a deleted CA can be restored."""
    revocation_configuration: RevocationConfiguration | None = None
    """How revoked certificates are published."""
    permissions: Many[Permission] = ()
    """Grants to ACM."""
    provider: Provider | None = None
    """Where the CA lives when it is elsewhere."""
    generation: Annotated[int, Field(ge=1, le=1000)] = 1
    """Which certificate of this CA is installed; one more renews it."""
    deletion_protection: bool = True
    """false lets Terraform destroy the CA."""
    renamed_from: Key | None = None
    """The key this CA had before; the stack moves it."""
    timeouts: Timeouts | None = None
    """How long Terraform waits."""
    tags: Tags = Field(default_factory=dict)
    """Tags of the CA."""
    ignore: Many[Ignore] = ()
    """Rules that are broken here on purpose."""

    @model_validator(mode="after")
    def _fill_defaults(self) -> Self:
        """Fill what follows from other keys, so that every reader of the spec sees the same values."""
        if self.signing_algorithm is None:
            object.__setattr__(self, "signing_algorithm", facts.DEFAULT_SIGNING_ALGORITHM[self.key_algorithm])
        if self.path_length is None and self.type == "SUBORDINATE":
            object.__setattr__(self, "path_length", 0)
        return self


class Reference(Model):
    """A CA that something else manages: usable as parent, in grants and permissions."""

    managed: Literal[False]
    """false: nothing of this CA is rendered."""
    arn: CaArn
    """The CA."""
    key_algorithm: facts.KeyAlgorithm | None = None
    """The CA's key; needed when it is a parent."""
    permissions: Many[Permission] = ()
    """Grants to ACM that this stack adds."""
    provider: Provider | None = None
    """Where the CA lives when it is elsewhere."""
    ignore: Many[Ignore] = ()
    """Rules that are broken here on purpose."""


def _kind(value: Any) -> str:
    managed = value.get("managed") if isinstance(value, Mapping) else getattr(value, "managed", True)
    return tag_of("reference" if managed is False else "managed")


Authority = Annotated[
    Annotated[CertificateAuthority, member("managed")] | Annotated[Reference, member("reference")],
    Discriminator(_kind),
]
"""An entry of `certificate_authorities`."""
