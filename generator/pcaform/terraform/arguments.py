"""The table of arguments: one row for each argument of each resource that pcaform renders, reads or judges.

Everything that depends on an argument reads its row: documentation, the sources, inference, merging, drift, the
manifest, replacement, and the comparison of two specs. Tests hold the table against the provider's schema, AWS's own
service model, the spec's models, and real plans that change every argument once.

Source: provider aws 5.100, `internal/service/{acmpca,acm,iam,s3}` and its schema; [API] botocore's service models.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from pcaform.core import facts
from pcaform.terraform import resource_types as types

Source = Literal["state", "plan", "live", "hcl"]
Sources = tuple[Source, ...]
Kind = Literal["string", "number", "bool", "set", "map", "block"]
Form = Literal["exact", "unordered", "json", "lower"]
ALL: Sources = ("state", "plan", "live", "hcl")
TERRAFORM: Sources = ("state", "plan", "hcl")
_FILES: Sources = ("plan", "hcl")
NOT_YET = "no release"
"""Stands for the release of an argument that AWS has and no release of the provider takes."""
FLOOR = "5.100.0"
"""The release of the provider from which on stacks work."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a resource type, and the fields of a spec that become it.

    `name` is its path in the provider, without indices of blocks; empty for a field that is no argument. `paths` are
    its fields in a spec; `api` is `Shape.Member` of AWS's API. `default` is what the provider plans where it is left
    out, `aws_default` what AWS takes where the provider sends nothing; None means nothing. With `is_computed` the
    provider keeps what is there where it is left out; with `is_required` a spec must have it. With `replaces` another
    value replaces the resource; with `is_fixed` AWS never changes it, whatever the provider plans. `form` is how AWS
    and the provider normalise a value: an unordered list, JSON, lower case. `carried` are the import sources that
    provide its fields; `since` is the first release of the provider that takes it, `is_read` tells whether sources
    read it.
    """

    resource: str
    name: str
    kind: Kind = "string"
    paths: tuple[str, ...] = ()
    api: str = ""
    default: Any = None
    aws_default: Any = None
    is_computed: bool = False
    is_required: bool = False
    replaces: bool = False
    is_fixed: bool = False
    form: Form = "exact"
    carried: Sources = ALL
    since: str = FLOOR
    is_read: bool = True

    @property
    def top(self) -> str:
        """The name of the outermost block, or of the argument itself."""
        return self.name.partition(".")[0]

    @property
    def is_plain(self) -> bool:
        """Whether its field is passed on as it is: a single value that need not be given, under the same name."""
        is_single = self.kind in ("string", "number", "bool") and "." not in self.name
        return is_single and bool(self.paths) and self.paths[0].endswith(f".*.{self.name}") and not self.is_required

    @property
    def is_argument(self) -> bool:
        """Whether a release of the provider takes it."""
        return bool(self.name) and self.since != NOT_YET


def _row(name: str, *paths: str, **facts_of_it: Any) -> Argument:
    return Argument("", name, paths=paths, **facts_of_it)


def _of(resource: str, *rows: Argument) -> tuple[Argument, ...]:
    return tuple(replace(row, resource=resource) for row in rows)


def _other(*names: str, kind: Kind = "string") -> Iterator[Argument]:
    """Yield the rows of arguments that no field of a spec becomes and that no source reads."""
    return (Argument("", name, kind, is_read=False) for name in names)


_CA = "certificate_authorities.*"
_CONFIGURATION = "certificate_authority_configuration"
_CREATE, _DELETE = "CreateCertificateAuthorityRequest", "DeleteCertificateAuthorityRequest"
_ISSUE = "IssueCertificateRequest"
_CRL = "revocation_configuration.crl_configuration"
_OCSP = "revocation_configuration.ocsp_configuration"
_ROLES = ("administrators.*", "auditors.*")
_IGNORING = ("certificate_authorities", "issuers", "certificates", "administrators", "auditors")


def _ca(name: str, api: str = "", *, at: str = "", **facts_of_it: Any) -> Argument:
    """Return the row of a CA's argument whose field has the same name; `at` is the block that only Terraform has."""
    return _row(f"{at}.{name}".lstrip("."), f"{_CA}.{name}", api=api, **facts_of_it)


def _subject(name: str) -> Argument:
    member, is_taken = "".join(map(str.capitalize, name.split("_"))), name not in facts.INEXPRESSIBLE_KEYS
    fixed = {"replaces": is_taken, "is_fixed": True, "since": FLOOR if is_taken else NOT_YET}
    return _ca(f"subject.{name}", f"ASN1Subject.{member}", at=_CONFIGURATION, **fixed)


