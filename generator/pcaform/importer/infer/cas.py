"""Infers the entries of CAs with their permissions: those that a spec manages, and those that it only references."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from pcaform.core import facts
from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.core.renewal import is_for_own_account
from pcaform.core.x509 import certificates, has_key_id_of, is_signed_by, key_algorithm, parse_or_none
from pcaform.importer.infer import activations
from pcaform.importer.infer.context import (
    CAS,
    INCOMPLETE_RESOURCE,
    CaIndex,
    Context,
    Entries,
    NotRepresentable,
    SpecEntry,
    StackLocation,
    has_no_location,
    move,
    of_arn,
    representable,
    text,
)
from pcaform.importer.infer.keys import NO_SUBJECT, is_complete, subject
from pcaform.sources.inventory import ImportNote, Resource, is_symbolic
from pcaform.spec.cas import CertificateAuthority, Permission
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import AUTHORITY
from pcaform.terraform.schema import block_defaults, default_of, read_plain

_DUPLICATE = "AWS keeps one permission for each principal and CA"
_CONFIGURATION = {"key_algorithm", "signing_algorithm", "subject"}
_WITHOUT_FIELD = "a spec has no field for '{}', and without it a plan may replace the CA"
_CRL_TYPE = "certificate_authorities.*.revocation_configuration.crl_configuration.crl_type"
_EARLY = "its CA waits for its certificate, and a stack permits ACM to renew only once the CA is active"


def infer_cas(context: Context) -> Entries:
    """Return the entries of the CAs at a location."""
    result = Entries()
    parents = _Parents(context)
    for ca in context.inventory.of_type(AUTHORITY):
        arn = ca.attributes.get("arn")
        if not ca.is_reference and (context.location.holds(arn) or has_no_location(arn)):
            try:
                with representable():
                    entry, notes = _infer_ca(ca, context, parents)
                    CertificateAuthority.model_validate(entry.data)
            except NotRepresentable as why:
                parts = [(each.address, "") for each in (ca, *_list_parts(ca, context.index))]
                result.rejected.append((SpecEntry(CAS, ca.address, {}, ca, tuple(parts)), str(why)))
                continue
            result.entries.append(entry)
            result.notes += notes
    return result


def _list_parts(ca: Resource, index: CaIndex) -> Iterator[Resource]:
    """Yield all that belongs to a CA and is nothing without it: its certificates, installation and permissions."""
    arn = text(ca, "arn")
    installations = index.installations.get(arn, [])
    yield from (*activations.own_certificates(ca, installations, index), *installations)
    yield from (*index.permissions.get(arn, ()), *index.shares.get(arn, ()))


def _infer_ca(ca: Resource, context: Context, parents: "_Parents") -> tuple[SpecEntry, list[ImportNote]]:
    if not is_complete(ca):
        raise NotRepresentable(f"{NO_SUBJECT if of_arn(ca.attributes.get('arn')) else ''}{INCOMPLETE_RESOURCE}")
    arn = ca.attributes["arn"]
    key = context.keys[arn]
    active = activations.infer_activation(ca, context, key=key)
    signer, notes = active.signer, active.notes
    if active.data.get("activation") == "external" and ca.attributes["type"] == "SUBORDINATE":
        signer, notes = parents.find(ca, notes)
    data = {**_settings(ca, context.location), **active.data}
    if signer is not None and signer in context.keys:
        data["parent"] = context.keys[signer]
    permissions = _infer_permissions(context.index.permissions.get(arn, ()), key)
    if active.data.get("activation") == "pending":
        early = [each.resource for each in permissions.entries]
        permissions.entries = []
        permissions.notes += [ImportNote("left out", each.address, _EARLY) for each in early]
    data["permissions"] = [each.data for each in permissions.entries]
    data["revocation_configuration"] = _revocation(ca, is_adopted="arn" in active.data)
    data["tags"] = context.tags_of(ca)
    moved = [move(ca, module_names.ca(key)), *(move(*each) for each in active.resources)]
    moved += [old for each in permissions.entries for old in each.addresses]
    signers = frozenset({signer} if signer is not None and "parent" in data else ())
    return SpecEntry(CAS, key, data, ca, tuple(moved), signers), [*notes, *permissions.notes]


def _settings(ca: Resource, location: StackLocation) -> dict[str, Any]:
    attributes = ca.attributes
    configuration = attributes["certificate_authority_configuration"][0]
    for name in (name for name, value in configuration.items() if value and name not in _CONFIGURATION):
        raise NotRepresentable(_WITHOUT_FIELD.format(name))
    region, _ = of_arn(attributes["arn"]) or (location.region, "")
    plain = read_plain(AUTHORITY, attributes)
    if plain["key_storage_security_standard"] == facts.DEFAULT_KEY_STORAGE == facts.only_key_storage(region):
        plain["key_storage_security_standard"] = None
    create = (attributes.get("timeouts") or {}).get("create")
    return {
        "type": attributes["type"],
        "subject": subject(ca),
        "key_algorithm": configuration["key_algorithm"],
        "signing_algorithm": configuration["signing_algorithm"],
        **plain,
        "provider": location.provider(region, ca.provider),
        "deletion_protection": attributes.get("prevent_destroy") is not False,
        "timeouts": {"create": create} if create else None,
    }


def _revocation(ca: Resource, *, is_adopted: bool) -> dict[str, Any] | None:
    """Return the enabled blocks; to AWS and the provider a disabled block and a missing one are the same.

    A CA that exists already always has the blocks, since missing ones would be switched off.
    """
    blocks = ca.attributes.get("revocation_configuration") or [{}]
    enabled = {
        name: {**block_defaults(AUTHORITY, f"revocation_configuration.{name}"), **_without_empty(inner[0])}
        for name, inner in (blocks[0] or {}).items()
        if inner and inner[0].get("enabled")
    }
    off = {"crl_configuration": {"enabled": False}, "ocsp_configuration": {"enabled": False}}
    return enabled or (off if is_adopted else None)


def _without_empty(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a block sets: its own blocks are lists, and `crl_type` may say what is so without it."""
    values = {key: value[0] if isinstance(value, list) and value else value for key, value in block.items()}
    unset = {key: value in ("", None, 0, []) or value == {"omit_extension": False} for key, value in values.items()}
    unset["crl_type"] = values.get("crl_type") in ("", None, default_of(_CRL_TYPE))
    return {key: value for key, value in values.items() if not unset[key]}


