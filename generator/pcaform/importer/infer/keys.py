"""Chooses keys: the existing one, else the module's name if it is ours, else a slug of the name."""

import re
from collections.abc import Container, Iterable, Mapping

from pcaform.core.problems import PARTIAL_DATA_ERRORS, Failure
from pcaform.core.x509 import parse_or_none
from pcaform.importer.infer.existing_keys import CaIdentity, ExistingKeys, Identity, join_names, match_pairs
from pcaform.sources.inventory import Inventory, Resource
from pcaform.spec.types import CA_ARN, KEY
from pcaform.terraform.resource_types import AUTHORITY

_NOT_ALLOWED = re.compile(r"[^a-z0-9_-]+")
_RESERVED = re.compile(r"_(?=certificate(_g[0-9]+)?\Z)")
"""Would give a CA's module the name of another CA's certificate."""
_KEY = re.compile(KEY)
_ARN = re.compile(CA_ARN)
_MAX_SLUG = 56
_MAX_KEY = 64
_ID_LENGTH = 8


def key_for(name: str, taken: Container[str]) -> str:
    """Return a key from a name, different from those in `taken`."""
    slug = _NOT_ALLOWED.sub("-", name.lower()).strip("-_")[:_MAX_SLUG]
    base = slug if slug[:1].isalpha() else f"x-{slug}".rstrip("-")
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key


def own_key(*candidates: str | None, taken: Container[str]) -> str | None:
    """Return the first candidate that is a valid and free key; None if there is none."""
    valid = (each for each in candidates if each is not None and _KEY.match(each) and len(each) <= _MAX_KEY)
    return next((each for each in valid if each not in taken), None)


def subject(ca: Resource) -> dict[str, str]:
    """Return a CA's subject, without the empty fields that a state has."""
    blocks = ca.attributes["certificate_authority_configuration"][0]["subject"]
    return {name: str(value) for name, value in blocks[0].items() if value}


def is_complete(ca: Resource) -> bool:
    """Tell whether a CA was created: a failed apply leaves one without an ARN."""
    try:
        return bool(_ARN.fullmatch(ca.attributes["arn"]) and subject(ca))
    except PARTIAL_DATA_ERRORS:
        return False


def ca_keys(inventory: Inventory, existing: ExistingKeys, others: Iterable[str]) -> dict[str, str]:
    """Return the key of each CA by ARN: first those of the inventory, then `others`, which are only referenced."""
    keys: dict[str, str] = {}
    taken = _Taken(existing)
    cas = inventory.of_type(AUTHORITY)
    complete = [each for each in cas if not each.is_reference and is_complete(each)]
    matched = _match_existing(complete, existing)
    for ca in complete:
        arn = ca.attributes["arn"]
        name = subject(ca).get("common_name") or "ca"
        keys[arn] = taken.key(matched.get(arn), ca.module_key("ca_"), _RESERVED.sub("-", name))
    names = {str(each.attributes.get("arn")): _name(each) for each in cas if each.is_reference}
    for arn in others:
        if arn not in keys:
            identifier = arn.rpartition("/")[2][:_ID_LENGTH]
            keys[arn] = taken.key(existing.cas.get(arn), None, names.get(arn) or f"ca-{identifier}")
    return keys


def _match_existing(cas: Iterable[Resource], existing: ExistingKeys) -> dict[str, str]:
    """Return the existing keys of CAs by ARN: matched by ARN, by module, or by a unique identity.

    Raises Failure if two could be the same CA of the spec, since the wrong one could be written.
    """
    by_arn = {str(each.attributes["arn"]): each for each in cas}
    keys = {arn: existing.cas[arn] for arn in by_arn if arn in existing.cas}
    taken, names = set(keys.values()), {each.common_name for each in existing.without_arn.values()}
    for arn, each in by_arn.items():
        key = _key_of_module(each, existing, names) if existing.without_arn and arn not in keys else None
        if key is not None and key not in taken:
            keys[arn] = key
            taken.add(key)
    ours = {key: _identity_values(identity) for key, identity in existing.without_arn.items() if key not in taken}
    theirs = {arn: _identity_values(_identity(each)) for arn, each in by_arn.items() if arn not in keys}
    matched = match_pairs(ours, theirs, stages=2)
    for own, arns in matched.ambiguous:
        raise Failure(
            f"{' and '.join(sorted(arns))} could be {join_names(own)} of the spec: they have the same common name. "
            "Select the right CAs: 'import aws' has the options --arn and --status"
        )
    return keys | dict(matched.keys)


def _key_of_module(ca: Resource, existing: ExistingKeys, names: Container[str | None]) -> str | None:
    """Return the key in the name of a module of ours, unless only another CA has the common name."""
    module, name = ca.module_key("ca_"), subject(ca).get("common_name")
    if module is None or module not in existing.without_arn:
        return None
    return module if existing.without_arn[module].common_name == name or name not in names else None


def _identity(ca: Resource) -> CaIdentity:
    attributes = ca.attributes
    algorithm = attributes["certificate_authority_configuration"][0].get("key_algorithm")
    region = attributes["arn"].split(":")[3]
    return CaIdentity(region, subject(ca).get("common_name"), str(attributes.get("type")), str(algorithm))


def _identity_values(identity: CaIdentity) -> Identity:
    if identity.common_name is None:
        return (None, None)
    return identity, (identity.region, identity.common_name)


class _Taken:
    """The keys in use, including existing ones."""

    def __init__(self, existing: ExistingKeys) -> None:
        self._used: set[str] = set()
        self._with_existing = {*existing.cas.values(), *existing.without_arn}

    def key(self, existing: str | None, module: str | None, name: str) -> str:
        """Return the existing key, else the module's, else one from the name."""
        key = own_key(existing, taken=self._used) or own_key(module, taken=self._with_existing)
        key = key or key_for(module or name, self._with_existing)
        self._used.add(key)
        self._with_existing.add(key)
        return key


def principal_key(
    existing: Mapping[tuple[str, str], tuple[str, str]], section: str, principal: tuple[str, str]
) -> str | None:
    """Return the existing key of a principal (type and name) in a section."""
    entry = existing.get(principal)
    return entry[1] if entry is not None and entry[0] == section else None


def _name(ca: Resource) -> str:
    """Return a name for a referenced CA: its common name if known, else its name in the source."""
    for certificate in parse_or_none(ca.attributes.get("certificate")):
        names = [str(each.value) for each in certificate.subject if each.rfc4514_attribute_name == "CN"]
        return _RESERVED.sub("-", names[0]) if names else ""
    try:
        return _RESERVED.sub("-", subject(ca).get("common_name", ""))
    except PARTIAL_DATA_ERRORS:
        return ca.address.rpartition(".")[2].partition("[")[0].replace("this", "")
