"""Rules about users, roles and who may assume them."""

import re
from collections.abc import Iterator

from pcaform.core import facts
from pcaform.iam.policies.oidc_subjects import is_untrusted_subject
from pcaform.rules.rule import error
from pcaform.spec.finding import Finding
from pcaform.spec.issuers import Role, Trust
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_BROAD = re.compile(r"(?:repo|project_path):[^/:]+/[*?]|system:serviceaccount:[*?]")
_AWS_OWN = {
    "AWSServiceRoleFor": "a service-linked role takes no policies but AWS's own",
    "AWSReservedSSO_": "IAM Identity Center writes this role's policies: put the policy in its permission set",
}
_OWNED_ONLY = ("permissions_boundary", "force_destroy")


@error("trust-nobody")
def role_has_trust(spec: Spec) -> Iterator[Finding]:
    """A role is trusted to somebody, else nobody can take it."""
    for loc, role in _roles(spec):
        if not any(value for _, value in role.trust):
            yield Finding((*loc, "trust"), f"nobody may take the role of '{loc[1]}': name who may")


@error("trust-anybody")
def trust_is_narrow(spec: Spec) -> Iterator[Finding]:
    """An identity provider outside AWS serves the whole world: a subject names who of it may take the role."""
    for loc, role in _roles(spec):
        for number, oidc in enumerate(role.trust.oidc):
            for index, subject in enumerate(oidc.subjects):
                if is_untrusted_subject(subject) or _BROAD.match(subject):
                    message = f"'{subject}' lets in tokens of others: name the repository or the service account"
                    yield Finding((*loc, "trust", "oidc", number, "subjects", index), message)


@error("trust-partition")
def trusted_arns_match_partition(spec: Spec) -> Iterator[Finding]:
    """Who is trusted is of the partition that the region belongs to: no role of another can be taken over."""
    partition = facts.partition(spec.aws.region)
    for loc, role in _roles(spec):
        for path, arn in _trusted(role.trust):
            if arn.split(":")[1] != partition:
                message = f"this ARN is of partition {arn.split(':')[1]}, {spec.aws.region} belongs to {partition}"
                yield Finding((*loc, "trust", *path), message)


def _trusted(trust: Trust) -> Iterator[tuple[Loc, str]]:
    yield from ((("principals", index), arn) for index, arn in enumerate(trust.principals))
    yield from ((("oidc", index, "provider_arn"), each.provider_arn) for index, each in enumerate(trust.oidc))
    if trust.roles_anywhere:
        yield ("roles_anywhere", "trust_anchor_arn"), trust.roles_anywhere.trust_anchor_arn


def _roles(spec: Spec) -> Iterator[tuple[Loc, Role]]:
    """Yield every role of this stack with its place in the spec."""
    for key, issuer in spec.issuers.items():
        if issuer.role is not None:
            yield ("issuers", key, "role"), issuer.role
    yield from (((section, key), duty) for section, key, duty in spec.duties)


@error("existing-principal")
def existing_principal_is_unchanged(spec: Spec) -> Iterator[Finding]:
    """A principal that exists takes policies, and nothing of it is changed."""
    for key, issuer in spec.issuers.items():
        why = [reason for start, reason in _AWS_OWN.items() if (issuer.existing_role or "").startswith(start)]
        yield from (Finding(("issuers", key, "existing_role"), f"'{issuer.existing_role}': {each}") for each in why)
        for name in _OWNED_ONLY if not issuer.is_owned else ():
            if getattr(issuer, name):
                yield Finding(("issuers", key, name), f"'{key}' exists already and is not changed: remove '{name}'")
        if issuer.role is not None and issuer.force_destroy:
            yield Finding(("issuers", key, "force_destroy"), "a role has no keys or logins: remove 'force_destroy'")
