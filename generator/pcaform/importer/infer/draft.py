"""Infers all entries of one location's spec, before the rules are checked."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from pcaform.importer.infer import issuers, principals, sections
from pcaform.importer.infer.cas import infer_cas, infer_references
from pcaform.importer.infer.context import (
    CAS,
    CaIndex,
    Context,
    Entries,
    NotRepresentable,
    SpecEntry,
    StackLocation,
    find_default_tags,
    list_named_cas,
    of_arn,
    text,
)
from pcaform.importer.infer.keys import CA_ARN, ExistingKeys, ca_keys, choose_key
from pcaform.importer.infer.principals import Principal
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from pcaform.spec.stack import Spec
from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY

OPERATORS = ("administrators", "auditors")


@dataclass(slots=True)
class Draft:
    """The entries of a spec, parents first, by section and key; notes, and the provider's default tags."""

    entries: dict[tuple[str, str], SpecEntry]
    notes: list[ImportNote]
    default_tags: Mapping[str, str]
    rejected: list[tuple[SpecEntry, str]]
    """CAs that a spec cannot represent, and why."""
    keys: Mapping[str, str]
    """The keys of CAs by ARN."""


def draft_entries(inventory: Inventory, location: StackLocation, *, existing: ExistingKeys) -> Draft:
    """Return the entries of a location's spec."""
    result = Entries()
    inventory = replace(inventory, resources=tuple(_without_duplicates(inventory, result)))
    index = CaIndex(inventory)
    found = _select_principals(inventory, location)
    keys = ca_keys(inventory, existing, _referenced_arns(inventory, found, index))
    context = Context(inventory, location, index, existing, keys, _default_tags(inventory, location, existing))
    result.add(infer_cas(context))
    written = {str(each.resource.attributes["arn"]) for each in result.entries}
    result.add(sections.infer_certificates(context))
    result.add(sections.infer_shares(context, written))
    crls = ((each.data.get("revocation_configuration") or {}).get("crl_configuration") for each in result.entries)
    result.add(sections.infer_buckets(context, {str(each.get("s3_bucket_name")) for each in crls if each}))
    _add_principals(result, found, context=context, written=written)
    if location.is_first:
        result.notes += [ImportNote("left out", *each) for each in principals.unattached(inventory)]
    entries = {each.id: each for each in _parents_first(result.entries)}
    return Draft(entries, result.notes, context.default_tags, result.rejected, keys)


def _parents_first(entries: Sequence[SpecEntry]) -> list[SpecEntry]:
    """Return entries in their order, but each CA after its parent, as a user would write them."""
    cas = {entry.key: (number, entry) for number, entry in enumerate(entries) if entry.section == CAS}

    def place(key: str) -> tuple[int, ...]:
        """Return the numbers of a CA and those above it, from the top; the rules report cycles of parents."""
        above: dict[str, int] = {}
        while key in cas and key not in above:
            above[key], key = cas[key][0], cas[key][1].data.get("parent") or ""
        return tuple(above.values())[::-1]

    return [*(cas[key][1] for key in sorted(cas, key=place)), *(each for each in entries if each.section != CAS)]


def _without_duplicates(inventory: Inventory, result: Entries) -> Iterator[Resource]:
    """Yield resources without duplicate CAs and ACM certificates: a state can have them at several addresses."""
    first: dict[str, str] = {}
    for each in inventory.resources:
        arn = text(each, "arn")
        if each.type in (AUTHORITY, ACM_CERTIFICATE) and arn and not each.is_reference and arn in first:
            reason = f"it is the same resource as {first[arn]}"
            result.leave_out(each, reason)
            continue
        if not each.is_reference:
            first.setdefault(arn, each.address)
        yield each


def _default_tags(inventory: Inventory, location: StackLocation, existing: ExistingKeys) -> Mapping[str, str]:
    if not inventory.source.has_default_tags:
        return existing.default_tags
    if location.own:
        return location.own.default_tags
    own = ((each, of_arn(each.attributes.get("arn"))) for each in inventory.resources if not each.is_reference)
    return find_default_tags(each for each, place in own if (place or ("",))[0] in ("", *location.regions))


def _add_principals(
    result: Entries, found: Collection[Principal], *, context: Context, written: Collection[str]
) -> None:
    """Add issuers, then CAs that are only referenced, then operator roles, whose policies name all CAs."""
    has_operators = context.source.owns_principals and any(map(principals.is_candidate, found))
    spec = _spec_of(result.entries, context) if has_operators else None
    operators: list[tuple[Principal, str]] = []
    for principal in found:
        if role := _existing_operator(principal, context):
            reason = f"{role} of the spec, where it stays as it is: 'pcaform drift' compares its policy"
            result.notes.append(ImportNote("listed", principal.arn or principal.name, reason))
            continue
        section = principals.section_of(principal, spec) if spec and principals.is_candidate(principal) else None
        if section is not None:
            operators.append((principal, section))
        else:
            _add_issuer(result, principal, context)
    needed = _list_needed_cas(result.entries, operators, context)
    signed = chain.from_iterable(context.index.by_request.values())
    parents = {text(each, "certificate_authority_arn"): each for each in signed}
    rejected = {text(each.resource, "arn") for each, _ in result.rejected}
    result.add(infer_references(sorted(needed.difference(written, rejected)), context, parents))
    if not operators:
        return
    spec = _spec_of(result.entries, context)
    for principal, section in operators:
        try:
            key = _key(principal, section, result.entries, context)
            result.entries.append(
                principals.infer_operator_role(principal, key, section=section, spec=spec, context=context)
            )
        except NotRepresentable:
            _add_issuer(result, principal, context)


