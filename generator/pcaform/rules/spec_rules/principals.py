"""Rules about users and roles, who may assume them, and regions and partitions."""

import re
from collections.abc import Iterator

from pcaform.core import facts
from pcaform.iam.policies.resource_policies import is_untrusted_subject
from pcaform.rules.rule import Problems, error, select, warning
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.issuers import Issuer
from pcaform.spec.messages import suggest
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_BROAD = re.compile(r"(?:repo|project_path):[^/:]+/[*?]|system:serviceaccount:[*?]")
_AWS_ROLES = {
    "AWSServiceRoleFor": "a service-linked role takes no policies but AWS's own",
    "AWSReservedSSO_": "IAM Identity Center writes this role's policies: put the policy in its permission set",
}
_TRUSTS = ("issuers.*.role.trust", "administrators.*.trust", "auditors.*.trust")
_ANCHORS = tuple(f"{trust}.roles_anywhere.trust_anchor_arn" for trust in _TRUSTS)
_TRUSTED_PROVIDERS = (*(f"{trust}.oidc.*.provider_arn" for trust in _TRUSTS), *_ANCHORS)
_BOUNDARIES = tuple(f"{section}.*.permissions_boundary" for section in ("issuers", "administrators", "auditors"))
_REGIONS = ("aws.region", "certificate_authorities.*.provider.region", "removed.*.provider.region")
_CHINA_STANDARD = "CCPC_LEVEL_1_OR_HIGHER"
_KNOWN_REGIONS = tuple(region for regions in facts.REGIONS.values() for region in regions)


@error("trust-nobody")
def role_has_trust(spec: Spec) -> Iterator[Violation]:
    """The `trust` of a role names at least one principal that may assume it."""
    for loc, trust in select(spec, *_TRUSTS):
        if not any(value for _, value in trust):
            yield Violation(loc, f"no one may assume the role of '{loc[1]}': name who may")


@error("trust-anybody", source="IAM/latest/UserGuide/id_roles_providers_create_oidc.html")
def trust_is_narrow(spec: Spec) -> Iterator[Violation]:
    """The subjects of an OIDC provider name a repository or service account: the provider also serves others."""
    for loc, subject in select(spec, *(f"{trust}.oidc.*.subjects.*" for trust in _TRUSTS)):
        if is_untrusted_subject(subject) or _BROAD.match(subject):
            message = f"'{subject}' also matches tokens of others: name the repository or the service account"
            yield Violation(loc, message)


@error("trust-partition")
def trusted_arns_match_partition(spec: Spec) -> Iterator[Violation]:
    """Trusted principals are of the partition that the region belongs to: roles are not assumed across partitions."""
    yield from _check_partitions(spec, *(f"{trust}.principals.*" for trust in _TRUSTS), *_TRUSTED_PROVIDERS)


@error("trust-account", source="IAM/latest/UserGuide/id_roles_providers.html")
def trusted_provider_is_of_account(spec: Spec) -> Iterator[Violation]:
    """A role's identity provider, trust anchor and permissions boundary are of its own account."""
    own = spec.aws.account_id
    for loc, arn in select(spec, *_TRUSTED_PROVIDERS):
        if arn.split(":")[4] != own:
            message = f"this is of account {arn.split(':')[4]}, the role is of {own}: create the provider there"
            yield Violation(loc, message)
    for loc, arn in select(spec, *_BOUNDARIES):
        if arn.split(":")[4] not in (own, "aws"):
            yield Violation(loc, f"a boundary is a policy of the same account, {own}, or of AWS: name that one")


@error("existing-principal", of="issuers.*")
def existing_principal_is_unchanged(issuer: Issuer, key: str, _: Spec) -> Problems:
    """An existing principal only gets policies; nothing else of it is changed."""
    for start, reason in _AWS_ROLES.items():
        if (issuer.existing_role or "").startswith(start):
            yield "existing_role", f"'{issuer.existing_role}': {reason}"
    for name in ("permissions_boundary", "force_destroy", "policy_path", "policy_tags") if not issuer.is_owned else ():
        if getattr(issuer, name):
            yield name, f"'{key}' exists already and is not changed: remove '{name}'"
    if issuer.deny_other_templates and (issuer.is_owned or issuer.policy is not None):
        why = "a 'policy' is used unchanged" if issuer.policy else "a principal of this stack is always denied them"
        yield "deny_other_templates", f"{why}: remove 'deny_other_templates'"
    if issuer.role is not None and issuer.force_destroy:
        yield "force_destroy", "a role has no keys or logins: remove 'force_destroy'"


