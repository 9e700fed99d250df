"""CAs in an inventory -> their entries in the spec."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from pcaform.core.facts import default_key_storage
from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.core.x509 import certificates, has_key_id_of, is_signed_by, parse_or_none
from pcaform.importer.infer import activations
from pcaform.importer.infer.activations import Activation
from pcaform.importer.infer.ca_index import CaIndex, text
from pcaform.importer.infer.entry import Entries, SpecEntry
from pcaform.importer.infer.errors import NOT_WHOLE, NotRepresentable, reason_of
from pcaform.importer.infer.keys import CA, is_whole, subject
from pcaform.importer.infer.permissions import moved, permissions
from pcaform.importer.infer.stack_locations import StackLocation, is_nowhere, of_arn
from pcaform.importer.infer.tags import tags_of
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from pcaform.spec.cas import CertificateAuthority
from pcaform.terraform import module_names

_DEFAULT_DAYS = 30


def infer_cas(
    inventory: Inventory, place: StackLocation, found: CaIndex, *, keys: Mapping[str, str], defaults: Mapping[str, str]
) -> Entries:
    """Return the entries of the CAs at a place. `keys` are those of all CAs by ARN, `defaults` the provider's tags."""
    findings = Entries()
    parents = _Parents(inventory, found)
    for authority in inventory.of_type(CA):
        arn = authority.attributes.get("arn")
        if authority.is_reference or not (place.holds(arn) or is_nowhere(arn)):
            continue
        try:
            item, notes = _item(authority, inventory, found, place=place, keys=keys, parents=parents)
            item.entry["tags"] = tags_of(authority, defaults)
            CertificateAuthority.model_validate(item.entry)
        except NotRepresentable as why:
            findings.leave_out(authority, why.reason)
        except ValidationError as error:
            findings.leave_out(authority, reason_of(error))
        except PARTIAL_DATA_ERRORS:
            findings.leave_out(authority, NOT_WHOLE)
        else:
            findings.items.append(item)
            findings.notes += notes
    return findings


def _item(
    authority: Resource,
    inventory: Inventory,
    found: CaIndex,
    *,
    place: StackLocation,
    keys: Mapping[str, str],
    parents: "_Parents",
) -> tuple[SpecEntry, tuple[ImportNote, ...]]:
    if not is_whole(authority):
        raise NotRepresentable(NOT_WHOLE)
    arn = authority.attributes["arn"]
    key = keys[arn]
    active = activations.activation(authority, found, key=key, keys=keys, source=inventory.source)
    signer, more = active.signer, active.notes
    if active.entry.get("activation") == "external" and authority.attributes["type"] == "SUBORDINATE":
        signer, more = parents.of(authority, more)
    entry = {**_settings(authority, place), **active.entry}
    if signer is not None and signer in keys:
        entry["parent"] = keys[signer]
    allowed, said = permissions(found.permissions.get(arn, ()))
    entry["permissions"] = [each for _, each in allowed]
    entry["revocation_configuration"] = _revocation(authority, is_adopted="arn" in active.entry)
    item = SpecEntry(
        "certificate_authorities",
        key,
        entry,
        authority,
        addresses=(*_addresses(authority, active, key), *moved(key, allowed)),
        needs=frozenset({signer} if signer is not None and "parent" in entry else ()),
    )
    return item, (*more, *said)


def _addresses(authority: Resource, active: Activation, key: str) -> Iterator[tuple[str, str]]:
    yield authority.address, f"module.{module_names.ca(key)}.{CA}.this"
    for resource, module in active.resources:
        index = "[0]" if resource.type == "aws_acmpca_certificate_authority_certificate" else ""
        yield resource.address, f"module.{module}.{resource.type}.this{index}"


def _settings(authority: Resource, place: StackLocation) -> dict[str, Any]:
    has = authority.attributes
    configuration = has["certificate_authority_configuration"][0]
    region, _ = of_arn(has["arn"]) or (place.region, "")
    storage = has.get("key_storage_security_standard")
    create = (has.get("timeouts") or {}).get("create")
    return {
        "type": has["type"],
        "subject": subject(authority),
        "key_algorithm": configuration["key_algorithm"],
        "signing_algorithm": configuration["signing_algorithm"],
        "usage_mode": has.get("usage_mode") or "GENERAL_PURPOSE",
        "key_storage_security_standard": None if storage == default_key_storage(region) else storage or None,
        "enabled": has.get("enabled") is not False,
        "permanent_deletion_time_in_days": has.get("permanent_deletion_time_in_days") or _DEFAULT_DAYS,
        "provider": place.provider(region, authority.provider),
        "deletion_protection": has.get("prevent_destroy") is not False,
        "timeouts": {"create": create} if create else None,
    }


def _revocation(authority: Resource, *, is_adopted: bool) -> dict[str, Any] | None:
    """Return what is switched on; to AWS and the provider a disabled block and none at all are the same.

    A CA that exists already always says it, since what is left out there would be switched off.
    """
    blocks = authority.attributes.get("revocation_configuration") or [{}]
    enabled = {
        name: {key: value for key, value in inner[0].items() if value not in ("", None, 0)}
        for name, inner in (blocks[0] or {}).items()
        if inner and inner[0].get("enabled")
    }
    off = {"crl_configuration": {"enabled": False}, "ocsp_configuration": {"enabled": False}}
    return enabled or (off if is_adopted else None)


class _Parents:
    """Who signed a CA whose certificate was issued elsewhere: by names, key identifiers and signature."""

    def __init__(self, inventory: Inventory, found: CaIndex) -> None:
        self._by_name: dict[str, list[tuple[Resource, Any]]] = {}
        for authority in inventory.of_type(CA):
            installed = found.installations.get(text(authority, "arn"), [])
            pems = dict.fromkeys(text(each, "certificate") for each in (authority, *installed))
            for certificate in (each for pem in pems for each in list(parse_or_none(pem))[:1]):
                self._by_name.setdefault(certificate.subject.rfc4514_string(), []).append((authority, certificate))

    def of(self, authority: Resource, notes: tuple[ImportNote, ...]) -> tuple[str | None, tuple[ImportNote, ...]]:
        """Return the ARN of a CA's parent where exactly one CA of the inventory fits, with what is to say of it."""
        pem = text(authority, "certificate")
        if "BEGIN CERTIFICATE" not in pem:
            return None, notes
        own = certificates(pem)[0]
        signers = (
            str(above.attributes.get("arn"))
            for above, certificate in self._by_name.get(own.issuer.rfc4514_string(), ())
            if above is not authority and has_key_id_of(own, certificate) and is_signed_by(own, certificate)
        )
        fitting = list(dict.fromkeys(signers))
        if len(fitting) > 1:
            reason = f"several CAs have the key that signed it: choose its 'parent' of {', '.join(fitting)}"
            return None, (*notes, ImportNote("ambiguous", authority.address, reason))
        return (fitting[0] if fitting else None), notes
