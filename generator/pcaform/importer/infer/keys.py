"""Keys for what is found: those that a person chose before, else the module's name where it is ours, else a slug."""

import re
from collections.abc import Container, Iterable, Mapping

from pcaform.core.problems import PARTIAL_DATA_ERRORS, Failure
from pcaform.core.x509 import parse_or_none
from pcaform.importer.infer.existing_keys import CaIdentity, ExistingKeys
from pcaform.importer.infer.pairs import Alike, join_pairs, pairs
from pcaform.sources.inventory import Inventory, Resource
from pcaform.spec.types import CA_ARN, KEY

CA = "aws_acmpca_certificate_authority"
_NOT_ALLOWED = re.compile(r"[^a-z0-9_-]+")
_RESERVED = re.compile(r"_(?=certificate(_g[0-9]+)?\Z)")
"""What would make a CA's module name that of another CA's certificate."""
_KEY = re.compile(KEY)
_ARN = re.compile(CA_ARN)
_LONGEST = 56
_MAX = 64
_DIGITS = 8


def key_for(name: str, taken: Container[str]) -> str:
    """Return a key made from a name, unlike those that are taken."""
    slug = _NOT_ALLOWED.sub("-", name.lower()).strip("-_")[:_LONGEST]
    base = slug if slug[:1].isalpha() else f"x-{slug}".rstrip("-")
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key


def own_key(*candidates: str | None, taken: Container[str]) -> str | None:
    """Return the first key that is one already, a person's or a module's, and free; None where there is none."""
    fitting = (each for each in candidates if each is not None and _KEY.match(each) and len(each) <= _MAX)
    return next((each for each in fitting if each not in taken), None)


def subject(authority: Resource) -> dict[str, str]:
    """Return a CA's subject; a state writes those fields that are not set as empty text."""
    blocks = authority.attributes["certificate_authority_configuration"][0]["subject"]
    return {name: str(value) for name, value in blocks[0].items() if value}


def is_whole(authority: Resource) -> bool:
    """Tell whether a CA was made at all: an apply that failed leaves one without an ARN behind."""
    try:
        return bool(_ARN.fullmatch(authority.attributes["arn"]) and subject(authority))
    except PARTIAL_DATA_ERRORS:
        return False


def authority_keys(inventory: Inventory, known: ExistingKeys, others: Iterable[str]) -> dict[str, str]:
    """Return the key of each CA by its ARN: first those of the inventory, then `others`, which are only named."""
    keys: dict[str, str] = {}
    taken = _Taken(known)
    authorities = inventory.of_type(CA)
    whole = [each for each in authorities if not each.is_reference and is_whole(each)]
    kept = _kept(whole, known)
    for authority in whole:
        arn = authority.attributes["arn"]
        name = subject(authority).get("common_name") or "ca"
        keys[arn] = taken.key(kept.get(arn), authority.module_key("ca_"), _RESERVED.sub("-", name))
    names = {str(each.attributes.get("arn")): _name(each) for each in authorities if each.is_reference}
    for arn in others:
        if arn not in keys:
            identifier = arn.rpartition("/")[2][:_DIGITS]
            keys[arn] = taken.key(known.authorities.get(arn), None, names.get(arn) or f"ca-{identifier}")
    return keys


def _kept(authorities: Iterable[Resource], known: ExistingKeys) -> dict[str, str]:
    """Return the keys that CAs have already, by ARN: by that, by their module, or where only one is alike.

    Raises Failure where two could be the same CA of the spec: whatever were written then could be about the wrong one.
    """
    every = {str(each.attributes["arn"]): each for each in authorities}
    keys = {arn: known.authorities[arn] for arn in every if arn in known.authorities}
    taken, names = set(keys.values()), {each.common_name for each in known.made_here.values()}
    for arn, each in every.items():
        key = _of_module(each, known, names)
        if arn not in keys and key is not None and key not in taken:
            keys[arn] = key
            taken.add(key)
    mine = {key: _likeness(made) for key, made in known.made_here.items() if key not in taken}
    theirs = {arn: _likeness(_made(each)) for arn, each in every.items() if arn not in keys}
    found = pairs(mine, theirs, stages=2)
    for own, arns in found.doubts:
        raise Failure(
            f"{' and '.join(sorted(arns))} could be {join_pairs(own)} of the spec: they have the same common name. "
            "Read only the CAs that are meant: 'import aws' takes --arn and --status"
        )
    return keys | dict(found.keys)


def _of_module(authority: Resource, known: ExistingKeys, names: Container[str | None]) -> str | None:
    """Return the key that a module of ours is named after, unless the common name is that of another CA only."""
    module, name = authority.module_key("ca_"), subject(authority).get("common_name")
    if module is None or module not in known.made_here:
        return None
    return module if known.made_here[module].common_name == name or name not in names else None


def _made(authority: Resource) -> CaIdentity:
    has = authority.attributes
    algorithm = has["certificate_authority_configuration"][0].get("key_algorithm")
    region = has["arn"].split(":")[3]
    return CaIdentity(region, subject(authority).get("common_name"), str(has.get("type")), str(algorithm))


def _likeness(made: CaIdentity) -> Alike:
    if made.common_name is None:
        return (None, None)
    return made, (made.region, made.common_name)


class _Taken:
    """The keys that are given away, those that a person chose among them."""

    def __init__(self, known: ExistingKeys) -> None:
        self._given: set[str] = set()
        self._kept = {*known.authorities.values(), *known.made_here}

    def key(self, kept: str | None, module: str | None, name: str) -> str:
        """Return the key that was kept, else the module's, else one made from a name."""
        key = own_key(kept, taken=self._given) or own_key(module, taken=self._given | self._kept)
        key = key or key_for(module or name, self._given | self._kept)
        self._given.add(key)
        return key


def principal_key(known: Mapping[tuple[str, str], tuple[str, str]], section: str, who: tuple[str, str]) -> str | None:
    """Return the key that a principal, by kind and name, has in a section already."""
    found = known.get(who)
    return found[1] if found is not None and found[0] == section else None


def _name(authority: Resource) -> str:
    """Return a name for a CA that is only referenced: its common name where known, else its own in the source."""
    for certificate in parse_or_none(authority.attributes.get("certificate")):
        names = [str(each.value) for each in certificate.subject if each.rfc4514_attribute_name == "CN"]
        return _RESERVED.sub("-", names[0]) if names else ""
    try:
        return _RESERVED.sub("-", subject(authority).get("common_name", ""))
    except PARTIAL_DATA_ERRORS:
        return authority.address.rpartition(".")[2].partition("[")[0].replace("this", "")