def _crl(name: str, member: str, **facts_of_it: Any) -> Argument:
    return _ca(f"{_CRL}.{name}", f"CrlConfiguration.{member}", **facts_of_it)


def _operator(name: str, field: str = "", issuer: tuple[str, ...] = (), **facts_of_it: Any) -> Argument:
    """Return the row of a role's argument, a field of the two sections of operator roles."""
    paths = (*issuer, *(f"{section}.{field or name}" for section in _ROLES))
    return _row(name, *paths, carried=TERRAFORM, **facts_of_it)


_TAGS: dict[str, Any] = {"kind": "map"}
_SET: dict[str, Any] = {"kind": "set", "form": "unordered"}
_ON_OFF: dict[str, Any] = {"kind": "bool", "default": False}
_KEPT: dict[str, Any] = {"is_computed": True}
_JSON: dict[str, Any] = {"form": "json"}
_ANEW: dict[str, Any] = {"replaces": True}
_FIXED: dict[str, Any] = {"replaces": True, "is_fixed": True}
_DAYS: dict[str, Any] = {"kind": "number", "default": facts.DEFAULT_DELETION_DAYS}
_INLINE = (_row("name", **_ANEW), _row("policy", **_JSON), *_other("name_prefix"))
PUBLIC_ACCESS_SETTINGS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
"""Of `aws_s3_bucket_public_access_block`."""