def _check_partitions(spec: Spec, *paths: str) -> Iterator[Violation]:
    expected = facts.partition(spec.aws.region)
    for loc, arn in select(spec, *paths):
        if arn.split(":")[1] != expected:
            message = f"this ARN is of partition {arn.split(':')[1]}, {spec.aws.region} belongs to {expected}"
            yield Violation(loc, message)


@warning("region", source="general/latest/gr/pca.html")
def region_is_known(spec: Spec) -> Iterator[Violation]:
    """A region is one with AWS Private CA, as far as this release knows; AWS may have opened one since."""
    for loc, region in _list_regions(spec):
        if region not in _KNOWN_REGIONS and _can_be_region(region):
            message = f"'{region}' is not a known region of AWS Private CA{suggest(region, _KNOWN_REGIONS)}"
            yield Violation(loc, message)


@error("no-region", source="general/latest/gr/pca.html")
def region_can_exist(spec: Spec) -> Iterator[Violation]:
    """A region is named as those of a partition, with a direction and a number at the end: so new ones pass."""
    for loc, region in _list_regions(spec):
        if not _can_be_region(region):
            close = suggest(region, _KNOWN_REGIONS, word="known")
            yield Violation(loc, f"AWS has no region '{region}'{close}")


def _can_be_region(region: str) -> bool:
    direction = region.rpartition("-")[0].rpartition("-")[2]
    is_named_so = direction in facts.REGION_DIRECTIONS and not region.endswith("-0")
    return region in _KNOWN_REGIONS or (is_named_so and facts.is_in_a_partition(region))


def _list_regions(spec: Spec) -> Iterator[tuple[Loc, str]]:
    """Yield every region of a spec; an ARN whose region differs from that of its stack or provider breaks a rule."""
    yield from select(spec, *_REGIONS)
    yield from ((loc, arn.split(":")[3]) for loc, arn in select(spec, *_ANCHORS))


@error("partition")
def arns_match_partition(spec: Spec) -> Iterator[Violation]:
    """Regions, roles, policies and CloudFront distributions are of the partition that the stack's region is in."""
    expected = facts.partition(spec.aws.region)
    for loc, region in select(spec, *_REGIONS):
        if facts.partition(region) != expected:
            message = f"'{region}' is of partition {facts.partition(region)}, {spec.aws.region} belongs to {expected}"
            yield Violation(loc, f"{message}: no credentials reach both, make it another stack")
    roles = ("certificate_authorities.*.provider.assume_role.role_arn", "aws.assume_role.role_arn")
    yield from _check_partitions(spec, *roles, "crl_buckets.*.cloudfront_distribution_arns.*", *_BOUNDARIES)


@error("china", of="managed.*", source="privateca/latest/APIReference/API_CreateCertificateAuthority.html")
def china_settings_match_region(ca: CertificateAuthority, key: str, spec: Spec) -> Problems:
    """SM2 keys and the CCPC standard exist only in China's regions; a new CA there names CCPC, AWS's default fails."""
    standard, only = ca.key_storage_security_standard, facts.only_key_storage(spec.region_of(key))
    is_china = only == _CHINA_STANDARD
    if ca.key_algorithm == "SM2" and not is_china:
        yield "key_algorithm", "SM2 exists only in AWS's regions in China"
    if standard is None and ca.arn is None and is_china:
        yield "", f"in China AWS creates no CA with its default: add 'key_storage_security_standard: {only}'"
    elif standard is not None and (standard == _CHINA_STANDARD) != is_china:
        of_china = f"in China AWS allows only {only}: write that"
        message = of_china if is_china else "CCPC exists only in China: remove it, the region's default fits"
        yield "key_storage_security_standard", message
    elif standard == "FIPS_140_2_LEVEL_2_OR_HIGHER" and ca.arn is None:
        message = "since 2023 AWS creates no CA with this standard: remove it, the region's default fits"
        yield "key_storage_security_standard", message
