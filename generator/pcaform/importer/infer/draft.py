"""One place of an inventory -> all entries of its spec, before the rules have judged them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.importer.infer import buckets, certificates, issuers, principal_policies, roles, shares
from pcaform.importer.infer.ca_index import CaIndex, index, text
from pcaform.importer.infer.cas import infer_cas
from pcaform.importer.infer.entry import Entries, SpecEntry, parents_first
from pcaform.importer.infer.errors import NotRepresentable
from pcaform.importer.infer.existing_keys import ExistingKeys
from pcaform.importer.infer.issuers import CA_ARN, Reader
from pcaform.importer.infer.keys import CA, authority_keys, key_for, own_key, principal_key
from pcaform.importer.infer.principal_policies import Principal
from pcaform.importer.infer.referenced_cas import infer_references
from pcaform.importer.infer.stack_locations import StackLocation, of_arn
from pcaform.importer.infer.tags import default_tags
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from pcaform.spec.stack import Aws, Spec

_ACM = "aws_acm_certificate"


@dataclass(frozen=True, slots=True)
class Draft:
    """All entries, what is to say, and the provider's tags."""

    items: tuple[SpecEntry, ...]
    notes: tuple[ImportNote, ...]
    default_tags: Mapping[str, str]
    has_addresses: bool
    """Whether resources have addresses that a rendered stack can take them over from."""
    backend: Mapping[str, Mapping[str, Any]] | None = None


def draft_entries(
    inventory: Inventory, place: StackLocation, *, known: ExistingKeys, refused: Mapping[str, str]
) -> Draft:
    """Return the entries of a place's spec, without those resources that the rules refused, by address."""
    every = Entries()
    remaining = tuple(each for each in _once(inventory, every) if each.address not in refused or each.type == CA)
    kept = Inventory(remaining, source=inventory.source, account_id=inventory.account_id)
    found = index(kept)
    people = _of_place(principal_policies.principals(kept), place, is_live=kept.source == "live")
    named = _named(kept, people, found)
    keys = authority_keys(kept, known, named)
    tags = dict(_default_tags(kept, place, known))
    _add(every, infer_cas(kept, place, found, keys=keys, defaults=tags), refused)
    written = {str(each.resource.attributes["arn"]) for each in every.items}
    _add(every, certificates.certificates(kept, place, keys=keys, known=known, defaults=tags))
    _add(every, shares.shares(found, keys, {arn: (of_arn(arn) or (place.region, ""))[0] for arn in written}))
    _add(every, buckets.buckets(kept, place, _lists(every.items), known=known, defaults=tags))
    reader = Reader(
        Aws(region=place.region, account_id=place.account_id, default_tags=tags), keys, kept.source == "live"
    )
    _add_people(every, people, known=known, reader=reader, found=found, place=place, written=written)
    for resource, reason in principal_policies.unattached(kept) if place.is_first else ():
        every.leave_out(resource, reason)
    every.notes += [ImportNote("left out", *each) for each in principal_policies.inside_roles(kept) if place.is_first]
    return Draft(
        tuple(parents_first(every.items)),
        tuple(every.notes),
        tags,
        has_addresses=kept.source != "live",
        backend=inventory.backend,
    )


def _once(inventory: Inventory, every: Entries) -> Iterator[Resource]:
    """Yield resources, one CA or certificate of ACM once: a state can have it at several addresses."""
    first: dict[str, str] = {}
    for each in inventory.resources:
        arn = text(each, "arn")
        if each.type in (CA, _ACM) and arn and not each.is_reference and arn in first:
            every.leave_out(each, f"it is what {first[arn]} is: take one of the two out with 'terraform state rm'")
            continue
        if not each.is_reference:
            first.setdefault(arn, each.address)
        yield each


def _default_tags(inventory: Inventory, place: StackLocation, known: ExistingKeys) -> Mapping[str, str]:
    if inventory.source == "live":
        return known.default_tags
    return place.own.default_tags if place.own else default_tags(_tagged(inventory, place))


def _add(every: Entries, found: Entries, refused: Mapping[str, str] = {}) -> None:
    every.items += [each for each in found.items if each.resource.address not in refused]
    every.notes += [each for each in found.notes if each.address not in refused]


