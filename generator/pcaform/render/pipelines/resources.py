"""A spec -> the AWS resources of its stack, with their ARNs and the actions that Terraform needs on them.

A CA that does not exist yet has no ARN, so the statement names all CAs of its region; existing ones are named exactly.
Resources that Terraform reaches through another role are left out: that role needs the permissions.

Source of the actions: the provider's code (internal/service/acmpca, acm, cloudfront, iam and s3; version 5.100, and
6.23 for tags of buckets), and for acm-pca, acm, iam and sts runs on the sandbox with IAM policies enforced; for S3 and
CloudFront only the code. How
each can be scoped:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pcaform.core import facts
from pcaform.render.plan.providers import alias
from pcaform.render.plan.resources import StackResource, build_placeholders, resources
from pcaform.spec.cas import CertificateAuthority, Reference
from pcaform.spec.issuers import EC2
from pcaform.spec.references import list_unresolved, parameter_name
from pcaform.spec.stack import Spec
from pcaform.terraform import resource_types as types

_EVERY = ("*",)


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
    "CreateRole TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
    "DeleteRole ListInstanceProfilesForRole",
)
BOUNDARY = {kind: _of("iam", write=f"Put{kind}PermissionsBoundary") for kind in ("User", "Role")}
"""Gives a principal that exists another boundary; taking one away is for people."""
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
    "GetLifecycleConfiguration GetReplicationConfiguration ListBucket ListTagsForResource",
    "CreateBucket PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketTagging "
    "PutEncryptionConfiguration TagResource UntagResource",
    "DeleteBucket DeleteBucketPolicy",
)
DISTRIBUTION = _of(
    "cloudfront",
    "GetDistribution ListTagsForResource",
    "CreateDistribution TagResource UntagResource UpdateDistribution",
)
CONTROL = _of("cloudfront", "GetOriginAccessControl", "CreateOriginAccessControl UpdateOriginAccessControl")
"""Neither has an ARN before it exists."""


PARAMETER = _of(
    "ssm",
    "GetParameter ListTagsForResource",
    "AddTagsToResource PutParameter RemoveTagsFromResource",
    "DeleteParameter",
)
READ_PARAMETER = _of("ssm", "GetParameter")


@dataclass(frozen=True, slots=True)
class PipelineResource:
    """Resources of one type: the statement's name, the required actions, the ARNs, and a condition."""

    name: str
    actions: RequiredActions
    arns: tuple[str, ...]
    condition: Mapping[str, Any] = field(default_factory=dict)


FIND_PARAMETERS = PipelineResource("FindParameters", _of("ssm", "DescribeParameters"), _EVERY)
"""Does not support resource-level permissions."""


def pipeline_resources(spec: Spec) -> Iterator[PipelineResource]:
    """Yield the resources that plan and apply of a spec's stack reach with the stack's own credentials."""
    stack = _reachable_stack(spec)
    found = [*_cas(stack), *_certificates(stack), *_principals(stack), *_buckets(stack), *_parameters(stack)]
    yield from (resource for resource in found if resource.arns)


def assumed_roles(spec: Spec) -> tuple[str, ...]:
    """Return the roles that aliased providers assume; `pipeline_resources` leaves out what is reached through them."""
    return tuple(sorted({role for ca in spec.certificate_authorities.values() if (role := _assumed_role(ca))}))


def _assumed_role(ca: CertificateAuthority | Reference) -> str | None:
    role = ca.provider.assume_role if ca.provider is not None else None
    return role.role_arn if role is not None else None


@dataclass(frozen=True, slots=True)
class _Stack:
    """What a stack's own credentials reach: its resources, and the ARN by which a policy names each CA."""

    spec: Spec
    resources: tuple[StackResource, ...]
    ca_arns: Mapping[str, str]
    """By the ARN in the resources' arguments, where a CA that does not exist yet has a placeholder."""

    def of_type(self, resource_type: str) -> list[StackResource]:
        """Return the resources of a type."""
        return [each for each in self.resources if each.type == resource_type]

    def cas(self, resource_type: str, argument: str = "certificate_authority_arn") -> tuple[str, ...]:
        """Return the ARNs of the CAs in an argument of all resources of a type."""
        return _without_covered(self.ca_arns[each.values[argument]] for each in self.of_type(resource_type))

    def iam_arns(self, kind: str, paths: Iterable[str]) -> tuple[str, ...]:
        """Return the ARNs of users, roles, policies or instance profiles with these paths and names."""
        account = f"arn:{facts.partition(self.spec.aws.region)}:iam::{self.spec.aws.account_id}:{kind}"
        return tuple(sorted({f"{account}{path}" for path in paths}))


