"""Infers all entries of one location's spec, before the rules are checked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pcaform.importer.infer import buckets, certificates, issuers, principal_policies, roles, shares
from pcaform.importer.infer.ca_index import CaIndex, build_index, text
from pcaform.importer.infer.cas import infer_cas
from pcaform.importer.infer.entry import Entries, NotRepresentable, SpecEntry, parents_first
from pcaform.importer.infer.existing_keys import ExistingKeys
from pcaform.importer.infer.issuers import CA_ARN, Reader
from pcaform.importer.infer.keys import ca_keys, key_for, own_key, principal_key
from pcaform.importer.infer.principal_policies import Principal
from pcaform.importer.infer.referenced_cas import infer_references
from pcaform.importer.infer.stack_locations import StackLocation, of_arn
from pcaform.importer.infer.tags import default_tags
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from pcaform.spec.stack import Aws, Spec
from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY


@dataclass(slots=True)
class Draft:
    """The entries of a spec, parents first, by section and key; notes, and the provider's default tags."""

    entries: dict[tuple[str, str], SpecEntry]
    notes: list[ImportNote]
    default_tags: Mapping[str, str]


def draft_entries(inventory: Inventory, location: StackLocation, *, existing: ExistingKeys) -> Draft:
    """Return the entries of a location's spec."""
    result = Entries()
    inventory = replace(inventory, resources=tuple(_without_duplicates(inventory, result)))
    index = build_index(inventory)
    principals = _select_principals(inventory, location)
    keys = ca_keys(inventory, existing, _referenced_arns(inventory, principals, index))
    tags = dict(_default_tags(inventory, location, existing))
    result.add(infer_cas(inventory, location, index, keys=keys, defaults=tags))
    written = {str(each.resource.attributes["arn"]) for each in result.entries}
    result.add(certificates.infer_certificates(inventory, location, keys=keys, existing=existing, defaults=tags))
    result.add(shares.infer_shares(index, keys, {arn: (of_arn(arn) or (location.region, ""))[0] for arn in written}))
    names = _crl_bucket_names(result.entries)
    result.add(buckets.infer_buckets(inventory, location, names, existing=existing, defaults=tags))
    reader = Reader(
        Aws(region=location.region, account_id=location.account_id, default_tags=tags), keys, inventory.source
    )
    _add_principals(
        result, principals, existing=existing, reader=reader, index=index, location=location, written=written
    )
    if location.is_first:
        for resource, reason in principal_policies.unattached(inventory):
            result.leave_out(resource, reason)
        result.notes += [ImportNote("left out", *each) for each in principal_policies.inside_roles(inventory)]
    return Draft({each.id: each for each in parents_first(result.entries)}, result.notes, tags)


def _without_duplicates(inventory: Inventory, result: Entries) -> Iterator[Resource]:
    """Yield resources without duplicate CAs and ACM certificates: a state can have them at several addresses."""
    first: dict[str, str] = {}
    for each in inventory.resources:
        arn = text(each, "arn")
        if each.type in (AUTHORITY, ACM_CERTIFICATE) and arn and not each.is_reference and arn in first:
            result.leave_out(
                each, f"it is the same resource as {first[arn]}: remove one of the two with 'terraform state rm'"
            )
            continue
        if not each.is_reference:
            first.setdefault(arn, each.address)
        yield each


def _default_tags(inventory: Inventory, location: StackLocation, existing: ExistingKeys) -> Mapping[str, str]:
    if not inventory.source.has_default_tags:
        return existing.default_tags
    return location.own.default_tags if location.own else default_tags(_tagged_resources(inventory, location))


def _add_principals(
    result: Entries,
    principals: Iterable[Principal],
    *,
    existing: ExistingKeys,
    reader: Reader,
    index: CaIndex,
    location: StackLocation,
    written: set[str],
) -> None:
    """Add issuers, then CAs that are only referenced, then operator roles, whose policies name all CAs."""
    has_operators = reader.source.owns_principals and any(map(roles.is_candidate, principals))
    spec = _spec_of(result.entries, reader.aws) if has_operators else None
    operators: list[tuple[Principal, str]] = []
    taken: set[str] = set()
    for principal in principals:
        section = roles.section_of(principal, spec) if spec and roles.is_candidate(principal) else None
        if section is not None:
            operators.append((principal, section))
        else:
            _add_issuer(result, principal, taken, existing=existing, reader=reader)
    needed = {arn for entry in result.entries for arn in entry.referenced_cas}
    needed |= {arn for principal, _ in operators for arn in roles.readable_cas(principal) if arn in reader.keys}
    needed |= {arn for arn in index.permissions if arn in reader.keys and location.holds(arn)}
    if reader.source.knows_shared_cas:
        shared = (arn for arn, each in index.cas.items() if each.is_reference)
        needed |= {arn for arn in shared if (of_arn(arn) or ("",))[0] in location.regions}
    parents = {arn: each for arn, each in _certificates_by_signer(index).items() if arn in needed}
    result.add(
        infer_references(
            sorted(needed - written), index, location, keys=reader.keys, parents=parents, existing=existing
        )
    )
    if not operators:
        return
    cas_spec = _spec_of(result.entries, reader.aws)
    for principal, section in operators:
        try:
            key = _key(principal, section, existing, [each.key for each in result.entries if each.section == section])
            result.entries.append(
                roles.infer_operator_role(principal, key, section=section, spec=cas_spec, reader=reader)
            )
        except NotRepresentable:
            _add_issuer(result, principal, taken, existing=existing, reader=reader)


