"""The keys of an existing spec, which another import keeps: by the resource that they name, or by a unique identity."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
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


Identity = Sequence[Hashable]
"""The identities of an item, the strictest first; None for those that it does not have."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """`keys` by the id of the found item; `ambiguous` are groups of keys and ids with the same identity."""

    keys: Mapping[str, str]
    ambiguous: Sequence[tuple[Sequence[str], Sequence[str]]]


def match_pairs(ours: Mapping[str, Identity], theirs: Mapping[str, Identity], stages: int) -> Pairs:
    """Pair keys with ids if exactly one of each has an identity, by the strictest identity first.

    Items on one side only are not ambiguous: they are new, or missing.
    """
    keys: dict[str, str] = {}
    ambiguous: list[tuple[Sequence[str], Sequence[str]]] = []
    for stage in range(stages):
        taken = set(keys.values())
        own_groups = _groups({key: each for key, each in ours.items() if key not in taken}, stage)
        found_groups = _groups({name: each for name, each in theirs.items() if name not in keys}, stage)
        both = [(own_groups[each], found_groups[each]) for each in own_groups if each in found_groups]
        keys |= {ids[0]: own[0] for own, ids in both if len(own) == len(ids) == 1}
        ambiguous = [(own, ids) for own, ids in both if not len(own) == len(ids) == 1]
    return Pairs(keys, ambiguous)


def _groups(items: Mapping[str, Identity], stage: int) -> dict[Hashable, list[str]]:
    groups: dict[Hashable, list[str]] = {}
    for name, identities in items.items():
        if identities[stage] is not None:
            groups.setdefault(identities[stage], []).append(name)
    return groups


def join_names(names: Iterable[str]) -> str:
    """Return quoted names, separated by commas."""
    return ", ".join(f"'{name}'" for name in names)