ARGUMENTS: tuple[Argument, ...] = (
    *_of(
        "",
        _row("", "aws.region"),
        _row("", "aws.account_id"),
        _row("", "aws.default_tags", carried=TERRAFORM),
        _row("", "aws.assume_role", carried=_FILES),
        _row("", "aws.ignore_tags", "aws.profile", "aws.use_fips_endpoint", carried=_FILES),
        _row("", "terraform.backend", "terraform.cloud", carried=("hcl",)),
        _row("", f"{_CA}.managed"),
        _row("", f"{_CA}.arn"),
        _row("", f"{_CA}.activation"),
        _row("", f"{_CA}.provider.region"),
        _row("", f"{_CA}.provider.assume_role", carried=_FILES),
        _row("", f"{_CA}.generation", carried=TERRAFORM),
        _row("", f"{_CA}.deletion_protection", carried=("hcl",)),
        _row("", "issuers.*.existing_user", "issuers.*.existing_role"),
        _row("", "issuers.*.grants", "issuers.*.deny_other_templates"),
        _row("", "issuers.*.policy"),
        _row("", "certificates.*.arn", carried=("plan", "live", "hcl")),
        _row("", "moves", carried=TERRAFORM),
        _row("", "removed", "waivers", "profile", "terraform.extra_files", carried=()),
        _row("", *(f"{section}.*.ignore" for section in _IGNORING), carried=()),
        _row("", f"{_CA}.renamed_from", "issuers.*.renamed_from", carried=()),
        _row("", f"{_CA}.issued_generation", f"{_CA}.successor_of", carried=()),
    ),
    *_of(
        types.AUTHORITY,
        _ca("type", f"{_CREATE}.CertificateAuthorityType", default="SUBORDINATE", is_required=True, **_FIXED),
        _ca("usage_mode", f"{_CREATE}.UsageMode", aws_default=facts.DEFAULT_USAGE_MODE, is_fixed=True, **_KEPT),
        _ca("key_storage_security_standard", f"{_CREATE}.KeyStorageSecurityStandard", **_FIXED, **_KEPT),
        _ca("enabled", kind="bool", default=True),
        _ca("permanent_deletion_time_in_days", f"{_DELETE}.PermanentDeletionTimeInDays", carried=TERRAFORM, **_DAYS),
        _ca("tags", f"{_CREATE}.Tags", **_TAGS),
        _ca("timeouts.create", carried=TERRAFORM),
        _ca("key_algorithm", "CertificateAuthorityConfiguration.KeyAlgorithm", at=_CONFIGURATION, **_FIXED),
        _ca("signing_algorithm", "CertificateAuthorityConfiguration.SigningAlgorithm", at=_CONFIGURATION, **_FIXED),
        *map(_subject, (*facts.SUBJECT_LENGTHS, "custom_attributes")),
        _crl("enabled", "Enabled", **_ON_OFF),
        _crl("expiration_in_days", "ExpirationInDays", kind="number"),
        _crl("custom_cname", "CustomCname"),
        _crl("custom_path", "CustomPath", since="6.33.0"),
        _crl("s3_bucket_name", "S3BucketName"),
        _crl("s3_object_acl", "S3ObjectAcl", aws_default="PUBLIC_READ", **_KEPT),
        _crl("crl_type", "CrlType", aws_default="COMPLETE", since=NOT_YET),
        _crl(
            "crl_distribution_point_extension_configuration",
            "CrlDistributionPointExtensionConfiguration",
            aws_default={"OmitExtension": False},
            since=NOT_YET,
        ),
        _ca(f"{_OCSP}.enabled", "OcspConfiguration.Enabled", kind="bool"),
        _ca(f"{_OCSP}.ocsp_custom_cname", "OcspConfiguration.OcspCustomCname"),
    ),
    *_of(
        types.CERTIFICATE,
        _row("certificate_authority_arn", f"{_CA}.parent", api=f"{_ISSUE}.CertificateAuthorityArn", **_ANEW),
        _row("template_arn", f"{_CA}.path_length", api=f"{_ISSUE}.TemplateArn", **_ANEW),
        _ca("validity.type", "Validity.Type", carried=TERRAFORM, **_ANEW),
        _ca("validity.value", "Validity.Value", carried=TERRAFORM, **_ANEW),
        _ca("api_passthrough", f"{_ISSUE}.ApiPassthrough", carried=TERRAFORM, **_ANEW, **_JSON),
        _row("", f"{_CA}.name_constraints"),
        _row("", f"{_CA}.template", carried=TERRAFORM),
        _row("certificate_signing_request", **_ANEW),
        _row("signing_algorithm", **_ANEW),
    ),
    *_of(
        types.INSTALLATION,
        _row("certificate", **_ANEW),
        _row("certificate_authority_arn", **_ANEW),
        _row("certificate_chain", **_ANEW),
    ),
    *_of(
        types.PERMISSION,
        _row("principal", f"{_CA}.permissions[].principal", api="CreatePermissionRequest.Principal", **_ANEW),
        _row("actions", f"{_CA}.permissions[].actions", api="CreatePermissionRequest.Actions", **_ANEW, **_SET),
        _row("certificate_authority_arn", **_ANEW),
        _row("source_account", **_ANEW, **_KEPT),
    ),
    *_of(
        types.SHARE,
        _row("resource_arn", **_ANEW),
        _row("policy", *(f"shares.*.{name}" for name in ("accounts", "organization", "template")), **_JSON),
    ),
    *_of(
        types.ACM_CERTIFICATE,
        _row("certificate_authority_arn", "certificates.*.certificate_authority", **_ANEW),
        _row("domain_name", "certificates.*.domain_name", is_required=True, form="lower", **_ANEW, **_KEPT),
        _row("subject_alternative_names", "certificates.*.subject_alternative_names", **_ANEW, **_SET, **_KEPT),
        _row("key_algorithm", "certificates.*.key_algorithm", aws_default=facts.DEFAULT_KEY, **_ANEW, **_KEPT),
        _row("early_renewal_duration", "certificates.*.early_renewal_duration", carried=TERRAFORM),
        _row("tags", "certificates.*.tags", **_TAGS),
        *_other("certificate_body", "certificate_chain", "private_key", "validation_method"),
        *_other("options.certificate_transparency_logging_preference"),
        *_other("validation_option.domain_name", "validation_option.validation_domain"),
    ),
    *_of(
        types.IAM_USER,
        _row("name", "issuers.*.user_name"),
        _row("path", "issuers.*.path", default="/", carried=TERRAFORM),
        _row("permissions_boundary", "issuers.*.permissions_boundary", carried=TERRAFORM),
        _row("force_destroy", "issuers.*.force_destroy", carried=TERRAFORM, **_ON_OFF),
        _row("tags", "issuers.*.tags", carried=TERRAFORM, **_TAGS),
    ),
    *_of(
        types.IAM_ROLE,
        _operator("name", "role_name", ("issuers.*.role",), **_ANEW),
        _operator("assume_role_policy", "trust", **_JSON),
        _operator("max_session_duration", kind="number", default=3600),
        _operator("path", default="/", **_ANEW),
        _operator("permissions_boundary"),
        _operator("tags", **_TAGS),
        _operator("description"),
        _row("inline_policy", kind="block"),
        *_other("force_detach_policies", kind="bool"),
        *_other("managed_policy_arns", kind="set"),
        *_other("name_prefix"),
    ),
    *_of(
        types.IAM_POLICY,
        _row("name", **_ANEW),
        _operator("path", "policy_path", ("issuers.*.policy_path",), default="/", **_ANEW),
        _row("description", **_ANEW),
        _row("policy", **_JSON),
        _operator("tags", "policy_tags", ("issuers.*.policy_tags",), **_TAGS),
        *_other("name_prefix"),
    ),
    *_of(types.IAM_USER_POLICY_ATTACHMENT, _row("user", **_ANEW), _row("policy_arn", **_ANEW)),
    *_of(types.IAM_ROLE_POLICY_ATTACHMENT, _row("role", **_ANEW), _row("policy_arn", **_ANEW)),
    *_of(types.IAM_GROUP_POLICY_ATTACHMENT, _row("group", **_ANEW), _row("policy_arn", **_ANEW)),
    *_of(types.IAM_USER_POLICY, _row("user", **_ANEW), *_INLINE),
    *_of(types.IAM_ROLE_POLICY, _row("role", **_ANEW), *_INLINE),
    *_of(types.IAM_GROUP_POLICY, _row("group", **_ANEW), *_INLINE),
    *_of(
        types.IAM_POLICY_ATTACHMENT,
        *(_row(name, **_SET) for name in ("users", "roles", "groups")),
        _row("policy_arn", **_ANEW),
        *_other("name"),
    ),
    *_of(
        types.IAM_INSTANCE_PROFILE,
        _row("name", **_ANEW),
        _row("path", default="/", **_ANEW),
        _operator("role", "instance_profile"),
        _row("tags", **_TAGS),
        *_other("name_prefix"),
    ),
    *_of(
        types.S3_BUCKET,
        _row("bucket", "crl_buckets.*.bucket", carried=TERRAFORM, **_ANEW),
        _row("force_destroy", "crl_buckets.*.force_destroy", carried=TERRAFORM, **_ON_OFF),
        _row("tags", "crl_buckets.*.tags", carried=TERRAFORM, **_TAGS),
        *_other("acceleration_status", "acl", "bucket_prefix", "policy", "request_payer"),
        *_other("object_lock_enabled", kind="bool"),
        *_other("cors_rule", "grant", "lifecycle_rule", "logging", "object_lock_configuration", kind="block"),
        *_other("replication_configuration", "server_side_encryption_configuration", "timeouts", kind="block"),
        *_other("versioning", "website", kind="block"),
    ),
    *_of(
        types.S3_BUCKET_POLICY,
        _row("bucket", **_ANEW),
        _row(
            "policy",
            "crl_buckets.*.cloudfront_distribution_arns",
            "crl_buckets.*.content",
            carried=TERRAFORM,
            **_JSON,
        ),
    ),
    *_of(types.S3_BUCKET_OWNERSHIP_CONTROLS, _row("bucket", **_ANEW), _row("rule.object_ownership")),
    *_of(
        types.S3_BUCKET_PUBLIC_ACCESS_BLOCK,
        _row("bucket", **_ANEW),
        *(_row(name, **_ON_OFF) for name in PUBLIC_ACCESS_SETTINGS),
    ),
    *_of(
        types.S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
        _row("bucket", **_ANEW),
        _row("rule", kind="block"),
        *_other("expected_bucket_owner"),
    ),
    *_of(
        types.CLOUDFRONT_DISTRIBUTION,
        _row("aliases", kind="set", form="unordered"),
        _row("origin", kind="block"),
        _row("viewer_certificate", "crl_buckets.*.distribution.acm_certificate_arn", kind="block", carried=TERRAFORM),
        _row("logging_config", "crl_buckets.*.distribution.log_bucket", kind="block", carried=TERRAFORM),
        *_other("comment", "continuous_deployment_policy_id", "default_root_object", "http_version", "price_class"),
        *_other("web_acl_id"),
        *_other("enabled", "is_ipv6_enabled", "retain_on_delete", "staging", "wait_for_deployment", kind="bool"),
        *_other("custom_error_response", "default_cache_behavior", "ordered_cache_behavior", kind="block"),
        *_other("origin_group", "restrictions", kind="block"),
        *_other("tags", kind="map"),
    ),
    *_of(
        types.CLOUDFRONT_ORIGIN_ACCESS_CONTROL,
        *_other("description", "name", "origin_access_control_origin_type", "signing_behavior", "signing_protocol"),
    ),
)
"""All rows, by resource. Arguments that the provider computes (`id`, `tags_all`) have none."""