def _add_people(
    every: Entries,
    people: Iterable[Principal],
    *,
    known: ExistingKeys,
    reader: Reader,
    found: CaIndex,
    place: StackLocation,
    written: set[str],
) -> None:
    """Add issuers, then the CAs that are only named, then the duties, whose policies name them all."""
    spec = _spec_of(every.items, reader.aws)
    later: list[tuple[Principal, str]] = []
    taken: set[str] = set()
    for principal in people:
        section = None if reader.is_live else roles.section_of(principal, spec)
        if section is not None:
            later.append((principal, section))
        else:
            _add_issuer(every, principal, taken, known=known, reader=reader)
    needed = {arn for item in every.items for arn in item.needs}
    needed |= {arn for principal, _ in later for arn in roles.named_by(principal) if arn in reader.keys}
    needed |= {arn for arn in found.permissions if arn in reader.keys and place.holds(arn)}
    if reader.is_live:
        shared = (arn for arn, each in found.authorities.items() if each.is_reference)
        needed |= {arn for arn in shared if (of_arn(arn) or ("",))[0] in place.regions}
    parents = {arn: each for arn, each in _signed(found).items() if arn in needed}
    _add(
        every, infer_references(sorted(needed - written), found, place, keys=reader.keys, parents=parents, known=known)
    )
    whole = _spec_of(every.items, reader.aws)
    for principal, section in later:
        try:
            key = _key(principal, section, known, [each.key for each in every.items if each.section == section])
            every.items.append(roles.operator_role(principal, key, section=section, spec=whole, reader=reader))
        except NotRepresentable:
            _add_issuer(every, principal, taken, known=known, reader=reader)


def _add_issuer(every: Entries, principal: Principal, taken: set[str], *, known: ExistingKeys, reader: Reader) -> None:
    key = _key(principal, "issuers", known, taken)
    try:
        item, said = issuers.issuer(principal, key, reader)
    except NotRepresentable as why:
        resource = principal.resource or (principal.held[0].policy if principal.held else None)
        if resource is not None:
            every.leave_out(resource, why.reason)
        return
    taken.add(key)
    every.items.append(item)
    every.notes += said.notes


def _key(principal: Principal, section: str, known: ExistingKeys, taken: Iterable[str]) -> str:
    kept = principal_key(known.principals, section, (principal.kind, principal.name))
    module = _module_key(principal, section)
    return own_key(kept, module, taken=list(taken)) or key_for(module or principal.name or principal.kind, list(taken))


def _module_key(principal: Principal, section: str) -> str | None:
    resource = principal.resource or (principal.held[0].policy if principal.held else None)
    return resource.module_key(f"{section.removesuffix('s')}_") if resource else None


def _of_place(people: Iterable[Principal], place: StackLocation, *, is_live: bool) -> list[Principal]:
    """Return the principals that have to do with private CAs and whose CAs are mostly those of a place.

    An account's source hands over nobody else: it has judged what the policies can allow, and not only what they name.
    """
    return [each for each in people if (is_live or _is_relevant(each)) and _is_here(each, place)]


def _is_relevant(principal: Principal) -> bool:
    if any(each.is_about_authorities for each in principal.held):
        return True
    sections = ("issuers", "administrators", "auditors")
    return any(_module_key(principal, section) is not None for section in sections)


def _is_here(principal: Principal, place: StackLocation) -> bool:
    """Tell whether a principal is written at a place: where the first CA is that it names, else at the first place."""
    for held in principal.held:
        for arn in CA_ARN.findall(str(held.document)):
            return place.holds(arn) or (place.is_first and not place.is_known(arn))
    return place.is_first


def _named(inventory: Inventory, people: Iterable[Principal], found: CaIndex) -> list[str]:
    """Return the ARNs of all CAs that anything names."""
    arns = [text(each, "certificate_authority_arn") for each in inventory.resources]
    arns += [*found.shares, *found.authorities]
    arns += [arn for each in people for held in each.held for arn in CA_ARN.findall(str(held.document))]
    return list(dict.fromkeys(arn for arn in arns if CA_ARN.fullmatch(arn)))


def _tagged(inventory: Inventory, place: StackLocation) -> Iterator[Resource]:
    """Yield the resources at a place that have tags."""
    for each in inventory.resources:
        arn = each.attributes.get("arn")
        if not each.is_reference and (of_arn(arn) or ("", ""))[0] in ("", *place.regions):
            yield each


def _lists(items: Iterable[SpecEntry]) -> set[str]:
    """Return the names of the buckets that CAs write their lists to."""
    found = (item.entry.get("revocation_configuration") or {} for item in items)
    return {str(each["crl_configuration"].get("s3_bucket_name")) for each in found if "crl_configuration" in each}


def _signed(found: CaIndex) -> dict[str, Resource]:
    """Return a certificate that each CA signed for a CA, by the signer's ARN."""
    issued = [certificate for certificates_ in found.by_request.values() for certificate in certificates_]
    return {text(each, "certificate_authority_arn"): each for each in issued}


def _spec_of(items: Iterable[SpecEntry], aws: Aws) -> Spec:
    """Return a spec of the CAs alone."""
    entries = {each.key: each.entry for each in items if each.section == "certificate_authorities"}
    return Spec.model_validate(
        {"version": 1, "stack": "x", "aws": aws.model_dump(), "certificate_authorities": entries}
    )