def _existing_operator(principal: Principal, context: Context) -> str:
    """Return which operator role of the spec a role is, where the source has roles only as issuers; else nothing."""
    if context.source.owns_principals:
        return ""
    existing = context.existing.principals
    if principal.kind != "role" or ("issuers", "role", principal.name) in existing:
        return ""
    keys = ((name, existing.get((name, "role", principal.name))) for name in OPERATORS)
    return next((f"the {name.removesuffix('s')} '{key}'" for name, key in keys if key), "")


def _list_needed_cas(
    entries: Iterable[SpecEntry], operators: Iterable[tuple[Principal, str]], context: Context
) -> set[str]:
    """Return the ARNs of all CAs that entries and operator roles need, managed or not."""
    needed = {arn for entry in entries for arn in entry.referenced_cas}
    needed |= {arn for principal, _ in operators for arn in principals.readable_cas(principal) if arn in context.keys}
    needed |= {arn for arn in context.index.permissions if arn in context.keys and context.location.holds(arn)}
    if not context.source.has_addresses:
        shared = (arn for arn, each in context.index.cas.items() if each.is_reference)
        needed |= {arn for arn in shared if (of_arn(arn) or ("",))[0] in context.location.regions}
    else:
        here, named = context.location, list_named_cas(context.inventory)
        needed |= {arn for arn in named if here.holds(arn) or (here.is_first and not here.is_elsewhere(arn))}
    return needed


def _add_issuer(result: Entries, principal: Principal, context: Context) -> None:
    """Add the entry of a principal, or one for each of its policies; all of them, or none."""
    found, parts = Entries(), [principal]
    try:
        while parts:
            part = parts.pop(0)
            try:
                key = _key(part, "issuers", [*result.entries, *found.entries], context)
                entry, notes = issuers.infer_issuer(part, key, context)
            except issuers.SeveralPolicies as several:
                parts = [replace(principal, policies=(each,), is_part=True) for each in several.policies]
                found.notes += several.notes
                continue
            found.entries.append(entry)
            found.notes += notes
    except NotRepresentable as why:
        if principal.first_resource is not None:
            result.leave_out(principal.first_resource, str(why))
        return
    result.add(found)


def _key(principal: Principal, section: str, entries: Iterable[SpecEntry], context: Context) -> str:
    """Return the key of a principal's entry: the spec's, by its one policy if it has several entries."""
    known = {where[1:]: key for where, key in context.existing.principals.items() if where[0] == section}
    name, policies = principal.name, [each.name for each in principal.policies]
    wanted = [f"{name}/{each}" for each in policies[:1] if len(policies) == 1] + ([] if principal.is_part else [name])
    wanted += [f"{name}/"] if policies and policies[0].startswith(f"{name}-private-ca") else []
    existing = next((known[principal.kind, each] for each in wanted if (principal.kind, each) in known), None)
    module = _module_key(principal, section)
    taken = {each.key for each in entries if each.section == section} | {*known.values()} - {existing, module}
    return choose_key(existing, module, name=module or name or principal.kind, taken=taken)


def _module_key(principal: Principal, section: str) -> str | None:
    resource = principal.first_resource
    return resource.module_key(f"{section.removesuffix('s')}_") if resource else None


def _select_principals(inventory: Inventory, location: StackLocation) -> list[Principal]:
    """Return the principals that concern private CAs, and whose CAs are mostly those of a location."""
    selects = inventory.source.has_addresses  # an account's were selected by what they can do
    found = principals.list_principals(inventory)
    return [each for each in found if (not selects or _is_relevant(each)) and _is_here(each, location)]


def _is_relevant(principal: Principal) -> bool:
    is_ours = any(_module_key(principal, section) is not None for section in ("issuers", *OPERATORS))
    return is_ours or any(each.is_about_cas for each in principal.policies)


def _is_here(principal: Principal, location: StackLocation) -> bool:
    """Tell whether a principal belongs to a location: that of the first CA in its policies, else the first location."""
    for attachment in principal.policies:
        for arn in CA_ARN.findall(str(attachment.data)):
            return location.holds(arn) or (location.is_first and not location.is_elsewhere(arn))
    return location.is_first


def _referenced_arns(inventory: Inventory, principals: Iterable[Principal], index: CaIndex) -> list[str]:
    """Return the ARNs of all referenced CAs."""
    arns = [text(each, "certificate_authority_arn") for each in inventory.resources]
    arns += [*index.shares, *index.cas, *list_named_cas(inventory)]
    arns += [arn for each in principals for attachment in each.policies for arn in CA_ARN.findall(str(attachment.data))]
    return list(dict.fromkeys(arn for arn in arns if CA_ARN.fullmatch(arn)))


def _spec_of(entries: Iterable[SpecEntry], context: Context) -> Spec:
    """Return a spec with only the CAs and the buckets, which are in the policies of operator roles."""
    kinds, all_entries = (CAS, "crl_buckets"), list(entries)
    sections = {kind: {each.key: each.data for each in all_entries if each.section == kind} for kind in kinds}
    return Spec.model_validate({"version": 1, "stack": "x", "aws": context.aws.model_dump(), **sections})
