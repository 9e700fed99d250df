"""Rules about regions and partitions."""

from collections.abc import Iterator

from pcaform.core import facts
from pcaform.rules.rule import error, warning
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.messages import suggest_nearest
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_CHINA_STANDARD = "CCPC_LEVEL_1_OR_HIGHER"
_LEGACY_STANDARD = "FIPS_140_2_LEVEL_2_OR_HIGHER"


@warning("region", source="https://docs.aws.amazon.com/general/latest/gr/pca.html")
def region_is_known(spec: Spec) -> Iterator[Violation]:
    """The region is one with AWS Private CA, as far as this release knows."""
    known = [region for regions in facts.REGIONS.values() for region in regions]
    if spec.aws.region not in known:
        message = (
            f"'{spec.aws.region}' is not a known region of AWS Private CA{suggest_nearest(spec.aws.region, known)}"
        )
        yield Violation(("aws", "region"), message)


@error("partition")
def arns_match_partition(spec: Spec) -> Iterator[Violation]:
    """Roles and policies are of the partition that the region belongs to."""
    partition = facts.partition(spec.aws.region)
    arns: list[tuple[Loc, str | None]] = [
        (("issuers", key, "permissions_boundary"), issuer.permissions_boundary) for key, issuer in spec.issuers.items()
    ]
    arns += [
        ((section, key, "permissions_boundary"), role.permissions_boundary)
        for section, key, role in spec.operator_roles
    ]
    if spec.aws.assume_role:
        arns.append((("aws", "assume_role", "role_arn"), spec.aws.assume_role.role_arn))
    for loc, arn in arns:
        if arn is not None and arn.split(":")[1] != partition:
            message = f"this ARN is of partition {arn.split(':')[1]}, {spec.aws.region} belongs to {partition}"
            yield Violation(loc, message)


@error("china", source="https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreateCertificateAuthority.html")
def china_settings_match_region(spec: Spec) -> Iterator[Violation]:
    """SM2 keys and the CCPC standard exist only in China's regions, which have no other standard."""
    is_china = facts.partition(spec.aws.region) == "aws-cn"
    for key, ca in spec.managed.items():
        loc = ("certificate_authorities", key)
        if ca.key_algorithm == "SM2" and not is_china:
            yield Violation((*loc, "key_algorithm"), "SM2 exists only in AWS's regions in China")
        yield from _check_standard(loc, ca, is_china=is_china)


def _check_standard(loc: tuple[str, str], ca: CertificateAuthority, *, is_china: bool) -> Iterator[Violation]:
    standard = ca.key_storage_security_standard
    if standard is not None and (standard == _CHINA_STANDARD) != is_china:
        reason = "in China AWS allows only CCPC_LEVEL_1_OR_HIGHER" if is_china else "CCPC exists only in China"
        message = f"{reason}: remove it, the region's default fits"
        yield Violation((*loc, "key_storage_security_standard"), message)
    elif standard == _LEGACY_STANDARD and ca.arn is None:
        message = "since 2023 AWS creates no CA with this standard: remove it, the region's default fits"
        yield Violation((*loc, "key_storage_security_standard"), message)
