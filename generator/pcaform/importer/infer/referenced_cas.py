"""Infers the entries of referenced, unmanaged CAs, with only what the spec needs of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from pcaform.core import facts
from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.core.x509 import key_algorithm, parse_or_none
from pcaform.importer.infer.ca_index import CaIndex, text
from pcaform.importer.infer.entry import Entries, SpecEntry
from pcaform.importer.infer.existing_keys import ExistingKeys
from pcaform.importer.infer.permissions import infer_permissions, permission_moves
from pcaform.importer.infer.stack_locations import StackLocation, of_arn
from pcaform.sources.inventory import ImportNote, Resource
from pcaform.terraform.resource_types import AUTHORITY


def infer_references(
    needed: Iterable[str],
    index: CaIndex,
    location: StackLocation,
    *,
    keys: Mapping[str, str],
    parents: Mapping[str, Resource],
    existing: ExistingKeys,
) -> Entries:
    """Return the entries of CAs that are only referenced; `parents` are certificates that they signed for CAs here."""
    result = Entries()
    for arn in needed:
        resource = index.cas.get(arn) or Resource(AUTHORITY, arn, {"arn": arn}, is_reference=True)
        allowed, notes = infer_permissions(index.permissions.get(arn, ()))
        result.notes += notes
        data: dict[str, Any] = {"managed": False, "arn": arn}
        algorithm = _key(resource, parents.get(arn)) or existing.key_algorithms.get(arn)
        if algorithm not in facts.DEFAULT_SIGNING_ALGORITHM and arn in parents:
            algorithm = _guess_key(parents[arn])
            reason = f"its key is not in the source. Its signature indicates {algorithm}, or another size: check it"
            result.notes.append(ImportNote("unknown", resource.address, reason))
        if algorithm in facts.DEFAULT_SIGNING_ALGORITHM:
            data["key_algorithm"] = algorithm
        region, _ = of_arn(arn) or (location.region, "")
        alias = resource.provider or (parents[arn].provider if arn in parents else "")
        if (provider := location.provider(region, alias)) is not None:
            data["provider"] = provider
        if allowed:
            data["permissions"] = [each for _, each in allowed]
        addresses = tuple(permission_moves(keys[arn], allowed))
        result.entries.append(SpecEntry("certificate_authorities", keys[arn], data, resource, addresses=addresses))
    return result


def _key(resource: Resource, issued: Resource | None) -> str | None:
    """Return a CA's key algorithm: from the source, else from its certificate in its own or an issued chain."""
    try:
        return str(resource.attributes["certificate_authority_configuration"][0]["key_algorithm"])
    except PARTIAL_DATA_ERRORS:
        pems = [text(resource, "certificate"), text(issued, "certificate_chain") if issued else ""]
    for pem in pems:
        for certificate in parse_or_none(pem):
            return key_algorithm(certificate.public_key())
    return None


def _guess_key(issued: Resource) -> str:
    """Return the key algorithm with the default signing algorithm of a certificate."""
    signature = text(issued, "signing_algorithm")
    return next((key for key, each in facts.DEFAULT_SIGNING_ALGORITHM.items() if each == signature), "RSA_2048")