def _reachable_stack(spec: Spec) -> _Stack:
    placeholders, cas = build_placeholders(spec), spec.certificate_authorities
    behind_a_role = {f"aws.{alias(ca.provider)}" for ca in cas.values() if ca.provider and _assumed_role(ca)}
    reachable = (each for each in resources(spec, placeholders).values() if each.provider not in behind_a_role)
    return _Stack(spec, tuple(reachable), {placeholders.arns[key]: _ca_arn(spec, key) for key in cas})


def _ca_arn(spec: Spec, key: str) -> str:
    region = spec.region_of(key)
    pattern = f"arn:{facts.partition(region)}:acm-pca:{region}:{spec.account_of(key)}:certificate-authority/*"
    return spec.certificate_authorities[key].arn or pattern


def _without_covered(arns: Iterable[str]) -> tuple[str, ...]:
    """Return ARNs in order, without those that a pattern for all CAs of a region covers."""
    unique = set(arns)
    patterns = {arn.removesuffix("*") for arn in unique if arn.endswith("/*")}
    return tuple(sorted(arn for arn in unique if arn.endswith("/*") or arn.rpartition("/")[0] + "/" not in patterns))


def _cas(stack: _Stack) -> Iterator[PipelineResource]:
    managed, signers = stack.cas(types.AUTHORITY, "arn"), stack.cas(types.CERTIFICATE)
    if any(arn.endswith("/*") for arn in managed):
        yield PipelineResource("CreateCas", RequiredActions(write=(CREATE_AUTHORITY,)), _EVERY)
    yield PipelineResource("Cas", AUTHORITY, managed)
    templates = sorted({each.values["template_arn"] for each in stack.of_type(types.CERTIFICATE)})
    issue = {"ArnEquals": {"acm-pca:TemplateArn": templates}}
    yield PipelineResource("SignCas", RequiredActions(write=(ISSUE,)), signers, issue)
    yield PipelineResource("SignedCas", SIGNER, signers)
    # Not from the stack's resources: a CA that waits for its certificate gets its permission with a later apply.
    cas = stack.spec.certificate_authorities.items()
    permitting = (_ca_arn(stack.spec, key) for key, ca in cas if ca.permissions and not _assumed_role(ca))
    yield PipelineResource("Permissions", PERMISSION, _without_covered(permitting))
    yield PipelineResource("Shares", SHARE, stack.cas(types.SHARE, "resource_arn"))


def _certificates(stack: _Stack) -> Iterator[PipelineResource]:
    """Yield private certificates of ACM: they may only be requested from the stack's CAs, which ACM calls."""
    signers, aws = stack.cas(types.ACM_CERTIFICATE), stack.spec.aws
    if not signers:
        return
    default = facts.template_arn(aws.region, facts.DEFAULT_TEMPLATE)
    through = {"Bool": {"aws:ViaAWSService": "true"}}
    issue = {"ArnEquals": {"acm-pca:TemplateArn": [default]}, **through}
    requested = {"StringLike": {"acm:CertificateAuthority": list(signers)}}
    own = f"arn:{facts.partition(aws.region)}:acm:{aws.region}:{aws.account_id}:certificate/*"
    yield PipelineResource("RequestCertificates", RequiredActions(write=(REQUEST,)), _EVERY, requested)
    yield PipelineResource("IssueThroughAcm", RequiredActions(write=(ISSUE,)), signers, issue)
    yield PipelineResource("ReadThroughAcm", THROUGH_ACM, signers, through)
    yield PipelineResource("Certificates", CERTIFICATE, (own,))


