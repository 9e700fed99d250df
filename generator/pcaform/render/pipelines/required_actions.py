"""What Terraform calls for each kind of thing in a stack: to look at it, to make and change it, to let it end.

Source: the provider's code (internal/service/acmpca, acm, iam and s3; version 5.100), and for acm-pca, acm, iam and sts
runs on the sandbox with policies counting. S3 was read only. What each action can be scoped by:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequiredActions:
    """The actions on one kind of thing, by what they lead to; `ends` are those that no plan may need unasked."""

    looks: tuple[str, ...]
    makes: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()


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
"""Takes no resource."""
SIGNER = RequiredActions(_of("acm-pca", "GetCertificate"), (), _of("acm-pca", "RevokeCertificate"))
"""The CA that signs a CA's certificate; issuing has a condition of its own."""
ISSUE = "acm-pca:IssueCertificate"
PERMISSION = RequiredActions(
    _of("acm-pca", "ListPermissions"), _of("acm-pca", "CreatePermission"), _of("acm-pca", "DeletePermission")
)
SHARE = RequiredActions(_of("acm-pca", "GetPolicy"), _of("acm-pca", "PutPolicy"), _of("acm-pca", "DeletePolicy"))
THROUGH_ACM = _of("acm-pca", "GetCertificate ListPermissions")
"""What ACM does on a CA for whoever requests a certificate, besides issuing."""
CERTIFICATE = RequiredActions(
    _of("acm", "DescribeCertificate ListTagsForCertificate"),
    _of("acm", "AddTagsToCertificate RemoveTagsFromCertificate RenewCertificate UpdateCertificateOptions"),
    _of("acm", "DeleteCertificate"),
)
REQUEST = "acm:RequestCertificate"
"""Takes no resource, but tells its CA."""
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
"""What ends with a user whose spec says `force_destroy`."""
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
ASSUME = "sts:AssumeRole"
HAND_ON = "iam:PassRole"
"""An instance profile hands its role on."""
POLICY = RequiredActions(
    _of("iam", "GetPolicy GetPolicyVersion"),
    _of("iam", "CreatePolicy CreatePolicyVersion DeletePolicyVersion ListPolicyVersions TagPolicy UntagPolicy"),
    _of("iam", "DeletePolicy ListEntitiesForPolicy"),
)
"""A changed policy is a new version, and the oldest of five makes place for it."""
ATTACH: Mapping[str, tuple[RequiredActions, RequiredActions]] = {
    kind: (
        RequiredActions(_of("iam", f"ListAttached{kind}Policies")),
        RequiredActions((), _of("iam", f"Attach{kind}Policy"), _of("iam", f"Detach{kind}Policy")),
    )
    for kind in ("User", "Role")
}
"""What is attached to a principal is seen as a whole; which policy is attached can be told."""
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
