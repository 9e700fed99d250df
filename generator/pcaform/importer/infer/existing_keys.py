"""The keys of an existing spec, by the resource that they name: the user chose them, so another import keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pcaform.spec.sections import Certificate
from pcaform.spec.stack import Spec


@dataclass(frozen=True, slots=True)
class CaIdentity:
    """The identity of a CA without an ARN in the spec: a change of any part would need another CA."""

    region: str
    common_name: str | None
    type: str
    key_algorithm: str


@dataclass(frozen=True, slots=True)
class ExistingKeys:
    """Keys by the ARN or name of their resource; for principals by type and name."""

    cas: Mapping[str, str] = field(default_factory=dict)
    """By ARN."""
    without_arn: Mapping[str, CaIdentity] = field(default_factory=dict)
    """CAs without an ARN in the spec, by key: two may have the same identity."""
    key_algorithms: Mapping[str, str] = field(default_factory=dict)
    """Of unmanaged CAs, by ARN."""
    principals: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """Section and key, by `user` or `role` and the principal's name."""
    certificates: Mapping[str, Certificate] = field(default_factory=dict)
    """By key: two may have the same identity."""
    crl_buckets: Mapping[str, str] = field(default_factory=dict)
    """By the bucket's name."""
    default_tags: Mapping[str, str] = field(default_factory=dict)
    """The provider's default tags, which AWS does not distinguish from others."""


NO_KEYS = ExistingKeys()


def existing_keys(spec: Spec) -> ExistingKeys:
    """Return the keys of a spec."""
    principals: dict[tuple[str, str], tuple[str, str]] = {}
    for key, issuer in spec.issuers.items():
        kind = "role" if issuer.role or issuer.existing_role else "user"
        principals[kind, issuer.principal_name] = "issuers", key
    principals |= {("role", role.role_name or key): (section, key) for section, key, role in spec.operator_roles}
    return ExistingKeys(
        cas={each.arn: key for key, each in spec.certificate_authorities.items() if each.arn is not None},
        without_arn={
            key: CaIdentity(
                spec.region_of(key),
                each.subject.common_name,
                each.type,
                each.key_algorithm,
            )
            for key, each in spec.managed.items()
            if each.arn is None
        },
        key_algorithms={
            each.arn: each.key_algorithm
            for each in spec.certificate_authorities.values()
            if not each.managed and each.arn is not None and each.key_algorithm is not None
        },
        principals=principals,
        certificates=dict(spec.certificates),
        crl_buckets={bucket.bucket or key: key for key, bucket in spec.crl_buckets.items()},
        default_tags=dict(spec.aws.default_tags),
    )