class _Parents:
    """Finds the parent of a CA whose certificate was issued elsewhere: by names, key identifiers and signature."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @cached_property
    def _by_name(self) -> Mapping[str, list[tuple[Resource, Any]]]:
        """CAs with their certificates, by subject; most inventories need none."""
        by_name: dict[str, list[tuple[Resource, Any]]] = {}
        for ca in self._context.inventory.of_type(AUTHORITY):
            installed = self._context.index.installations.get(text(ca, "arn"), [])
            pems = dict.fromkeys(text(each, "certificate") for each in (ca, *installed))
            for certificate in (each for pem in pems for each in list(parse_or_none(pem))[:1]):
                by_name.setdefault(certificate.subject.rfc4514_string(), []).append((ca, certificate))
        return by_name

    def find(self, ca: Resource, notes: Sequence[ImportNote]) -> tuple[str | None, Sequence[ImportNote]]:
        """Return the ARN of a CA's parent if exactly one CA of the inventory matches, and notes."""
        pem = text(ca, "certificate")
        if "BEGIN CERTIFICATE" not in pem:
            return None, notes
        own = certificates(pem)[0]
        signers = (
            str(above.attributes.get("arn"))
            for above, certificate in self._by_name.get(own.issuer.rfc4514_string(), ())
            if above is not ca and has_key_id_of(own, certificate) and is_signed_by(own, certificate)
        )
        matching = list(dict.fromkeys(signers))
        if len(matching) > 1:
            reason = f"several CAs have the key that signed it: choose its 'parent' among {', '.join(matching)}"
            return None, (*notes, ImportNote("ambiguous", ca.address, reason))
        return (matching[0] if matching else None), notes