def _add_issuer(
    result: Entries, principal: Principal, taken: set[str], *, existing: ExistingKeys, reader: Reader
) -> None:
    key = _key(principal, "issuers", existing, taken)
    try:
        entry, issuer_result = issuers.infer_issuer(principal, key, reader)
    except NotRepresentable as why:
        resource = principal.resource or (principal.attachments[0].policy if principal.attachments else None)
        if resource is not None:
            result.leave_out(resource, why.reason)
        return
    taken.add(key)
    result.entries.append(entry)
    result.notes += issuer_result.notes


def _key(principal: Principal, section: str, existing: ExistingKeys, taken: Iterable[str]) -> str:
    existing_key = principal_key(existing.principals, section, (principal.kind, principal.name))
    module = _module_key(principal, section)
    return own_key(existing_key, module, taken=list(taken)) or key_for(
        module or principal.name or principal.kind, list(taken)
    )


def _module_key(principal: Principal, section: str) -> str | None:
    resource = principal.resource or (principal.attachments[0].policy if principal.attachments else None)
    return resource.module_key(f"{section.removesuffix('s')}_") if resource else None


def _select_principals(inventory: Inventory, location: StackLocation) -> list[Principal]:
    """Return the principals that concern private CAs, and whose CAs are mostly those of a location."""
    is_selected = inventory.source.selects_principals
    principals = principal_policies.list_principals(inventory)
    return [each for each in principals if (is_selected or _is_relevant(each)) and _is_here(each, location)]


def _is_relevant(principal: Principal) -> bool:
    if any(each.is_about_cas for each in principal.attachments):
        return True
    sections = ("issuers", "administrators", "auditors")
    return any(_module_key(principal, section) is not None for section in sections)


def _is_here(principal: Principal, location: StackLocation) -> bool:
    """Tell whether a principal belongs to a location: that of the first CA in its policies, else the first location."""
    for attachment in principal.attachments:
        for arn in CA_ARN.findall(str(attachment.document)):
            return location.holds(arn) or (location.is_first and not location.is_elsewhere(arn))
    return location.is_first


def _referenced_arns(inventory: Inventory, principals: Iterable[Principal], index: CaIndex) -> list[str]:
    """Return the ARNs of all referenced CAs."""
    arns = [text(each, "certificate_authority_arn") for each in inventory.resources]
    arns += [*index.shares, *index.cas]
    arns += [
        arn
        for each in principals
        for attachment in each.attachments
        for arn in CA_ARN.findall(str(attachment.document))
    ]
    return list(dict.fromkeys(arn for arn in arns if CA_ARN.fullmatch(arn)))


def _tagged_resources(inventory: Inventory, location: StackLocation) -> Iterator[Resource]:
    """Yield the resources at a location that have tags."""
    for each in inventory.resources:
        arn = each.attributes.get("arn")
        if not each.is_reference and (of_arn(arn) or ("", ""))[0] in ("", *location.regions):
            yield each


def _crl_bucket_names(entries: Iterable[SpecEntry]) -> set[str]:
    """Return the names of the buckets for the CAs' CRLs."""
    configurations = (entry.data.get("revocation_configuration") or {} for entry in entries)
    return {
        str(each["crl_configuration"].get("s3_bucket_name")) for each in configurations if "crl_configuration" in each
    }


def _certificates_by_signer(index: CaIndex) -> dict[str, Resource]:
    """Return one CA certificate signed by each CA, by the signer's ARN."""
    issued = [certificate for certificates_ in index.by_request.values() for certificate in certificates_]
    return {text(each, "certificate_authority_arn"): each for each in issued}


def _spec_of(entries: Iterable[SpecEntry], aws: Aws) -> Spec:
    """Return a spec with only the CAs."""
    cas = {each.key: each.data for each in entries if each.section == "certificate_authorities"}
    return Spec.model_validate({"version": 1, "stack": "x", "aws": aws.model_dump(), "certificate_authorities": cas})
