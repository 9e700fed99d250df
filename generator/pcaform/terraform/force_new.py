"""The arguments that Terraform cannot change in place: with another value the resource is replaced.

Source: `ForceNew` and `RequiresReplace` in the provider's code, aws 5.100: internal/service/acmpca, acm, iam and s3. A
test plans a change of every argument of every `aws_acmpca_*` resource with the real provider and compares.
"""

from collections.abc import Mapping

_SUBJECT = "certificate_authority_configuration.subject"

REPLACING: Mapping[str, frozenset[str]] = {
    "aws_acmpca_certificate_authority": frozenset(
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
    "aws_acmpca_certificate": frozenset(
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
    "aws_acmpca_certificate_authority_certificate": frozenset(
        ("certificate", "certificate_authority_arn", "certificate_chain")
    ),
    "aws_acmpca_permission": frozenset(("actions", "certificate_authority_arn", "principal", "source_account")),
    "aws_acmpca_policy": frozenset(("resource_arn",)),
    "aws_acm_certificate": frozenset(
        ("certificate_authority_arn", "domain_name", "key_algorithm", "subject_alternative_names")
    ),
    "aws_iam_policy": frozenset(("name", "path")),
    "aws_iam_user": frozenset(),
    "aws_iam_role": frozenset(("name", "path")),
    "aws_iam_user_policy_attachment": frozenset(("policy_arn", "user")),
    "aws_iam_role_policy_attachment": frozenset(("policy_arn", "role")),
    "aws_iam_instance_profile": frozenset(("name", "path")),
    "aws_s3_bucket": frozenset(("bucket",)),
    "aws_s3_bucket_ownership_controls": frozenset(("bucket",)),
    "aws_s3_bucket_policy": frozenset(("bucket",)),
    "aws_s3_bucket_public_access_block": frozenset(("bucket",)),
    "aws_s3_bucket_server_side_encryption_configuration": frozenset(("bucket",)),
}
"""Resource type -> its arguments that replace it, without the indices of blocks."""


def forces_replacement(resource_type: str, path: str) -> bool:
    """Tell whether another value at a path of a resource (`a[0].b`) replaces it; a set is one value as a whole."""
    plain = "".join(part.partition("]")[2] if "]" in part else part for part in path.split("["))
    arguments = REPLACING.get(resource_type, ())
    return any(plain == argument or plain.startswith(f"{argument}.") for argument in arguments)
