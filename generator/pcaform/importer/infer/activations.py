"""How each CA got its certificate -> what a spec says about that: validity and parent, an activation, generations."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pcaform.core.facts import MAX_PATH_LENGTH
from pcaform.core.x509 import parse_or_none, path_length
from pcaform.importer.infer.ca_index import CaIndex, text
from pcaform.importer.infer.errors import NotRepresentable
from pcaform.sources.inventory import ImportNote, Resource
from pcaform.terraform import addresses, module_names

_TEMPLATE = re.compile(
    r":template/(?:(?P<root>RootCACertificate)|SubordinateCACertificate_PathLen(?P<length>[0-3]))"
    r"(?P<passes>_APIPassthrough)?/V1$"
)
_GENERATION = re.compile(r"_certificate(?:_g(?P<number>[0-9]+))?\Z")
_STRANDED = (
    "{}: the spec says 'activation: external'. Take this certificate out of its state before a stack is applied over "
    "it, 'terraform state rm', else Terraform revokes it"
)


@dataclass(frozen=True, slots=True)
class Activation:
    """What a CA's entry says about its certificate, and which resources say so."""

    entry: dict[str, Any]
    resources: tuple[tuple[Resource, str], ...] = ()
    """Resource -> the module that has it in a rendered stack."""
    signer: str | None = None
    notes: tuple[ImportNote, ...] = field(default=())


def activation(authority: Resource, found: CaIndex, *, key: str, keys: Mapping[str, str], source: str) -> Activation:
    """Return how a CA got its certificate. `keys` are those of CAs by ARN; `source` as an inventory names it.

    Raises Unexpressed where the CA cannot be written at all.
    """
    installations = found.installations.get(authority.attributes["arn"], [])
    own = _own_certificates(authority, installations, found)
    if source != "live" and own:
        try:
            issued = _issued(authority, own, installations, key=key, keys=keys)
            chained = _chained_otherwise(installations[:1], issued) if source == "state" else ()
            return replace(issued, notes=(*issued.notes, *chained, *_imported(authority)))
        except NotRepresentable as why:
            notes = tuple(ImportNote("left out", each.address, _STRANDED.format(why.reason)) for each in own)
        return Activation(external(authority), _installed(installations, key), notes=notes)
    if source != "live" and installations:
        return Activation({"activation": _offline(installations[0])}, _installed(installations, key))
    if _is_active(authority, found):
        return Activation(external(authority))
    return Activation({"activation": "pending", **({"arn": authority.attributes["arn"]} if source == "live" else {})})


def _imported(authority: Resource) -> Iterator[ImportNote]:
    """Say what files leave open that import a CA and issue a certificate for it: whether the import is done already."""
    if authority.id.startswith("arn:"):
        reason = (
            "the files import this CA and issue a certificate for it. Where that was applied, the spec is right as it "
            "is; where not, a stack would make a second CA: take the certificate out, and name the CA with 'arn' and "
            "'activation: external'"
        )
        yield ImportNote("ambiguous", authority.address, reason)


def external(authority: Resource) -> dict[str, Any]:
    """Return what the entry of a CA says whose certificate nobody here issues."""
    entry: dict[str, Any] = {"arn": authority.attributes["arn"], "activation": "external"}
    if authority.attributes.get("type") == "SUBORDINATE":
        for certificate in parse_or_none(authority.attributes.get("certificate")):
            length = path_length(certificate)
            entry["path_length"] = MAX_PATH_LENGTH if length is None else min(length, MAX_PATH_LENGTH)
    return entry


def _is_active(authority: Resource, found: CaIndex) -> bool:
    """Tell whether a CA has a certificate: its own text, an import by its ARN, or what it issued says so."""
    arn = authority.attributes["arn"]
    return bool(text(authority, "certificate")) or authority.id == arn or arn in found.signers


def _own_certificates(authority: Resource, installations: list[Resource], found: CaIndex) -> list[Resource]:
    """Return the certificates that were issued for a CA, the installed one first."""
    own = list(found.by_request.get(text(authority, "certificate_signing_request"), ()))
    for installation in installations:
        own += [each for each in found.by_certificate.get(text(installation, "certificate"), ()) if each not in own]
    installed = {text(each, "certificate") for each in installations} or {text(authority, "certificate")}
    return sorted(own, key=lambda each: text(each, "certificate") not in installed)


