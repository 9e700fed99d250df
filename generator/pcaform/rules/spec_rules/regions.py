"""Rules about regions and partitions."""

from collections.abc import Iterator

from pcaform.core import facts
from pcaform.rules.rule import error, warning
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.finding import Finding
from pcaform.spec.messages import nearest
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_CHINA_STANDARD = "CCPC_LEVEL_1_OR_HIGHER"
_LEGACY_STANDARD = "FIPS_140_2_LEVEL_2_OR_HIGHER"


@warning("region")
def region_is_known(spec: Spec) -> Iterator[Finding]:
    """A region is one that has AWS Private CA, as far as this release knows."""
    known = [region for regions in facts.REGIONS.values() for region in regions]
    if spec.aws.region not in known:
        message = f"no region '{spec.aws.region}' with AWS Private CA is known here{nearest(spec.aws.region, known)}"
        yield Finding(("aws", "region"), message)


@error("partition")
def arns_match_partition(spec: Spec) -> Iterator[Finding]:
    """Roles and policies are of the partition that the region belongs to."""
    partition = facts.partition(spec.aws.region)
    arns: list[tuple[Loc, str | None]] = [
        (("issuers", key, "permissions_boundary"), each.permissions_boundary) for key, each in spec.issuers.items()
    ]
    arns += [((section, key, "permissions_boundary"), duty.permissions_boundary) for section, key, duty in spec.duties]
    if spec.aws.assume_role:
        arns.append((("aws", "assume_role", "role_arn"), spec.aws.assume_role.role_arn))
    for loc, arn in arns:
        if arn is not None and arn.split(":")[1] != partition:
            yield Finding(
                loc, f"this ARN is of partition {arn.split(':')[1]}, {spec.aws.region} belongs to {partition}"
            )


@error("china")
def china_settings_match_region(spec: Spec) -> Iterator[Finding]:
    """SM2 keys and the CCPC standard exist in China only, and there nothing but CCPC does."""
    is_china = facts.partition(spec.aws.region) == "aws-cn"
    for key, authority in spec.managed.items():
        loc = ("certificate_authorities", key)
        if authority.key_algorithm == "SM2" and not is_china:
            yield Finding((*loc, "key_algorithm"), "SM2 exists in AWS's regions in China only")
        yield from _standard(loc, authority, is_china=is_china)


def _standard(loc: tuple[str, str], authority: CertificateAuthority, *, is_china: bool) -> Iterator[Finding]:
    standard = authority.key_storage_security_standard
    if standard is not None and (standard == _CHINA_STANDARD) != is_china:
        where = "in China AWS takes CCPC_LEVEL_1_OR_HIGHER only" if is_china else "CCPC exists in China only"
        yield Finding((*loc, "key_storage_security_standard"), f"{where}: remove it, the region's default fits")
    elif standard == _LEGACY_STANDARD and authority.arn is None:
        message = "AWS makes no new CA with this standard since 2023: remove it, the region's default fits"
        yield Finding((*loc, "key_storage_security_standard"), message)
