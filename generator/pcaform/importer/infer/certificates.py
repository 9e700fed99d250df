"""Infers the entries of ACM's private certificates."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pcaform.core.renewal import CERTIFICATE_STATUSES, certificate_problem
from pcaform.importer.infer.context import Context, Entries, SpecEntry, move, text
from pcaform.importer.infer.keys import Identity, choose_key, join_names, match_pairs
from pcaform.importer.infer.stack_locations import of_arn
from pcaform.sources.inventory import ImportNote, Resource, is_symbolic
from pcaform.spec.sections import Certificate
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import ACM_CERTIFICATE
from pcaform.terraform.schema import read_plain

_MODULE = "certificate_"


def infer_certificates(context: Context) -> Entries:
    """Return the entries of private certificates at a location; public ones have no private CA and are left out."""
    result, existing = Entries(), context.existing.certificates
    candidates = list(_infer_entries(context, result))
    matched, ambiguous = _match_existing(candidates, existing)
    unclear = {address: own for own, addresses in ambiguous for address in addresses}
    taken = set(existing)
    for certificate, data in candidates:
        if certificate.address in unclear:
            reason = f"it may be {join_names(unclear[certificate.address])} of the spec: write its ARN there as 'arn'"
            result.notes.append(ImportNote("ambiguous", certificate.address, reason))
            continue
        module = certificate.module_key(_MODULE)
        name = module or str(data["domain_name"]).removeprefix("*.").partition(".")[0] or "certificate"
        key = matched.get(certificate.address) or choose_key(module, name=name, taken=taken)
        taken.add(key)
        result.notes += _check_arn(certificate, key, existing)
        if problem := certificate_problem(certificate.attributes):
            is_known = certificate.attributes.get("status") in CERTIFICATE_STATUSES
            reason = f"{problem}. A spec cannot say that: it is written like any other"
            result.notes.append(ImportNote("left out" if is_known else "unknown", certificate.address, reason))
        moved = (move(certificate, module_names.certificate(key)),)
        ca_arns = frozenset({text(certificate, "certificate_authority_arn")})
        result.entries.append(SpecEntry("certificates", key, data, certificate, moved, ca_arns))
    return result


def _check_arn(certificate: Resource, key: str, existing: Mapping[str, Certificate]) -> Iterator[ImportNote]:
    """Yield a note if an entry has the ARN of this certificate's predecessor."""
    before, now = existing[key].arn if key in existing else None, _arn(certificate)
    if before is not None and now is not None and before != now:
        yield ImportNote(
            "listed", now, f"'{key}' has the 'arn' of its predecessor: replace it with this one, or remove 'arn'"
        )


def _infer_entries(context: Context, result: Entries) -> Iterator[tuple[Resource, dict[str, Any]]]:
    for certificate in context.inventory.of_type(ACM_CERTIFICATE):
        ca_arn = text(certificate, "certificate_authority_arn")
        # One that does not exist yet is at the location of its CA.
        is_here = context.location.holds(certificate.attributes.get("arn") or ca_arn)
        if not certificate.is_reference and of_arn(ca_arn) is not None and is_here:
            with result.leaving_out(certificate):
                data = _data(certificate, context)
                Certificate.model_validate(data)
                yield certificate, data


def _match_existing(
    entries: Iterable[tuple[Resource, Mapping[str, Any]]], existing: Mapping[str, Certificate]
) -> tuple[dict[str, str], list[tuple[list[str], list[str]]]]:
    """Return the existing keys of certificates, by address, and the ambiguous ones."""
    ours = {key: _identity(each.model_dump(), each.arn, key) for key, each in existing.items()}
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


def _data(certificate: Resource, context: Context) -> dict[str, Any]:
    attributes = certificate.attributes
    domain = text(certificate, "domain_name").lower()
    return {
        "certificate_authority": context.keys[text(certificate, "certificate_authority_arn")],
        "domain_name": domain,
        # AWS includes the domain name and answers in lower case, and a state does not keep an order.
        "subject_alternative_names": sorted(
            {str(name).lower() for name in attributes.get("subject_alternative_names") or ()} - {domain}
        ),
        **read_plain(ACM_CERTIFICATE, attributes),
        "tags": context.tags_of(certificate),
        # A certificate in a state needs no import: only accounts and import blocks have an ARN to import.
        "arn": certificate.id if certificate.id.startswith("arn:") else None,
    }
