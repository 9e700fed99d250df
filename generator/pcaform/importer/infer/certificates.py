"""Private certificates of ACM -> their entries."""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.importer.infer.ca_index import text
from pcaform.importer.infer.entry import Entries, SpecEntry
from pcaform.importer.infer.errors import NOT_WHOLE, reason_of
from pcaform.importer.infer.existing_keys import ExistingKeys
from pcaform.importer.infer.keys import key_for, own_key
from pcaform.importer.infer.pairs import Alike, Pairs, join_pairs, pairs
from pcaform.importer.infer.stack_locations import StackLocation, of_arn
from pcaform.importer.infer.tags import tags_of
from pcaform.sources.inventory import ImportNote, Inventory, Resource, is_symbolic
from pcaform.spec.sections import Certificate
from pcaform.terraform import module_names

_ACM = "aws_acm_certificate"
_MODULE = "certificate_"


def certificates(
    inventory: Inventory,
    place: StackLocation,
    *,
    keys: Mapping[str, str],
    known: ExistingKeys,
    defaults: Mapping[str, str],
) -> Entries:
    """Return the private certificates at a place; public ones have no CA of their account and are none of ours."""
    findings = Entries()
    entries = list(_entries(inventory, place, findings, keys=keys, defaults=defaults))
    kept = _kept(entries, known)
    taken = set(known.certificates)
    doubtful = {address: own for own, addresses in kept.doubts for address in addresses}
    for certificate, entry in entries:
        if certificate.address in doubtful:
            reason = (
                f"it could be {join_pairs(doubtful[certificate.address])} of the spec: write its ARN there as 'arn'"
            )
            findings.notes.append(ImportNote("ambiguous", certificate.address, reason))
            continue
        key = kept.keys.get(certificate.address) or _new_key(certificate, entry, taken)
        taken.add(key)
        findings.notes += _replaced(certificate, key, known)
        moved = ((certificate.address, f"module.{module_names.certificate(key)}.{_ACM}.this"),)
        needs = frozenset({text(certificate, "certificate_authority_arn")})
        findings.items.append(SpecEntry("certificates", key, entry, certificate, addresses=moved, needs=needs))
    return findings


def _new_key(certificate: Resource, entry: Mapping[str, Any], taken: Container[str]) -> str:
    module = certificate.module_key(_MODULE)
    return own_key(module, taken=taken) or key_for(module or _name(entry), taken)


def _replaced(certificate: Resource, key: str, known: ExistingKeys) -> Iterator[ImportNote]:
    """Yield what is to say where an entry's ARN is that of a certificate that this one came after."""
    before, now = known.certificates[key].arn if key in known.certificates else None, _arn(certificate)
    if before is not None and now is not None and before != now:
        yield ImportNote("listed", now, f"'{key}' has the 'arn' of one before it: write this one, or take 'arn' out")


def _entries(
    inventory: Inventory,
    place: StackLocation,
    findings: Entries,
    *,
    keys: Mapping[str, str],
    defaults: Mapping[str, str],
) -> Iterator[tuple[Resource, dict[str, Any]]]:
    for certificate in inventory.of_type(_ACM):
        arn = text(certificate, "certificate_authority_arn")
        where = of_arn(arn)
        if certificate.is_reference or not arn or where is None or not _is_here(certificate, place):
            continue
        try:
            entry = _entry(certificate, keys[arn], defaults)
            Certificate.model_validate(entry)
        except ValidationError as error:
            findings.leave_out(certificate, reason_of(error))
        except PARTIAL_DATA_ERRORS:
            findings.leave_out(certificate, NOT_WHOLE)
        else:
            yield certificate, entry


def _kept(entries: Iterable[tuple[Resource, Mapping[str, Any]]], known: ExistingKeys) -> Pairs:
    """Return the keys that certificates have already, by address."""
    mine = {key: _likeness(each.model_dump(), each.arn, key) for key, each in known.certificates.items()}
    theirs = {each.address: _likeness(entry, _arn(each), each.module_key(_MODULE)) for each, entry in entries}
    return pairs(mine, theirs, stages=4)


def _likeness(entry: Mapping[str, Any], arn: str | None, key: str | None) -> Alike:
    """Return what a certificate is known by: its ARN, its module, all that cannot change in place, its CA and name."""
    what = (entry["certificate_authority"], entry["domain_name"])
    names = tuple(sorted({*entry["subject_alternative_names"], entry["domain_name"]}))
    return arn, (key, *what) if key else None, (*what, names, entry["key_algorithm"]), what


def _arn(certificate: Resource) -> str | None:
    arn = certificate.id or text(certificate, "arn")
    return None if is_symbolic(arn) or not arn.startswith("arn:") else arn


def _is_here(certificate: Resource, place: StackLocation) -> bool:
    """Tell whether a certificate is of a place: one that was never made is of the place of its CA."""
    return place.holds(certificate.attributes.get("arn") or certificate.attributes.get("certificate_authority_arn"))


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry["domain_name"]).removeprefix("*.").partition(".")[0] or "certificate"


def _entry(certificate: Resource, authority: str, defaults: Mapping[str, str]) -> dict[str, Any]:
    has = certificate.attributes
    domain = has["domain_name"]
    return {
        "certificate_authority": authority,
        "domain_name": domain,
        # AWS counts the domain name among the others, and a state has them in no order.
        "subject_alternative_names": sorted(
            {name for name in has.get("subject_alternative_names") or () if name != domain}
        ),
        "key_algorithm": has.get("key_algorithm") or "RSA_2048",
        "early_renewal_duration": has.get("early_renewal_duration") or None,
        "tags": tags_of(certificate, defaults),
        # What a state has is Terraform's already: only an account and an import block give the ARN of one to import.
        "arn": certificate.id if certificate.id.startswith("arn:") else None,
    }