def _principals(stack: _Stack) -> Iterator[PipelineResource]:
    users, roles = stack.of_type(types.IAM_USER), stack.of_type(types.IAM_ROLE)
    ec2_roles = [_path(each) for each in stack.of_type(types.IAM_INSTANCE_PROFILE)]
    policies = stack.iam_arns("policy", map(_path, stack.of_type(types.IAM_POLICY)))
    attached = {"ArnEquals": {"iam:PolicyARN": list(policies)}}
    own = {"User": stack.iam_arns("user", map(_path, users)), "Role": stack.iam_arns("role", map(_path, roles))}
    yield PipelineResource("Users", USER, own["User"])
    with_logins = (_path(each) for each in users if each.values.get("force_destroy"))
    yield PipelineResource("Logins", LOGINS, stack.iam_arns("user", with_logins))
    yield PipelineResource("Roles", ROLE, own["Role"])
    yield PipelineResource("InstanceProfiles", PROFILE, stack.iam_arns("instance-profile", ec2_roles))
    yield PipelineResource(
        "PassRoles",
        RequiredActions(write=(PASS_ROLE,)),
        stack.iam_arns("role", ec2_roles),
        {"StringEquals": {"iam:PassedToService": _names_of_ec2(stack.spec.aws.region)}},
    )
    yield PipelineResource("Policies", POLICY, policies)
    for kind, owned, attachment in (
        ("User", users, types.IAM_USER_POLICY_ATTACHMENT),
        ("Role", roles, types.IAM_ROLE_POLICY_ATTACHMENT),
    ):
        names = {each.values[kind.lower()] for each in stack.of_type(attachment)}
        existing = names - {each.values["name"] for each in owned}
        # The path of a principal that exists already is unknown.
        patterns = stack.iam_arns(kind.lower(), (f"{path}{name}" for name in existing for path in ("/", "/*/")))
        principals = (*own[kind], *patterns)
        bounds = {str(each.values["permissions_boundary"]) for each in owned if each.values.get("permissions_boundary")}
        to_these = {"ArnEquals": {"iam:PermissionsBoundary": sorted(bounds)}}
        yield PipelineResource(f"{kind}Boundaries", BOUNDARY[kind], own[kind] if bounds else (), to_these)
        list_attached, attach = ATTACH[kind]
        yield PipelineResource(f"{kind}Attachments", list_attached, principals)
        yield PipelineResource(f"Attach{kind}Policies", attach, principals, attached)


def _names_of_ec2(region: str) -> str | list[str]:
    """Return the service's name, and the one that some partitions have for it."""
    names = dict.fromkeys((EC2, f"ec2.{facts.DNS_SUFFIXES[facts.partition(region)]}"))
    return EC2 if len(names) == 1 else list(names)


def _path(resource: StackResource) -> str:
    return f"{resource.values.get('path', '/')}{resource.values['name']}"


def _buckets(stack: _Stack) -> Iterator[PipelineResource]:
    names = sorted(each.values["bucket"] for each in stack.of_type(types.S3_BUCKET))
    partition = facts.partition(stack.spec.aws.region)
    yield PipelineResource("Buckets", BUCKET, tuple(f"arn:{partition}:s3:::{name}" for name in names))
    if stack.of_type(types.CLOUDFRONT_DISTRIBUTION):
        account = f"arn:{partition}:cloudfront::{stack.spec.aws.account_id}"
        yield PipelineResource("Distributions", DISTRIBUTION, (f"{account}:distribution/*",))
        yield PipelineResource("OriginAccessControls", CONTROL, (f"{account}:origin-access-control/*",))


def _parameters(stack: _Stack) -> Iterator[PipelineResource]:
    """Yield the parameters with the ARNs of CAs: those that the stack writes, and those of others that it reads."""
    spec, own = stack.spec, stack.of_type(types.SSM_PARAMETER)
    if own or (spec.removed and parameter_name(spec, "", "")):  # one that is destroyed is read first
        yield FIND_PARAMETERS
    cas = (stack.ca_arns[each.values["insecure_value"]] for each in own)
    arns = [parameter_arn(each.values["name"], ca) for each, ca in zip(own, cas, strict=True)]
    yield PipelineResource("Parameters", PARAMETER, tuple(sorted(arns)))
    reached = ((key, ca) for key, ca in list_unresolved(spec) if not _assumed_role(ca))
    names = {key: parameter_name(spec, ca.stack or "", ca.certificate_authority or "") for key, ca in reached}
    read = (parameter_arn(name, _ca_arn(spec, key)) for key, name in names.items() if name)
    yield PipelineResource("OtherParameters", READ_PARAMETER, tuple(sorted(read)))


def parameter_arn(name: str, ca: str) -> str:
    """Return the ARN of a parameter in the account and region of a CA's ARN."""
    return f"{':'.join(ca.split(':')[:5]).replace(':acm-pca:', ':ssm:')}:parameter{name}"
