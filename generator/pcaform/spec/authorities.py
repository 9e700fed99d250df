"""Certificate authorities in the spec: the arguments of `aws_acmpca_certificate_authority` and of its activation."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from pcaform import facts
from pcaform.spec.values import BUCKET, CNAME, COUNTRY, Ignore, Key, Many, Model, Tags


def _name(limit: str) -> object:
    return Field(default=None, min_length=1, max_length=facts.SUBJECT_LENGTHS[limit])


class Subject(Model):
    """The CA's distinguished name; AWS never changes it."""

    common_name: Annotated[str | None, _name("common_name")]
    country: Annotated[str | None, Field(default=None, pattern=COUNTRY)]
    distinguished_name_qualifier: Annotated[str | None, _name("distinguished_name_qualifier")]
    generation_qualifier: Annotated[str | None, _name("generation_qualifier")]
    given_name: Annotated[str | None, _name("given_name")]
    initials: Annotated[str | None, _name("initials")]
    locality: Annotated[str | None, _name("locality")]
    organization: Annotated[str | None, _name("organization")]
    organizational_unit: Annotated[str | None, _name("organizational_unit")]
    pseudonym: Annotated[str | None, _name("pseudonym")]
    state: Annotated[str | None, _name("state")]
    surname: Annotated[str | None, _name("surname")]
    title: Annotated[str | None, _name("title")]


def _amount(value: Any) -> Any:
    is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if not is_number and not (isinstance(value, str) and value):
        raise PydanticCustomError("wanted", "a number from 1, or for END_DATE a time such as 2035-01-01T00:00:00Z")
    return value


class Validity(Model):
    """How long a CA's certificate is valid. `value` is a number, or for END_DATE a time in RFC 3339."""

    type: facts.ValidityType
    value: Annotated[int | str, BeforeValidator(_amount)]


class CrlConfiguration(Model):
    """The certificate revocation list in a bucket."""

    enabled: bool
    s3_bucket_name: Annotated[str | None, Field(pattern=BUCKET, min_length=3, max_length=255)] = None
    expiration_in_days: Annotated[int | None, Field(ge=1, le=5000)] = None
    custom_cname: Annotated[str | None, Field(pattern=CNAME, max_length=253)] = None
    s3_object_acl: facts.S3ObjectAcl = "BUCKET_OWNER_FULL_CONTROL"


class OcspConfiguration(Model):
    """The responder that answers for single certificates."""

    enabled: bool
    ocsp_custom_cname: Annotated[str | None, Field(pattern=CNAME, max_length=253)] = None


class RevocationConfiguration(Model):
    """How revoked certificates are published."""

    crl_configuration: CrlConfiguration | None = None
    ocsp_configuration: OcspConfiguration | None = None


class Permission(Model):
    """A grant of the CA to a service, `aws_acmpca_permission`."""

    principal: facts.Principal = facts.ACM_PRINCIPAL
    actions: Annotated[Many[facts.PermissionAction], Field(min_length=1)] = facts.ALL_PERMISSION_ACTIONS


class CertificateAuthority(Model):
    """A private CA that this stack makes and activates."""

    type: facts.CertificateAuthorityType
    parent: Key | None = None
    path_length: Annotated[int | None, Field(ge=0, le=facts.MAX_PATH_LENGTH)] = None
    subject: Subject
    key_algorithm: facts.KeyAlgorithm
    signing_algorithm: facts.SigningAlgorithm | None = None
    validity: Validity
    usage_mode: facts.UsageMode = "GENERAL_PURPOSE"
    key_storage_security_standard: facts.KeyStorageSecurityStandard | None = None
    enabled: bool = True
    permanent_deletion_time_in_days: Annotated[int, Field(ge=7, le=30)] = 30
    revocation_configuration: RevocationConfiguration | None = None
    permissions: Many[Permission] = ()
    tags: Tags = Field(default_factory=dict)
    ignore: Many[Ignore] = ()

    @model_validator(mode="after")
    def _fill_defaults(self) -> Self:
        """Fill what follows from other keys, so that every reader of the spec sees the same values."""
        if self.signing_algorithm is None:
            object.__setattr__(self, "signing_algorithm", facts.DEFAULT_SIGNING_ALGORITHM[self.key_algorithm])
        if self.path_length is None and self.type == "SUBORDINATE":
            object.__setattr__(self, "path_length", 0)
        return self
