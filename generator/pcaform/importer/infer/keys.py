"""Chooses keys: the existing one, else the module's name if it is ours, else a slug of the name.

The keys of an existing spec are kept: by the resource that they name, or by a unique identity.
"""

import re
from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from pcaform.core.grouping import grouped
from pcaform.core.problems import PARTIAL_DATA_ERRORS, Failure
from pcaform.core.x509 import parse_or_none
from pcaform.render.normal_form import SECTIONS
from pcaform.render.plan.resources import build_placeholders, resources
from pcaform.sources.inventory import Inventory, Resource
from pcaform.spec.sections import Certificate
from pcaform.spec.stack import Spec
from pcaform.spec.types import KEY
from pcaform.terraform.resource_types import AUTHORITY

_NOT_ALLOWED = re.compile(r"[^a-z0-9_-]+")
_RESERVED = re.compile(r"_(?=certificate(_g[0-9]+)?\Z)")
"""Would give a CA's module the name of another CA's certificate."""
_KEY = re.compile(KEY)
CA_ARN = re.compile(r"arn:aws[a-z-]*:acm-pca:[a-z0-9-]*:[0-9]{12}:certificate-authority/[A-Za-z0-9-]+")
"""The ARN of a CA in a source: one of AWS, or a symbolic one of files."""
_MAX_SLUG = 56
_MAX_KEY = 64
_ID_LENGTH = 8
NO_SUBJECT = "its subject has no attribute that Terraform has an argument for; if it has none at all, "


@dataclass(frozen=True, slots=True)
class CaIdentity:
    """The identity of a CA without an ARN in the spec: a change of any part would need another CA."""

    region: str
    common_name: str | None
    type: str
    key_algorithm: str


@dataclass(frozen=True, slots=True)
class ExistingKeys:
    """Keys by the ARN or name of their resource."""

    cas: Mapping[str, str] = field(default_factory=dict)
    """By ARN."""
    without_arn: Mapping[str, CaIdentity] = field(default_factory=dict)
    """CAs without an ARN in the spec, by key: two may have the same identity."""
    key_algorithms: Mapping[str, str] = field(default_factory=dict)
    """Of unmanaged CAs, by ARN."""
    principals: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """By section, `user` or `role`, and the principal's name; also by NAME/POLICY, for grants by NAME/."""
    certificates: Mapping[str, Certificate] = field(default_factory=dict)
    """By key: two may have the same identity."""
    crl_buckets: Mapping[str, str] = field(default_factory=dict)
    """By the bucket's name."""
    default_tags: Mapping[str, str] = field(default_factory=dict)
    """The provider's default tags, which AWS does not distinguish from others."""
    ignored: frozenset[tuple[str, str, str]] = frozenset()
    """Section, key and rule of what its items ignore."""
    location: tuple[str, str] | None = None
    """Region and account of the spec."""
    addresses: frozenset[str] = frozenset()
    """Where the resources of its stack are in the state, now or before its moves."""


NO_KEYS = ExistingKeys()


