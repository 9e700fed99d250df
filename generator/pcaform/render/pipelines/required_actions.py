"""The API actions that Terraform calls for each resource type of a stack: to read, to write and to delete it.

Source: the provider's code (internal/service/acmpca, acm, iam and s3; version 5.100), and for acm-pca, acm, iam and sts
runs on the sandbox with IAM policies enforced; for S3 only the code. How each action can be scoped:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequiredActions:
    """The actions on one resource type by access level; `delete` actions are only allowed if the spec declares them."""

    read: tuple[str, ...]
    write: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()


def _of(service: str, names: str) -> tuple[str, ...]:
    return tuple(f"{service}:{name}" for name in names.split())


AUTHORITY = RequiredActions(
    _of(
        "acm-pca",
        "DescribeCertificateAuthority GetCertificateAuthorityCertificate GetCertificateAuthorityCsr ListTags",
    ),
    _of(
        "acm-pca",
        "ImportCertificateAuthorityCertificate TagCertificateAuthority UntagCertificateAuthority "
        "UpdateCertificateAuthority",
    ),
    _of("acm-pca", "DeleteCertificateAuthority"),
)
CREATE_AUTHORITY = "acm-pca:CreateCertificateAuthority"
"""Does not support resource-level permissions."""
SIGNER = RequiredActions(_of("acm-pca", "GetCertificate"), (), _of("acm-pca", "RevokeCertificate"))
"""The CA that signs a CA's certificate; issuing has a separate condition."""
ISSUE = "acm-pca:IssueCertificate"
PERMISSION = RequiredActions(
    _of("acm-pca", "ListPermissions"), _of("acm-pca", "CreatePermission"), _of("acm-pca", "DeletePermission")
)
SHARE = RequiredActions(_of("acm-pca", "GetPolicy"), _of("acm-pca", "PutPolicy"), _of("acm-pca", "DeletePolicy"))
THROUGH_ACM = _of("acm-pca", "GetCertificate ListPermissions")
"""The calls of ACM to the CA, besides issuing, on behalf of the principal that requests a certificate."""
CERTIFICATE = RequiredActions(
    _of("acm", "DescribeCertificate ListTagsForCertificate"),
    _of("acm", "AddTagsToCertificate RemoveTagsFromCertificate RenewCertificate UpdateCertificateOptions"),
    _of("acm", "DeleteCertificate"),
)
REQUEST = "acm:RequestCertificate"
"""Does not support resource-level permissions, but has a condition key with the CA."""
USER = RequiredActions(
    _of("iam", "GetUser ListAttachedUserPolicies"),
    _of("iam", "CreateUser TagUser UntagUser UpdateUser"),
    _of("iam", "DeleteUser ListGroupsForUser"),
)
LOGINS = _of(
    "iam",
    "DeactivateMFADevice DeleteAccessKey DeleteLoginProfile DeleteServiceSpecificCredential DeleteSSHPublicKey "
    "DeleteSigningCertificate DeleteVirtualMFADevice ListAccessKeys ListMFADevices ListServiceSpecificCredentials "
    "ListSSHPublicKeys ListSigningCertificates ListVirtualMFADevices UpdateLoginProfile",
)
"""What is deleted with a user that has `force_destroy` in the spec."""
ROLE = RequiredActions(
    _of("iam", "GetRole ListAttachedRolePolicies ListRolePolicies"),
    _of("iam", "CreateRole TagRole UntagRole UpdateAssumeRolePolicy UpdateRole"),
    _of("iam", "DeleteRole ListInstanceProfilesForRole"),
)
PROFILE = RequiredActions(
    _of("iam", "GetInstanceProfile"),
    _of("iam", "AddRoleToInstanceProfile CreateInstanceProfile TagInstanceProfile UntagInstanceProfile"),
    _of("iam", "DeleteInstanceProfile RemoveRoleFromInstanceProfile"),
)
ASSUME_ROLE = "sts:AssumeRole"
PASS_ROLE = "iam:PassRole"  # noqa: S105 - the name of an action
"""An instance profile passes its role to the instance."""
POLICY = RequiredActions(
    _of("iam", "GetPolicy GetPolicyVersion"),
    _of("iam", "CreatePolicy CreatePolicyVersion DeletePolicyVersion ListPolicyVersions TagPolicy UntagPolicy"),
    _of("iam", "DeletePolicy ListEntitiesForPolicy"),
)
"""A changed policy is a new version; a policy has at most five, so the oldest one is deleted."""
ATTACH: Mapping[str, tuple[RequiredActions, RequiredActions]] = {
    kind: (
        RequiredActions(_of("iam", f"ListAttached{kind}Policies")),
        RequiredActions((), _of("iam", f"Attach{kind}Policy"), _of("iam", f"Detach{kind}Policy")),
    )
    for kind in ("User", "Role")
}
"""Listing attachments cannot be scoped to a policy; attaching and detaching can."""
BUCKET = RequiredActions(
    _of(
        "s3",
        "GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging "
        "GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPublicAccessBlock "
        "GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration "
        "GetLifecycleConfiguration GetReplicationConfiguration ListBucket",
    ),
    _of(
        "s3",
        "CreateBucket PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketTagging "
        "PutEncryptionConfiguration",
    ),
    _of("s3", "DeleteBucket DeleteBucketPolicy"),
)
