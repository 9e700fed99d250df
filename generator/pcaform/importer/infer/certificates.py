"""Infers the entries of ACM's private certificates."""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.importer.infer.ca_index import text
from pcaform.importer.infer.entry import Entries, SpecEntry
from pcaform.importer.infer.errors import INCOMPLETE_RESOURCE, describe_reason
from pcaform.importer.infer.existing_keys import ExistingKeys
from pcaform.importer.infer.keys import key_for, own_key
from pcaform.importer.infer.pairs import Identity, Pairs, join_names, match_pairs
from pcaform.importer.infer.stack_locations import StackLocation, of_arn
from pcaform.importer.infer.tags import tags_of
from pcaform.sources.inventory import ImportNote, Inventory, Resource, is_symbolic
from pcaform.spec.sections import Certificate
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import ACM_CERTIFICATE
from pcaform.terraform.schema import plain_defaults, read_fields

_MODULE = "certificate_"


def infer_certificates(
    inventory: Inventory,
    location: StackLocation,
    *,
    keys: Mapping[str, str],
    existing: ExistingKeys,
    defaults: Mapping[str, str],
) -> Entries:
    """Return the entries of private certificates at a location; public ones have no private CA and are left out."""
    result = Entries()
    candidates = list(_infer_entries(inventory, location, result, keys=keys, defaults=defaults))
    matched = _match_existing(candidates, existing)
    taken = set(existing.certificates)
    ambiguous = {address: own for own, addresses in matched.ambiguous for address in addresses}
    for certificate, data in candidates:
        if certificate.address in ambiguous:
            reason = f"it may be {join_names(ambiguous[certificate.address])} of the spec: write its ARN there as 'arn'"
            result.notes.append(ImportNote("ambiguous", certificate.address, reason))
            continue
        key = matched.keys.get(certificate.address) or _new_key(certificate, data, taken)
        taken.add(key)
        result.notes += _check_arn(certificate, key, existing)
        moved = ((certificate.address, f"module.{module_names.certificate(key)}.{ACM_CERTIFICATE}.this"),)
        ca_arns = frozenset({text(certificate, "certificate_authority_arn")})
        result.entries.append(
            SpecEntry("certificates", key, data, certificate, addresses=moved, referenced_cas=ca_arns)
        )
    return result


def _new_key(certificate: Resource, entry: Mapping[str, Any], taken: Container[str]) -> str:
    module = certificate.module_key(_MODULE)
    return own_key(module, taken=taken) or key_for(module or _name(entry), taken)


def _check_arn(certificate: Resource, key: str, existing: ExistingKeys) -> Iterator[ImportNote]:
    """Yield a note if an entry has the ARN of this certificate's predecessor."""
    before, now = existing.certificates[key].arn if key in existing.certificates else None, _arn(certificate)
    if before is not None and now is not None and before != now:
        yield ImportNote(
            "listed", now, f"'{key}' has the 'arn' of its predecessor: replace it with this one, or remove 'arn'"
        )


def _infer_entries(
    inventory: Inventory,
    location: StackLocation,
    result: Entries,
    *,
    keys: Mapping[str, str],
    defaults: Mapping[str, str],
) -> Iterator[tuple[Resource, dict[str, Any]]]:
    for certificate in inventory.of_type(ACM_CERTIFICATE):
        arn = text(certificate, "certificate_authority_arn")
        ca_location = of_arn(arn)
        if certificate.is_reference or not arn or ca_location is None or not _is_here(certificate, location):
            continue
        try:
            data = _data(certificate, keys[arn], defaults)
            Certificate.model_validate(data)
        except ValidationError as error:
            result.leave_out(certificate, describe_reason(error))
        except PARTIAL_DATA_ERRORS:
            result.leave_out(certificate, INCOMPLETE_RESOURCE)
        else:
            yield certificate, data


def _match_existing(entries: Iterable[tuple[Resource, Mapping[str, Any]]], existing: ExistingKeys) -> Pairs:
    """Return the existing keys of certificates, by address."""
    ours = {key: _identity(each.model_dump(), each.arn, key) for key, each in existing.certificates.items()}
    theirs = {each.address: _identity(entry, _arn(each), each.module_key(_MODULE)) for each, entry in entries}
    return match_pairs(ours, theirs, stages=4)


def _identity(entry: Mapping[str, Any], arn: str | None, key: str | None) -> Identity:
    """Return the identity of a certificate: its ARN, its module, all that cannot change in place, its CA and name."""
    what = (entry["certificate_authority"], entry["domain_name"])
    names = tuple(sorted({*entry["subject_alternative_names"], entry["domain_name"]}))
    return arn, (key, *what) if key else None, (*what, names, entry["key_algorithm"]), what


def _arn(certificate: Resource) -> str | None:
    arn = certificate.id or text(certificate, "arn")
    return None if is_symbolic(arn) or not arn.startswith("arn:") else arn


def _is_here(certificate: Resource, location: StackLocation) -> bool:
    """Tell whether a certificate is at a location; one that does not exist yet is at the location of its CA."""
    return location.holds(certificate.attributes.get("arn") or certificate.attributes.get("certificate_authority_arn"))


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry["domain_name"]).removeprefix("*.").partition(".")[0] or "certificate"


def _data(certificate: Resource, ca: str, defaults: Mapping[str, str]) -> dict[str, Any]:
    attributes = certificate.attributes
    domain, fields = attributes["domain_name"], read_fields(ACM_CERTIFICATE, "certificates", attributes)
    return {
        "certificate_authority": ca,
        "domain_name": domain,
        # AWS includes the domain name, and a state does not keep an order.
        "subject_alternative_names": sorted(
            {name for name in attributes.get("subject_alternative_names") or () if name != domain}
        ),
        **{name: fields[name] for name in plain_defaults(ACM_CERTIFICATE)},
        "tags": tags_of(certificate, defaults),
        # A certificate in a state needs no import: only accounts and import blocks have an ARN to import.
        "arn": certificate.id if certificate.id.startswith("arn:") else None,
    }
