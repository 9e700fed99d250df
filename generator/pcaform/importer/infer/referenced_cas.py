"""CAs that are named and that others manage -> their entries: what something here needs, and no more."""

from collections.abc import Iterable, Mapping
from typing import Any

from pcaform.core import facts
from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.core.x509 import key_algorithm, parse_or_none
from pcaform.importer.infer.ca_index import CaIndex, text
from pcaform.importer.infer.entry import Entries, SpecEntry
from pcaform.importer.infer.existing_keys import ExistingKeys
from pcaform.importer.infer.permissions import moved, permissions
from pcaform.importer.infer.stack_locations import StackLocation, of_arn
from pcaform.sources.inventory import ImportNote, Resource

_CA = "aws_acmpca_certificate_authority"


def infer_references(
    needed: Iterable[str],
    found: CaIndex,
    place: StackLocation,
    *,
    keys: Mapping[str, str],
    parents: Mapping[str, Resource],
    known: ExistingKeys,
) -> Entries:
    """Return the entries of CAs that are only named. `parents` are certificates that such CAs signed for CAs here."""
    findings = Entries()
    for arn in needed:
        resource = found.authorities.get(arn) or Resource(_CA, arn, {"arn": arn}, is_reference=True)
        allowed, said = permissions(found.permissions.get(arn, ()))
        findings.notes += said
        entry: dict[str, Any] = {"managed": False, "arn": arn}
        algorithm = _key(resource, parents.get(arn)) or known.key_algorithms.get(arn)
        if algorithm not in facts.DEFAULT_SIGNING_ALGORITHM and arn in parents:
            algorithm = _likely(parents[arn])
            reason = f"its key is not in what was read. Its signature says {algorithm}, or another size: look it up"
            findings.notes.append(ImportNote("unknown", resource.address, reason))
        if algorithm in facts.DEFAULT_SIGNING_ALGORITHM:
            entry["key_algorithm"] = algorithm
        region, _ = of_arn(arn) or (place.region, "")
        alias = resource.provider or (parents[arn].provider if arn in parents else "")
        if (provider := place.provider(region, alias)) is not None:
            entry["provider"] = provider
        if allowed:
            entry["permissions"] = [each for _, each in allowed]
        addresses = tuple(moved(keys[arn], allowed))
        findings.items.append(SpecEntry("certificate_authorities", keys[arn], entry, resource, addresses=addresses))
    return findings


def _key(resource: Resource, issued: Resource | None) -> str | None:
    """Return a CA's key: as its source says, else that of its certificate, the first of a chain that it made."""
    try:
        return str(resource.attributes["certificate_authority_configuration"][0]["key_algorithm"])
    except PARTIAL_DATA_ERRORS:
        pems = [text(resource, "certificate"), text(issued, "certificate_chain") if issued else ""]
    for pem in pems:
        for certificate in parse_or_none(pem):
            return key_algorithm(certificate.public_key())
    return None


def _likely(issued: Resource) -> str:
    """Return the key whose usual signature a certificate has."""
    signature = text(issued, "signing_algorithm")
    return next((key for key, each in facts.DEFAULT_SIGNING_ALGORITHM.items() if each == signature), "RSA_2048")
