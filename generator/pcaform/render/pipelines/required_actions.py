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

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()


def _of(service: str, read: str = "", write: str = "", delete: str = "") -> RequiredActions:
    levels = (tuple(f"{service}:{name}" for name in names.split()) for names in (read, write, delete))
    return RequiredActions(*levels)


AUTHORITY = _of(
    "acm-pca",
    "DescribeCertificateAuthority GetCertificateAuthorityCertificate GetCertificateAuthorityCsr ListTags",
    "ImportCertificateAuthorityCertificate TagCertificateAuthority UntagCertificateAuthority "
    "UpdateCertificateAuthority",
    "DeleteCertificateAuthority",
)
CREATE_AUTHORITY = "acm-pca:CreateCertificateAuthority"
"""Does not support resource-level permissions."""
SIGNER = _of("acm-pca", "GetCertificate", delete="RevokeCertificate")
"""The CA that signs a CA's certificate; issuing has a separate condition."""
ISSUE = "acm-pca:IssueCertificate"
PERMISSION = _of("acm-pca", "ListPermissions", "CreatePermission", "DeletePermission")
SHARE = _of("acm-pca", "GetPolicy", "PutPolicy", "DeletePolicy")
THROUGH_ACM = _of("acm-pca", write="GetCertificate ListPermissions")
"""The calls of ACM to the CA, besides issuing, on behalf of the principal that requests a certificate."""
CERTIFICATE = _of(
    "acm",
    "DescribeCertificate ListTagsForCertificate",
    "AddTagsToCertificate RemoveTagsFromCertificate RenewCertificate UpdateCertificateOptions",
    "DeleteCertificate",
)
REQUEST = "acm:RequestCertificate"
"""Does not support resource-level permissions, but has a condition key with the CA."""
USER = _of(
    "iam", "GetUser ListAttachedUserPolicies", "CreateUser TagUser UntagUser UpdateUser", "DeleteUser ListGroupsForUser"
)
LOGINS = _of(
    "iam",
    delete="DeactivateMFADevice DeleteAccessKey DeleteLoginProfile DeleteServiceSpecificCredential DeleteSSHPublicKey "
    "DeleteSigningCertificate DeleteVirtualMFADevice ListAccessKeys ListMFADevices ListServiceSpecificCredentials "
    "ListSSHPublicKeys ListSigningCertificates ListVirtualMFADevices UpdateLoginProfile",
)
"""What is deleted with a user that has `force_destroy` in the spec."""
ROLE = _of(
    "iam",
    "GetRole ListAttachedRolePolicies ListRolePolicies",
    "CreateRole TagRole UntagRole UpdateAssumeRolePolicy UpdateRole",
    "DeleteRole ListInstanceProfilesForRole",
)
PROFILE = _of(
    "iam",
    "GetInstanceProfile",
    "AddRoleToInstanceProfile CreateInstanceProfile TagInstanceProfile UntagInstanceProfile",
    "DeleteInstanceProfile RemoveRoleFromInstanceProfile",
)
ASSUME_ROLE = "sts:AssumeRole"
PASS_ROLE = "iam:PassRole"  # noqa: S105 - the name of an action
"""An instance profile passes its role to the instance."""
POLICY = _of(
    "iam",
    "GetPolicy GetPolicyVersion",
    "CreatePolicy CreatePolicyVersion DeletePolicyVersion ListPolicyVersions TagPolicy UntagPolicy",
    "DeletePolicy ListEntitiesForPolicy",
)
"""A changed policy is a new version; a policy has at most five, so the oldest one is deleted."""
ATTACH: Mapping[str, tuple[RequiredActions, RequiredActions]] = {
    kind: (
        _of("iam", f"ListAttached{kind}Policies"),
        _of("iam", write=f"Attach{kind}Policy", delete=f"Detach{kind}Policy"),
    )
    for kind in ("User", "Role")
}
"""Listing attachments cannot be scoped to a policy; attaching and detaching can."""
BUCKET = _of(
    "s3",
    "GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging "
    "GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPublicAccessBlock "
    "GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration "
    "GetLifecycleConfiguration GetReplicationConfiguration ListBucket",
    "CreateBucket PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketTagging "
    "PutEncryptionConfiguration",
    "DeleteBucket DeleteBucketPolicy",
)
