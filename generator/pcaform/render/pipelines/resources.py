"""A spec -> the AWS resources of its stack, with their ARNs and the actions that Terraform needs on them.

A CA that does not exist yet has no ARN, so the statement names all CAs of its region; existing ones are named exactly.
Resources that Terraform reaches through another role are left out: that role needs the permissions.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pcaform.core import facts
from pcaform.iam.policies import issuer_policies, trust_policy
from pcaform.render.pipelines import required_actions
from pcaform.render.pipelines.required_actions import RequiredActions
from pcaform.render.plan.cas import template
from pcaform.spec.cas import CertificateAuthority, Reference
from pcaform.spec.issuers import Issuer
from pcaform.spec.sections import OperatorRole
from pcaform.spec.stack import Spec

_EVERY = ("*",)


@dataclass(frozen=True, slots=True)
class PipelineResource:
    """Resources of one type: the statement's name, the required actions, the ARNs, and a condition."""

    name: str
    actions: RequiredActions
    arns: tuple[str, ...]
    condition: Mapping[str, Any] = field(default_factory=dict)


def pipeline_resources(spec: Spec) -> Iterator[PipelineResource]:
    """Yield the resources that plan and apply of a spec's stack reach with the stack's own credentials."""
    resources = [*_cas(spec), *_certificates(spec), *_principals(spec), *_buckets(spec)]
    yield from (resource for resource in resources if resource.arns)


def assumed_roles(spec: Spec) -> tuple[str, ...]:
    """Return the roles that aliased providers assume; `pipeline_resources` leaves out what is reached through them."""
    providers = (ca.provider for ca in spec.certificate_authorities.values())
    roles = [provider.assume_role for provider in providers if provider is not None]
    return tuple(sorted({role.role_arn for role in roles if role is not None}))


def _cas(spec: Spec) -> Iterator[PipelineResource]:
    own = {key: ca for key, ca in spec.certificate_authorities.items() if not _is_behind_a_role(ca)}
    managed = {key: ca for key, ca in own.items() if isinstance(ca, CertificateAuthority)}
    issued = {key: ca for key, ca in spec.managed.items() if ca.activation is None}
    signers = [key for key in (ca.parent or key for key, ca in issued.items()) if key in own]
    if any(ca.arn is None for ca in managed.values()):
        yield PipelineResource("CreateCas", RequiredActions((), (required_actions.CREATE_AUTHORITY,)), _EVERY)
    yield PipelineResource("Cas", required_actions.AUTHORITY, _arns(spec, managed))
    templates = {"ArnEquals": {"acm-pca:TemplateArn": _templates(spec, issued)}}
    yield PipelineResource("SignCas", RequiredActions((), (required_actions.ISSUE,)), _arns(spec, signers), templates)
    yield PipelineResource("SignedCas", required_actions.SIGNER, _arns(spec, signers))
    yield PipelineResource(
        "Permissions", required_actions.PERMISSION, _arns(spec, (key for key in own if own[key].permissions))
    )
    yield PipelineResource("Shares", required_actions.SHARE, _arns(spec, (key for key in spec.shares if key in own)))


def _is_behind_a_role(authority: CertificateAuthority | Reference) -> bool:
    return authority.provider is not None and authority.provider.assume_role is not None


def _templates(spec: Spec, issued: Mapping[str, CertificateAuthority]) -> list[str]:
    """Return the templates of the CA certificates that the stack issues, and no others."""
    return sorted({facts.template_arn(spec.region_of(ca.parent or key), template(ca)) for key, ca in issued.items()})


def _certificates(spec: Spec) -> Iterator[PipelineResource]:
    """Yield private certificates of ACM: they may only be requested from the stack's CAs, which ACM calls."""
    if not spec.certificates:
        return
    signers = _arns(spec, {certificate.certificate_authority for certificate in spec.certificates.values()})
    default = facts.template_arn(spec.aws.region, facts.DEFAULT_TEMPLATE)
    through = {"Bool": {"aws:ViaAWSService": "true"}}
    issue = {"ArnEquals": {"acm-pca:TemplateArn": [default]}, **through}
    requested = {"StringLike": {"acm:CertificateAuthority": list(signers)}}
    yield PipelineResource("RequestCertificates", RequiredActions((), (required_actions.REQUEST,)), _EVERY, requested)
    yield PipelineResource("IssueThroughAcm", RequiredActions((), (required_actions.ISSUE,)), signers, issue)
    yield PipelineResource("ReadThroughAcm", RequiredActions((), required_actions.THROUGH_ACM), signers, through)
    yield PipelineResource("Certificates", required_actions.CERTIFICATE, (_arn(spec, "acm", "certificate/*"),))


