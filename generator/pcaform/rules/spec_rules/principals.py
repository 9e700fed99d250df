"""Rules about users and roles, who may assume them, and regions and partitions."""

import re
from collections.abc import Iterator

from pcaform.core import facts
from pcaform.iam.policies.resource_policies import is_untrusted_subject
from pcaform.rules.rule import error, warning
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.issuers import Role, Trust
from pcaform.spec.messages import suggest
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_BROAD = re.compile(r"(?:repo|project_path):[^/:]+/[*?]|system:serviceaccount:[*?]")
_AWS_ROLES = {
    "AWSServiceRoleFor": "a service-linked role takes no policies but AWS's own",
    "AWSReservedSSO_": "IAM Identity Center writes this role's policies: put the policy in its permission set",
}
_OWNED_ONLY = ("permissions_boundary", "force_destroy", "policy_path", "policy_tags")
_CHINA_STANDARD = "CCPC_LEVEL_1_OR_HIGHER"
_KNOWN_REGIONS = tuple(region for regions in facts.REGIONS.values() for region in regions)
_LEGACY_STANDARD = "FIPS_140_2_LEVEL_2_OR_HIGHER"


@error("trust-nobody")
def role_has_trust(spec: Spec) -> Iterator[Violation]:
    """The `trust` of a role names at least one principal that may assume it."""
    for loc, role in _list_roles(spec):
        if not any(value for _, value in role.trust):
            yield Violation((*loc, "trust"), f"no one may assume the role of '{loc[1]}': name who may")