def _issued(
    authority: Resource, own: list[Resource], installations: list[Resource], *, key: str, keys: Mapping[str, str]
) -> Activation:
    """Return what is said of a CA whose certificate was issued in this inventory; raises Unexpressed."""
    installed = _the_installed(authority, own, installations)
    has = installed.attributes
    template = _TEMPLATE.search(has.get("template_arn") or "")
    if template is None:
        raise NotRepresentable(f"it was made from {has.get('template_arn') or 'an unknown template'}")
    signer = has["certificate_authority_arn"]
    is_root = bool(template["root"])
    if is_root != (signer == authority.attributes["arn"]) or (not is_root and signer not in keys):
        raise NotRepresentable(f"it was signed by {signer} as {template[0].removeprefix(':template/')}")
    entry: dict[str, Any] = {"validity": _validity(has)}
    if not is_root:
        entry |= {"parent": keys[signer], "path_length": int(template["length"])}
    if template["passes"]:
        entry["api_passthrough"] = json.loads(has["api_passthrough"])
    generation, kept, dropped = _generations(installed, own)
    if generation > 1:
        entry["generation"] = generation
    resources = [(each, module_names.ca_certificate(key, number)) for number, each in kept]
    notes = [*_renewed_elsewhere(authority, own), *_dropped(dropped)]
    return Activation(
        entry,
        (*resources, *_installed(installations, key)),
        signer=None if is_root else signer,
        notes=tuple(notes),
    )


def _the_installed(authority: Resource, own: list[Resource], installations: list[Resource]) -> Resource:
    """Return the one certificate of several that is installed; raises Unexpressed with the choices."""
    texts = {text(each, "certificate") for each in installations} or {text(authority, "certificate")}
    fitting = [each for each in own if text(each, "certificate") in texts] if len(own) > 1 else own
    if len(fitting) != 1 or not fitting[0].attributes.get("validity"):
        listed = ", ".join(each.address for each in fitting or own)
        raise NotRepresentable(f"which certificate is installed cannot be told, it may be {listed}")
    return fitting[0]


def _validity(has: Mapping[str, Any]) -> dict[str, Any]:
    validity = has["validity"][0]
    value = validity["value"] if validity["type"] == "END_DATE" else int(validity["value"])
    return {"type": validity["type"], "value": value}


def _generations(installed: Resource, own: list[Resource]) -> tuple[int, list[tuple[int, Resource]], list[Resource]]:
    """Return the installed generation, the two that a stack keeps, and the others.

    Numbers are those of our modules' names; certificates of other layouts are counted.
    """
    others = sorted((each for each in own if each is not installed), key=_number, reverse=True)
    before = next((each for each in others if _number(each) < _number(installed) or not _number(installed)), None)
    if before is None:
        return 1, [(1, installed)], others
    generation = max(2, _number(installed))
    return generation, [(generation - 1, before), (generation, installed)], [e for e in others if e is not before]


def _number(certificate: Resource) -> int:
    """Return the generation that a module's name tells, 0 where it tells none."""
    modules = addresses.modules(certificate.address)
    match = _GENERATION.search(modules[-1]) if modules and modules[-1].startswith("ca_") else None
    return int(match["number"] or 1) if match else 0


def _renewed_elsewhere(authority: Resource, own: list[Resource]) -> Iterator[ImportNote]:
    current = text(authority, "certificate")
    if current and current not in {text(each, "certificate") for each in own}:
        reason = (
            "AWS had another certificate for it than the one issued here: it was renewed outside Terraform, and a plan "
            "would install the old one again. Choose: 'activation: external' with its 'arn', or the spec as it is"
        )
        yield ImportNote("ambiguous", authority.address, reason)


def _chained_otherwise(installations: list[Resource], issued: Activation) -> Iterator[ImportNote]:
    """Say where a CA has another chain than its certificate came with, which is the one that a stack installs."""
    certificates = {text(each, "certificate"): each for each, _ in issued.resources if each not in installations}
    for each in installations:
        own = certificates.get(text(each, "certificate"))
        chain = text(own, "certificate_chain") if own and issued.signer else ""
        if own and text(each, "certificate_chain") != chain:
            reason = (
                "its chain is not the one that came with its certificate: a plan installs both again, with that one"
            )
            yield ImportNote("left out", each.address, reason)


def _dropped(certificates: list[Resource]) -> Iterator[ImportNote]:
    for each in certificates:
        reason = "it is neither installed nor the one before. Take it out of the state, else Terraform revokes it"
        yield ImportNote("left out", each.address, reason)


def _offline(installation: Resource) -> dict[str, Any]:
    has = installation.attributes
    chain = has.get("certificate_chain") or None
    return {"certificate": has["certificate"], **({"certificate_chain": chain} if chain else {})}


def _installed(installations: list[Resource], key: str) -> tuple[tuple[Resource, str], ...]:
    return tuple((each, module_names.ca(key)) for each in installations[:1])