def infer_references(needed: Iterable[str], context: Context, parents: Mapping[str, Resource]) -> Entries:
    """Return the entries of CAs that are only referenced; `parents` are certificates that they signed for CAs here."""
    result = Entries()
    for arn in needed:
        key = context.keys[arn]
        resource = context.index.cas.get(arn) or Resource(AUTHORITY, arn, {"arn": arn}, is_reference=True)
        permissions = _infer_permissions(context.index.permissions.get(arn, ()), key)
        result.notes += permissions.notes
        data: dict[str, Any] = {"managed": False, "arn": arn}
        algorithm = _find_key_algorithm(resource, parents.get(arn)) or context.existing.key_algorithms.get(arn)
        if algorithm not in facts.DEFAULT_SIGNING_ALGORITHM and arn in parents:
            signature = text(parents[arn], "signing_algorithm")
            defaults = facts.DEFAULT_SIGNING_ALGORITHM.items()
            algorithm = next((key for key, each in defaults if each == signature), "RSA_2048")
            reason = f"its key is not in the source. Its signature indicates {algorithm}, or another size: check it"
            result.notes.append(ImportNote("unknown", resource.address, reason))
        if algorithm in facts.DEFAULT_SIGNING_ALGORITHM:
            data["key_algorithm"] = algorithm
        region, _ = of_arn(arn) or (context.location.region, "")
        alias = resource.provider or (parents[arn].provider if arn in parents else "")
        if (provider := context.location.provider(region, alias)) is not None:
            data["provider"] = provider
        if permissions.entries:
            data["permissions"] = [each.data for each in permissions.entries]
        addresses = tuple(moved for each in permissions.entries for moved in each.addresses)
        entry = SpecEntry(CAS, key, data, resource, addresses)
        if re.fullmatch(facts.CA_ARN, arn) or is_symbolic(arn):
            result.entries.append(entry)
        else:
            result.rejected.append((entry, "its id is not a UUID, as AWS gives to each CA"))
    return result


def _find_key_algorithm(resource: Resource, issued: Resource | None) -> str | None:
    """Return a CA's key algorithm: from the source, else from its certificate in its own or an issued chain."""
    try:
        return str(resource.attributes["certificate_authority_configuration"][0]["key_algorithm"])
    except PARTIAL_DATA_ERRORS:
        pems = [text(resource, "certificate"), text(issued, "certificate_chain") if issued else ""]
    for pem in pems:
        for certificate in parse_or_none(pem):
            return key_algorithm(certificate.public_key())
    return None


def _infer_permissions(found: Iterable[Resource], ca: str) -> Entries:
    """Return the permissions of one CA, each separately, with their moves: an invalid one does not exclude its CA."""
    result = Entries()
    for each in found:
        with result.leaving_out(each):
            if reason := _other_account(each):
                raise NotRepresentable(reason)
            data = _permission(each)
            Permission.model_validate(data)
            if any(data["principal"] == other.data["principal"] for other in result.entries):
                raise NotRepresentable(_DUPLICATE)
            moved = (move(each, module_names.permission(ca)),)
            result.entries.append(SpecEntry("permissions", ca, data, each, moved))
    return result


def _other_account(permission: Resource) -> str:
    """Return why a permission is not for ACM in the CA's own account; empty if it is."""
    source, arn = permission.attributes.get("source_account"), text(permission, "certificate_authority_arn")
    if "source_account" in permission.unread:
        return "for which account it is could not be read: only one for the CA's own account renews there"
    if is_for_own_account(source, arn):
        return ""
    return f"it is for ACM in account {source}: it renews nothing in the CA's own account, and a spec cannot have it"


def _permission(permission: Resource) -> dict[str, Any]:
    """Return a permission's entry, its actions in the order of the documentation."""
    actions = permission.attributes["actions"]
    unknown = [name for name in actions if name not in facts.ALL_PERMISSION_ACTIONS]
    return {
        "principal": permission.attributes["principal"],
        "actions": [*(name for name in facts.ALL_PERMISSION_ACTIONS if name in actions), *unknown],
    }