@error("trust-anybody", source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html")
def trust_is_narrow(spec: Spec) -> Iterator[Violation]:
    """The subjects of an OIDC provider name a repository or service account: the provider also serves others."""
    for loc, role in _list_roles(spec):
        for number, oidc in enumerate(role.trust.oidc):
            for index, subject in enumerate(oidc.subjects):
                if is_untrusted_subject(subject) or _BROAD.match(subject):
                    message = f"'{subject}' also matches tokens of others: name the repository or the service account"
                    yield Violation((*loc, "trust", "oidc", number, "subjects", index), message)


@error("trust-partition")
def trusted_arns_match_partition(spec: Spec) -> Iterator[Violation]:
    """Trusted principals are of the partition that the region belongs to: roles are not assumed across partitions."""
    for loc, role in _list_roles(spec):
        for path, arn in _list_trusted_arns(role.trust):
            yield from _check_partition((*loc, "trust", *path), arn, spec)


@error("trust-account", source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers.html")
def trusted_provider_is_of_account(spec: Spec) -> Iterator[Violation]:
    """A role's identity provider, trust anchor and permissions boundary are of its own account."""
    own = spec.aws.account_id
    for loc, role in _list_roles(spec):
        for path, arn in _list_trusted_arns(role.trust):
            if path[0] != "principals" and arn.split(":")[4] != own:
                message = f"this is of account {arn.split(':')[4]}, the role is of {own}: create the provider there"
                yield Violation((*loc, "trust", *path), message)
    owned = [("issuers", key, issuer.permissions_boundary) for key, issuer in spec.issuers.items()]
    owned += [(section, key, role.permissions_boundary) for section, key, role in spec.operator_roles]
    for section, key, boundary in owned:
        if boundary is not None and boundary.split(":")[4] not in (own, "aws"):
            message = f"a boundary is a policy of the same account, {own}, or of AWS: name that one"
            yield Violation((section, key, "permissions_boundary"), message)


@error("existing-principal")
def existing_principal_is_unchanged(spec: Spec) -> Iterator[Violation]:
    """An existing principal only gets policies; nothing else of it is changed."""
    for key, issuer in spec.issuers.items():
        reasons = [reason for start, reason in _AWS_ROLES.items() if (issuer.existing_role or "").startswith(start)]
        for reason in reasons:
            yield Violation(("issuers", key, "existing_role"), f"'{issuer.existing_role}': {reason}")
        for name in _OWNED_ONLY if not issuer.is_owned else ():
            if getattr(issuer, name):
                yield Violation(("issuers", key, name), f"'{key}' exists already and is not changed: remove '{name}'")
        if issuer.deny_other_templates and (issuer.is_owned or issuer.policy is not None):
            why = "a 'policy' is used unchanged" if issuer.policy else "a principal of this stack is always denied them"
            yield Violation(("issuers", key, "deny_other_templates"), f"{why}: remove 'deny_other_templates'")
        if issuer.role is not None and issuer.force_destroy:
            yield Violation(("issuers", key, "force_destroy"), "a role has no keys or logins: remove 'force_destroy'")


def _check_partition(loc: Loc, arn: str | None, spec: Spec) -> Iterator[Violation]:
    expected = facts.partition(spec.aws.region)
    if arn is not None and arn.split(":")[1] != expected:
        message = f"this ARN is of partition {arn.split(':')[1]}, {spec.aws.region} belongs to {expected}"
        yield Violation(loc, message)


def _list_trusted_arns(trust: Trust) -> Iterator[tuple[Loc, str]]:
    yield from ((("principals", index), arn) for index, arn in enumerate(trust.principals))
    yield from ((("oidc", index, "provider_arn"), oidc.provider_arn) for index, oidc in enumerate(trust.oidc))
    if trust.roles_anywhere:
        yield ("roles_anywhere", "trust_anchor_arn"), trust.roles_anywhere.trust_anchor_arn


def _list_roles(spec: Spec) -> Iterator[tuple[Loc, Role]]:
    """Yield every role of this stack with its location in the spec."""
    for key, issuer in spec.issuers.items():
        if issuer.role is not None:
            yield ("issuers", key, "role"), issuer.role
    yield from (((section, key), role) for section, key, role in spec.operator_roles)


@warning("region", source="https://docs.aws.amazon.com/general/latest/gr/pca.html")
def region_is_known(spec: Spec) -> Iterator[Violation]:
    """A region is one with AWS Private CA, as far as this release knows; AWS may have opened one since."""
    for loc, region in _list_regions(spec):
        if region not in _KNOWN_REGIONS and _can_be_region(region):
            message = f"'{region}' is not a known region of AWS Private CA{suggest(region, _KNOWN_REGIONS)}"
            yield Violation(loc, message)


@error("no-region", source="https://docs.aws.amazon.com/general/latest/gr/pca.html")
def region_can_exist(spec: Spec) -> Iterator[Violation]:
    """A region's name ends with a direction and a number, as all do: so a new region of AWS is let through."""
    for loc, region in _list_regions(spec):
        if not _can_be_region(region):
            close = suggest(region, _KNOWN_REGIONS, word="known")
            yield Violation(loc, f"AWS has no region '{region}'{close}")


def _can_be_region(region: str) -> bool:
    direction = region.rpartition("-")[0].rpartition("-")[2]
    return region in _KNOWN_REGIONS or (direction in facts.REGION_DIRECTIONS and not region.endswith("-0"))


def _list_regions(spec: Spec) -> Iterator[tuple[Loc, str]]:
    """Yield every region of a spec; an ARN whose region differs from that of its stack or provider breaks a rule."""
    yield ("aws", "region"), spec.aws.region
    for key, ca in spec.certificate_authorities.items():
        if ca.provider is not None:
            yield ("certificate_authorities", key, "provider", "region"), ca.provider.region
    for name, removal in spec.removed.items():
        if not isinstance(removal, str) and removal.provider is not None:
            yield ("removed", name, "provider", "region"), removal.provider.region
    for loc, role in _list_roles(spec):
        if role.trust.roles_anywhere is not None:
            arn = role.trust.roles_anywhere.trust_anchor_arn
            yield (*loc, "trust", "roles_anywhere", "trust_anchor_arn"), arn.split(":")[3]


@error("partition")
def arns_match_partition(spec: Spec) -> Iterator[Violation]:
    """Regions, roles, policies and CloudFront distributions are of the partition that the stack's region is in."""
    expected = facts.partition(spec.aws.region)
    for loc, region in _list_regions(spec):
        if loc[-1] == "region" and facts.partition(region) != expected:
            message = f"'{region}' is of partition {facts.partition(region)}, {spec.aws.region} belongs to {expected}"
            yield Violation(loc, f"{message}: no credentials reach both, make it another stack")
    for key, ca in spec.certificate_authorities.items():
        if ca.provider is not None and ca.provider.assume_role is not None:
            place = ("certificate_authorities", key, "provider", "assume_role", "role_arn")
            yield from _check_partition(place, ca.provider.assume_role.role_arn, spec)
    for key, bucket in spec.crl_buckets.items():
        for index, arn in enumerate(bucket.cloudfront_distribution_arns):
            yield from _check_partition(("crl_buckets", key, "cloudfront_distribution_arns", index), arn, spec)
    for key, issuer in spec.issuers.items():
        yield from _check_partition(("issuers", key, "permissions_boundary"), issuer.permissions_boundary, spec)
    for section, key, role in spec.operator_roles:
        yield from _check_partition((section, key, "permissions_boundary"), role.permissions_boundary, spec)
    if spec.aws.assume_role:
        yield from _check_partition(("aws", "assume_role", "role_arn"), spec.aws.assume_role.role_arn, spec)


@error("china", source="https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreateCertificateAuthority.html")
def china_settings_match_region(spec: Spec) -> Iterator[Violation]:
    """SM2 keys and the CCPC standard exist only in China's regions; a new CA there names CCPC, AWS's default fails."""
    for key, ca in spec.managed.items():
        loc, is_china = ("certificate_authorities", key), facts.partition(spec.region_of(key)) == "aws-cn"
        if ca.key_algorithm == "SM2" and not is_china:
            yield Violation((*loc, "key_algorithm"), "SM2 exists only in AWS's regions in China")
        yield from _check_standard(loc, ca, only=facts.only_key_storage(spec.region_of(key)))


def _check_standard(loc: tuple[str, str], ca: CertificateAuthority, *, only: str) -> Iterator[Violation]:
    standard = ca.key_storage_security_standard
    is_china = only == _CHINA_STANDARD
    if standard is None and ca.arn is None and is_china:
        message = f"in China AWS creates no CA with its default: add 'key_storage_security_standard: {only}'"
        yield Violation(loc, message)
    elif standard is not None and (standard == _CHINA_STANDARD) != is_china:
        of_china = f"in China AWS allows only {only}: write that"
        message = of_china if is_china else "CCPC exists only in China: remove it, the region's default fits"
        yield Violation((*loc, "key_storage_security_standard"), message)
    elif standard == _LEGACY_STANDARD and ca.arn is None:
        message = "since 2023 AWS creates no CA with this standard: remove it, the region's default fits"
        yield Violation((*loc, "key_storage_security_standard"), message)