def _principals(spec: Spec) -> Iterator[PipelineResource]:
    entries: list[Issuer | OperatorRole] = [*spec.issuers.values(), *(role for _, _, role in spec.operator_roles)]
    owned = [entry for entry in entries if not isinstance(entry, Issuer) or entry.is_owned]
    users = [entry for entry in owned if isinstance(entry, Issuer) and entry.role is None]
    roles_with_path = [
        (entry.path, role)
        for entry in owned
        if (role := entry if isinstance(entry, OperatorRole) else entry.role) is not None
    ]
    policy_arns = _iam_arns(spec, "policy", _policy_names(spec))
    attached = {"ArnEquals": {"iam:PolicyARN": list(policy_arns)}}
    user_arns = _iam_arns(spec, "user", (f"{user.path}{user.user_name}" for user in users))
    role_arns = _iam_arns(spec, "role", (f"{path}{role.role_name}" for path, role in roles_with_path))
    ec2_roles = [f"{path}{role.role_name}" for path, role in roles_with_path if trust_policy.EC2 in role.trust.services]
    yield PipelineResource("Users", required_actions.USER, user_arns)
    with_logins = (f"{user.path}{user.user_name}" for user in users if user.force_destroy)
    logins = RequiredActions((), (), required_actions.LOGINS)
    yield PipelineResource("Logins", logins, _iam_arns(spec, "user", with_logins))
    yield PipelineResource("Roles", required_actions.ROLE, role_arns)
    profiles = _iam_arns(spec, "instance-profile", ec2_roles)
    yield PipelineResource("InstanceProfiles", required_actions.PROFILE, profiles)
    yield PipelineResource(
        "PassRoles",
        RequiredActions((), (required_actions.PASS_ROLE,)),
        _iam_arns(spec, "role", ec2_roles),
        {"StringEquals": {"iam:PassedToService": trust_policy.EC2}},
    )
    yield PipelineResource("Policies", required_actions.POLICY, policy_arns)
    for kind, arns in (("User", user_arns), ("Role", role_arns)):
        principals = (*arns, *_iam_arns(spec, kind.lower(), _existing_names(spec, kind)))
        list_attached, attach = required_actions.ATTACH[kind]
        yield PipelineResource(f"{kind}Attachments", list_attached, principals)
        yield PipelineResource(f"Attach{kind}Policies", attach, principals, attached)


def _policy_names(spec: Spec) -> Iterator[str]:
    for issuer in spec.issuers.values():
        yield from (f"{issuer.path}{name}" for name in issuer_policies.documents(issuer, spec.aws, arn_of=str))
    yield from (f"{role.path}{role.role_name}-private-ca" for _, _, role in spec.operator_roles)


def _existing_names(spec: Spec, kind: str) -> Iterator[str]:
    """Yield patterns for the names of existing principals, whose path is unknown."""
    for issuer in spec.issuers.values():
        name = issuer.existing_user if kind == "User" else issuer.existing_role
        if name is not None:
            yield from (f"/{name}", f"/*/{name}")


def _buckets(spec: Spec) -> Iterator[PipelineResource]:
    partition = facts.partition(spec.aws.region)
    names = sorted(bucket.bucket or key for key, bucket in spec.crl_buckets.items())
    yield PipelineResource("Buckets", required_actions.BUCKET, tuple(f"arn:{partition}:s3:::{name}" for name in names))


def _iam_arns(spec: Spec, kind: str, names: Iterable[str]) -> tuple[str, ...]:
    account = f"arn:{facts.partition(spec.aws.region)}:iam::{spec.aws.account_id}:{kind}"
    return tuple(sorted({f"{account}{name}" for name in names}))


def _arn(spec: Spec, service: str, resource: str, region: str | None = None) -> str:
    scope = f"{region or spec.aws.region}:{spec.aws.account_id}"
    return f"arn:{facts.partition(spec.aws.region)}:{service}:{scope}:{resource}"


def _arns(spec: Spec, keys: Iterable[str]) -> tuple[str, ...]:
    """Return the CAs' ARNs; if one of a region has none yet, a wildcard covers all CAs of that region."""
    arns = set()
    for key in keys:
        region, existing = spec.region_of(key), spec.certificate_authorities[key].arn
        arns.add(existing or _arn(spec, "acm-pca", "certificate-authority/*", region))
    wildcards = {arn.removesuffix("*") for arn in arns if arn.endswith("/*")}
    return tuple(sorted(arn for arn in arns if arn.endswith("/*") or arn.rpartition("/")[0] + "/" not in wildcards))
