"""Infers the entries of CAs."""

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
from pcaform.importer.infer.errors import INCOMPLETE_RESOURCE, NotRepresentable, describe_reason
from pcaform.importer.infer.keys import is_complete, subject
from pcaform.importer.infer.permissions import infer_permissions, permission_moves
from pcaform.importer.infer.stack_locations import StackLocation, has_no_location, of_arn
from pcaform.importer.infer.tags import tags_of
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from pcaform.spec.cas import CertificateAuthority
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import AUTHORITY, INSTALLATION
from pcaform.terraform.schema import plain_defaults, read_fields


def infer_cas(
    inventory: Inventory,
    location: StackLocation,
    index: CaIndex,
    *,
    keys: Mapping[str, str],
    defaults: Mapping[str, str],
) -> Entries:
    """Return the entries of the CAs at a location. `keys` maps ARNs to keys, `defaults` are the provider's tags."""
    result = Entries()
    parents = _Parents(inventory, index)
    for ca in inventory.of_type(AUTHORITY):
        arn = ca.attributes.get("arn")
        if ca.is_reference or not (location.holds(arn) or has_no_location(arn)):
            continue
        try:
            entry, notes = _infer_ca(ca, inventory, index, location=location, keys=keys, parents=parents)
            entry.data["tags"] = tags_of(ca, defaults)
            CertificateAuthority.model_validate(entry.data)
        except NotRepresentable as why:
            result.leave_out(ca, why.reason)
        except ValidationError as error:
            result.leave_out(ca, describe_reason(error))
        except PARTIAL_DATA_ERRORS:
            result.leave_out(ca, INCOMPLETE_RESOURCE)
        else:
            result.entries.append(entry)
            result.notes += notes
    return result


def _infer_ca(
    ca: Resource,
    inventory: Inventory,
    index: CaIndex,
    *,
    location: StackLocation,
    keys: Mapping[str, str],
    parents: "_Parents",
) -> tuple[SpecEntry, tuple[ImportNote, ...]]:
    if not is_complete(ca):
        raise NotRepresentable(INCOMPLETE_RESOURCE)
    arn = ca.attributes["arn"]
    key = keys[arn]
    active = activations.infer_activation(ca, index, key=key, keys=keys, source=inventory.source)
    signer, more = active.signer, active.notes
    if active.data.get("activation") == "external" and ca.attributes["type"] == "SUBORDINATE":
        signer, more = parents.find(ca, more)
    data = {**_settings(ca, location), **active.data}
    if signer is not None and signer in keys:
        data["parent"] = keys[signer]
    allowed, permission_notes = infer_permissions(index.permissions.get(arn, ()))
    data["permissions"] = [each for _, each in allowed]
    data["revocation_configuration"] = _revocation(ca, is_adopted="arn" in active.data)
    entry = SpecEntry(
        "certificate_authorities",
        key,
        data,
        ca,
        addresses=(*_addresses(ca, active, key), *permission_moves(key, allowed)),
        referenced_cas=frozenset({signer} if signer is not None and "parent" in data else ()),
    )
    return entry, (*more, *permission_notes)


def _addresses(ca: Resource, active: Activation, key: str) -> Iterator[tuple[str, str]]:
    yield ca.address, f"module.{module_names.ca(key)}.{AUTHORITY}.this"
    for resource, module in active.resources:
        index = "[0]" if resource.type == INSTALLATION else ""
        yield resource.address, f"module.{module}.{resource.type}.this{index}"


def _settings(ca: Resource, location: StackLocation) -> dict[str, Any]:
    attributes = ca.attributes
    configuration = attributes["certificate_authority_configuration"][0]
    region, _ = of_arn(attributes["arn"]) or (location.region, "")
    fields = read_fields(AUTHORITY, "certificate_authorities", attributes)
    if fields["key_storage_security_standard"] == default_key_storage(region):
        fields["key_storage_security_standard"] = None
    create = (attributes.get("timeouts") or {}).get("create")
    return {
        "type": attributes["type"],
        "subject": subject(ca),
        "key_algorithm": configuration["key_algorithm"],
        "signing_algorithm": configuration["signing_algorithm"],
        **{name: fields[name] for name in plain_defaults(AUTHORITY)},
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
        name: {key: value for key, value in inner[0].items() if value not in ("", None, 0)}
        for name, inner in (blocks[0] or {}).items()
        if inner and inner[0].get("enabled")
    }
    off = {"crl_configuration": {"enabled": False}, "ocsp_configuration": {"enabled": False}}
    return enabled or (off if is_adopted else None)


class _Parents:
    """Finds the parent of a CA whose certificate was issued elsewhere: by names, key identifiers and signature."""

    def __init__(self, inventory: Inventory, index: CaIndex) -> None:
        self._by_name: dict[str, list[tuple[Resource, Any]]] = {}
        for ca in inventory.of_type(AUTHORITY):
            installed = index.installations.get(text(ca, "arn"), [])
            pems = dict.fromkeys(text(each, "certificate") for each in (ca, *installed))
            for certificate in (each for pem in pems for each in list(parse_or_none(pem))[:1]):
                self._by_name.setdefault(certificate.subject.rfc4514_string(), []).append((ca, certificate))

    def find(self, ca: Resource, notes: tuple[ImportNote, ...]) -> tuple[str | None, tuple[ImportNote, ...]]:
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
