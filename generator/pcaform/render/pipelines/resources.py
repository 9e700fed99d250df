"""A spec -> the things of its stack at AWS: what Terraform does with each kind of them, and by which ARNs.

A CA that is still to be made has no ARN that could be written, so all CAs of its region stand for it; what exists
already is named. What lives behind another role is that role's business.
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
    """Things of one kind: a statement's name, what is done with them, their ARNs, and on which condition."""

    name: str
    needs: RequiredActions
    arns: tuple[str, ...]
    condition: Mapping[str, Any] = field(default_factory=dict)


def pipeline_resources(spec: Spec) -> Iterator[PipelineResource]:
    """Yield what planning and applying a spec's stack touches with the stack's own credentials."""
    found = [*_authorities(spec), *_certificates(spec), *_principals(spec), *_buckets(spec)]
    yield from (thing for thing in found if thing.arns)


def roles_elsewhere(spec: Spec) -> tuple[str, ...]:
    """Return the roles that aliased providers assume, and the stack's own: what is behind them is not among things."""
    places_of = (each.provider for each in spec.certificate_authorities.values())
    roles = [provider.assume_role for provider in places_of if provider is not None]
    return tuple(sorted({role.role_arn for role in roles if role is not None}))


def _authorities(spec: Spec) -> Iterator[PipelineResource]:
    own = {key: each for key, each in spec.certificate_authorities.items() if not _is_behind_a_role(each)}
    managed = {key: each for key, each in own.items() if isinstance(each, CertificateAuthority)}
    issued = {key: each for key, each in spec.managed.items() if each.activation is None}
    signers = [key for key in (each.parent or key for key, each in issued.items()) if key in own]
    if any(each.arn is None for each in managed.values()):
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
    return sorted(
        {facts.template_arn(spec.region_of(each.parent or key), template(each)) for key, each in issued.items()}
    )


def _certificates(spec: Spec) -> Iterator[PipelineResource]:
    """Yield ACM's private certificates: requested only of the stack's CAs, which ACM reaches for the pipeline."""
    if not spec.certificates:
        return
    signers = _arns(spec, {each.certificate_authority for each in spec.certificates.values()})
    default = facts.template_arn(spec.aws.region, facts.DEFAULT_TEMPLATE)
    through = {"Bool": {"aws:ViaAWSService": "true"}}
    issue = {"ArnEquals": {"acm-pca:TemplateArn": [default]}, **through}
    requested = {"StringLike": {"acm:CertificateAuthority": list(signers)}}
    yield PipelineResource("RequestCertificates", RequiredActions((), (required_actions.REQUEST,)), _EVERY, requested)
    yield PipelineResource("IssueThroughAcm", RequiredActions((), (required_actions.ISSUE,)), signers, issue)
    yield PipelineResource("ReadThroughAcm", RequiredActions((), required_actions.THROUGH_ACM), signers, through)
    yield PipelineResource("Certificates", required_actions.CERTIFICATE, (_arn(spec, "acm", "certificate/*"),))


def _principals(spec: Spec) -> Iterator[PipelineResource]:
    every: list[Issuer | OperatorRole] = [*spec.issuers.values(), *(duty for _, _, duty in spec.operator_roles)]
    owned = [each for each in every if not isinstance(each, Issuer) or each.is_owned]
    users = [each for each in owned if isinstance(each, Issuer) and each.role is None]
    roles = {
        id(each): role for each in owned if (role := each if isinstance(each, OperatorRole) else each.role) is not None
    }
    named = [(each.path, roles[id(each)]) for each in owned if id(each) in roles]
    policy_arns = _iam(spec, "policy", _policies(spec))
    attached = {"ArnEquals": {"iam:PolicyARN": list(policy_arns)}}
    user_arns = _iam(spec, "user", (f"{each.path}{each.user_name}" for each in users))
    role_arns = _iam(spec, "role", (f"{path}{role.role_name}" for path, role in named))
    machines = [(path, role) for path, role in named if trust_policy.EC2 in role.trust.services]
    yield PipelineResource("Users", required_actions.USER, user_arns)
    keyed = (f"{each.path}{each.user_name}" for each in users if each.force_destroy)
    yield PipelineResource("Logins", RequiredActions((), (), required_actions.LOGINS), _iam(spec, "user", keyed))
    yield PipelineResource("Roles", required_actions.ROLE, role_arns)
    profiles = _iam(spec, "instance-profile", (f"{path}{role.role_name}" for path, role in machines))
    yield PipelineResource("InstanceProfiles", required_actions.PROFILE, profiles)
    passed = _iam(spec, "role", (f"{path}{role.role_name}" for path, role in machines))
    yield PipelineResource(
        "PassRoles",
        RequiredActions((), (required_actions.HAND_ON,)),
        passed,
        {"StringEquals": {"iam:PassedToService": trust_policy.EC2}},
    )
    yield PipelineResource("Policies", required_actions.POLICY, policy_arns)
    for kind, arns in (("User", user_arns), ("Role", role_arns)):
        principals = (*arns, *_iam(spec, kind.lower(), _existing(spec, kind)))
        looks, attach = required_actions.ATTACH[kind]
        yield PipelineResource(f"{kind}Attachments", looks, principals)
        yield PipelineResource(f"Attach{kind}Policies", attach, principals, attached)


def _policies(spec: Spec) -> Iterator[str]:
    for issuer in spec.issuers.values():
        yield from (f"{issuer.path}{name}" for name in issuer_policies.documents(issuer, spec.aws, arn_of=str))
    yield from (f"{duty.path}{duty.role_name}-private-ca" for _, _, duty in spec.operator_roles)


def _existing(spec: Spec, kind: str) -> Iterator[str]:
    """Yield the names of principals that exist, whose path is not known."""
    for issuer in spec.issuers.values():
        name = issuer.existing_user if kind == "User" else issuer.existing_role
        if name is not None:
            yield from (f"/{name}", f"/*/{name}")


def _buckets(spec: Spec) -> Iterator[PipelineResource]:
    partition = facts.partition(spec.aws.region)
    names = sorted(each.bucket or key for key, each in spec.crl_buckets.items())
    yield PipelineResource("Buckets", required_actions.BUCKET, tuple(f"arn:{partition}:s3:::{name}" for name in names))


def _iam(spec: Spec, kind: str, names: Iterable[str]) -> tuple[str, ...]:
    account = f"arn:{facts.partition(spec.aws.region)}:iam::{spec.aws.account_id}:{kind}"
    return tuple(sorted({f"{account}{name}" for name in names}))


def _arn(spec: Spec, service: str, resource: str, region: str | None = None) -> str:
    place = f"{region or spec.aws.region}:{spec.aws.account_id}"
    return f"arn:{facts.partition(spec.aws.region)}:{service}:{place}:{resource}"


def _arns(spec: Spec, keys: Iterable[str]) -> tuple[str, ...]:
    """Return the CAs' ARNs; where one of a region has none yet, all CAs of that region stand for it and for others."""
    found = set()
    for key in keys:
        region, known = spec.region_of(key), spec.certificate_authorities[key].arn
        found.add(known or _arn(spec, "acm-pca", "certificate-authority/*", region))
    everywhere = {arn.removesuffix("*") for arn in found if arn.endswith("/*")}
    return tuple(sorted(arn for arn in found if arn.endswith("/*") or arn.rpartition("/")[0] + "/" not in everywhere))
