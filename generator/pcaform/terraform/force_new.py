"""The arguments that Terraform cannot change in place: with another value the resource is replaced.

Source: `ForceNew` and `RequiresReplace` in the provider's code, aws 5.100: internal/service/acmpca, acm, iam and s3. A
test plans a change of every argument of every `aws_acmpca_*` resource with the real provider and compares.
"""

from collections.abc import Mapping

from pcaform.terraform.resource_types import (
    ACM_CERTIFICATE,
    AUTHORITY,
    CERTIFICATE,
    IAM_INSTANCE_PROFILE,
    IAM_POLICY,
    IAM_ROLE,
    IAM_ROLE_POLICY_ATTACHMENT,
    IAM_USER,
    IAM_USER_POLICY_ATTACHMENT,
    INSTALLATION,
    PERMISSION,
    S3_BUCKET,
    S3_BUCKET_OWNERSHIP_CONTROLS,
    S3_BUCKET_POLICY,
    S3_BUCKET_PUBLIC_ACCESS_BLOCK,
    S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
    SHARE,
)

_SUBJECT = "certificate_authority_configuration.subject"

REPLACING: Mapping[str, frozenset[str]] = {
    AUTHORITY: frozenset(
        (
            "certificate_authority_configuration.key_algorithm",
            "certificate_authority_configuration.signing_algorithm",
            f"{_SUBJECT}.common_name",
            f"{_SUBJECT}.country",
            f"{_SUBJECT}.distinguished_name_qualifier",
            f"{_SUBJECT}.generation_qualifier",
            f"{_SUBJECT}.given_name",
            f"{_SUBJECT}.initials",
            f"{_SUBJECT}.locality",
            f"{_SUBJECT}.organization",
            f"{_SUBJECT}.organizational_unit",
            f"{_SUBJECT}.pseudonym",
            f"{_SUBJECT}.state",
            f"{_SUBJECT}.surname",
            f"{_SUBJECT}.title",
            "key_storage_security_standard",
            "type",
        )
    ),
    CERTIFICATE: frozenset(
        (
            "api_passthrough",
            "certificate_authority_arn",
            "certificate_signing_request",
            "signing_algorithm",
            "template_arn",
            "validity.type",
            "validity.value",
        )
    ),
    INSTALLATION: frozenset(("certificate", "certificate_authority_arn", "certificate_chain")),
    PERMISSION: frozenset(("actions", "certificate_authority_arn", "principal", "source_account")),
    SHARE: frozenset(("resource_arn",)),
    ACM_CERTIFICATE: frozenset(
        ("certificate_authority_arn", "domain_name", "key_algorithm", "subject_alternative_names")
    ),
    IAM_POLICY: frozenset(("name", "path")),
    IAM_USER: frozenset(),
    IAM_ROLE: frozenset(("name", "path")),
    IAM_USER_POLICY_ATTACHMENT: frozenset(("policy_arn", "user")),
    IAM_ROLE_POLICY_ATTACHMENT: frozenset(("policy_arn", "role")),
    IAM_INSTANCE_PROFILE: frozenset(("name", "path")),
    S3_BUCKET: frozenset(("bucket",)),
    S3_BUCKET_OWNERSHIP_CONTROLS: frozenset(("bucket",)),
    S3_BUCKET_POLICY: frozenset(("bucket",)),
    S3_BUCKET_PUBLIC_ACCESS_BLOCK: frozenset(("bucket",)),
    S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION: frozenset(("bucket",)),
}
"""Resource type -> its arguments that replace it, without the indices of blocks."""


def forces_replacement(resource_type: str, path: str) -> bool:
    """Tell whether another value at a path of a resource (`a[0].b`) replaces it; a set is one value as a whole."""
    plain = "".join(part.partition("]")[2] if "]" in part else part for part in path.split("["))
    arguments = REPLACING.get(resource_type, ())
    return any(plain == argument or plain.startswith(f"{argument}.") for argument in arguments)