def existing_keys(spec: Spec) -> ExistingKeys:
    """Return the keys of a spec."""
    principals: dict[tuple[str, str, str], str] = {}
    for key, issuer in spec.issuers.items():
        kind, name = "role" if issuer.role or issuer.existing_role else "user", issuer.principal_name
        principals["issuers", kind, f"{name}/{issuer.policy.name if issuer.policy else ''}"] = key
        if issuer.policy is None or ("issuers", kind, name) not in principals:
            principals["issuers", kind, name] = key
    for section, key, role in spec.operator_roles:
        principals[section, "role", role.role_name or key] = key
    return ExistingKeys(
        cas={each.arn: key for key, each in spec.certificate_authorities.items() if each.arn is not None},
        without_arn={
            key: CaIdentity(spec.region_of(key), each.subject.common_name, each.type, each.key_algorithm)
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
        ignored=frozenset(
            (section, key, each.rule)
            for section in SECTIONS
            for key, item in getattr(spec, section).items()
            for each in getattr(item, "ignore", ())
        ),
        location=(spec.aws.region, spec.aws.account_id),
        addresses=frozenset((*resources(spec, build_placeholders(spec)), *spec.moves)),
    )


Identity = Sequence[Hashable]
"""The identities of an item, the strictest first; None for those that it does not have."""


def match_pairs(
    ours: Mapping[str, Identity], theirs: Mapping[str, Identity], stages: int
) -> tuple[dict[str, str], list[tuple[list[str], list[str]]]]:
    """Pair keys with ids if exactly one of each has an identity, by the strictest identity first.

    Returns the keys by id, and groups of keys and ids that are ambiguous: several have the same identity. Items on one
    side only are not ambiguous: they are new, or missing.
    """
    keys: dict[str, str] = {}
    ambiguous: list[tuple[list[str], list[str]]] = []
    for stage in range(stages):
        taken = set(keys.values())
        own_groups = _groups({key: each for key, each in ours.items() if key not in taken}, stage)
        found_groups = _groups({name: each for name, each in theirs.items() if name not in keys}, stage)
        both = [(own_groups[each], found_groups[each]) for each in own_groups if each in found_groups]
        keys |= {ids[0]: own[0] for own, ids in both if len(own) == len(ids) == 1}
        ambiguous = [(own, ids) for own, ids in both if not len(own) == len(ids) == 1]
    return keys, ambiguous


def _groups(items: Mapping[str, Identity], stage: int) -> dict[Hashable, list[str]]:
    return grouped((each[stage], name) for name, each in items.items() if each[stage] is not None)


def join_names(names: Iterable[str]) -> str:
    """Return quoted names, separated by commas."""
    return ", ".join(f"'{name}'" for name in names)


def choose_key(*own: str | None, name: str, taken: Container[str]) -> str:
    """Return the first of the item's own keys that is valid and not in `taken`, else a new one from its name."""
    for key in own:
        if key is not None and key not in taken and _KEY.match(key) and len(key) <= _MAX_KEY:
            return key
    slug = _NOT_ALLOWED.sub("-", name.lower()).strip("-_")[:_MAX_SLUG]
    base = slug if slug[:1].isalpha() else f"x-{slug}".rstrip("-")
    names = chain([base], (f"{base}-{number}" for number in count(2)))
    return next(each for each in names if each not in taken)


def subject(ca: Resource) -> dict[str, str]:
    """Return a CA's subject, without the empty fields that a state has."""
    blocks = ca.attributes["certificate_authority_configuration"][0]["subject"]
    return {name: str(value) for name, value in blocks[0].items() if value}


def is_complete(ca: Resource) -> bool:
    """Tell whether a CA was created: a failed apply leaves one without an ARN."""
    try:
        return bool(CA_ARN.fullmatch(ca.attributes["arn"]) and subject(ca))
    except PARTIAL_DATA_ERRORS:
        return False


def ca_keys(inventory: Inventory, existing: ExistingKeys, others: Iterable[str]) -> dict[str, str]:
    """Return the key of each CA by ARN: first those of the inventory, then `others`, which are only referenced."""
    cas = inventory.of_type(AUTHORITY)
    complete = {str(each.attributes["arn"]): each for each in cas if not each.is_reference and is_complete(each)}
    references = [*(each for each in cas if each.is_reference), *inventory.unselected]
    referenced = {str(each.attributes.get("arn")): _name(each) for each in references}
    keys = _match_existing(complete, existing)
    keys |= _match_unselected(inventory.unselected, existing, keys)
    keys |= {arn: existing.cas[arn] for arn in others if arn in existing.cas and arn not in complete}
    taken = {*existing.cas.values(), *existing.without_arn}
    for arn in (*complete, *others):
        if arn not in keys:
            ca = complete.get(arn)
            module = ca.module_key("ca_") if ca else None
            name = _RESERVED.sub("-", subject(ca).get("common_name") or "ca") if ca else referenced.get(arn)
            name = module or name or f"ca-{arn.rpartition('/')[2][:_ID_LENGTH]}"
            keys[arn] = choose_key(module, name=name, taken=taken)
            taken.add(keys[arn])
    return keys


def _match_existing(by_arn: Mapping[str, Resource], existing: ExistingKeys) -> dict[str, str]:
    """Return the existing keys of CAs by ARN: matched by ARN, by module, or by a unique identity.

    Raises Failure if two could be the same CA of the spec, since the wrong one could be written.
    """
    keys = {arn: existing.cas[arn] for arn in by_arn if arn in existing.cas}
    taken, names = set(keys.values()), {each.common_name for each in existing.without_arn.values()}
    for arn, each in by_arn.items():
        key = _key_of_module(each, existing, names) if arn not in keys else None
        if key is not None and key not in taken:
            keys[arn] = key
            taken.add(key)
    ours = {key: _identities(each) for key, each in existing.without_arn.items() if key not in taken}
    theirs = {arn: _identities(_identity(each)) for arn, each in by_arn.items() if arn not in keys}
    matched, ambiguous = match_pairs(ours, theirs, stages=2)
    for own, arns in ambiguous:
        raise Failure(
            f"{' and '.join(sorted(arns))} could be {join_names(own)} of the spec: they have the same common name. "
            "Select the right CAs: 'import aws' has the options --arn and --status"
        )
    return keys | matched


def _match_unselected(cas: Iterable[Resource], existing: ExistingKeys, taken: Mapping[str, str]) -> dict[str, str]:
    """Return the existing keys of CAs that are not imported themselves, by ARN, as far as they are clear."""
    by_arn = {str(ca.attributes["arn"]): ca for ca in cas if is_complete(ca)}
    keys = {arn: existing.cas[arn] for arn in by_arn if arn in existing.cas}
    theirs = {arn: _identities(_identity(ca)) for arn, ca in by_arn.items() if arn not in keys}
    ours = {key: _identities(each) for key, each in existing.without_arn.items() if key not in taken.values()}
    return keys | match_pairs(ours, theirs, stages=2)[0]


def _key_of_module(ca: Resource, existing: ExistingKeys, names: Container[str | None]) -> str | None:
    """Return the key in the name of a module of ours, unless only another CA has the common name."""
    module = ca.module_key("ca_")
    if module is None or module not in existing.without_arn:
        return None
    name = subject(ca).get("common_name")
    return module if existing.without_arn[module].common_name == name or name not in names else None


def _identity(ca: Resource) -> CaIdentity:
    attributes = ca.attributes
    algorithm = attributes["certificate_authority_configuration"][0].get("key_algorithm")
    region = attributes["arn"].split(":")[3]
    return CaIdentity(region, subject(ca).get("common_name"), str(attributes.get("type")), str(algorithm))


def _identities(identity: CaIdentity) -> Identity:
    return (None, None) if identity.common_name is None else (identity, (identity.region, identity.common_name))


def _name(ca: Resource) -> str:
    """Return a name for a referenced CA: its common name if known, else its name in the source."""
    for certificate in parse_or_none(ca.attributes.get("certificate")):
        names = [str(each.value) for each in certificate.subject if each.rfc4514_attribute_name == "CN"]
        return _RESERVED.sub("-", names[0]) if names else ""
    try:
        return _RESERVED.sub("-", subject(ca).get("common_name", ""))
    except PARTIAL_DATA_ERRORS:
        return ca.address.rpartition(".")[2].partition("[")[0].replace("this", "")
