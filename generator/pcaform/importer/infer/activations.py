"""Infers how each CA got its certificate: validity and parent, or an activation, and the generation."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pcaform.core import name_constraints
from pcaform.core.facts import MAX_PATH_LENGTH
from pcaform.core.pem import find_private_key
from pcaform.core.x509 import parse_or_none, path_length
from pcaform.importer.infer.context import CaIndex, Context, NotRepresentable, text
from pcaform.render.plan.module_call import without_none
from pcaform.sources.inventory import ImportNote, Resource
from pcaform.terraform import addresses, module_names

_TEMPLATE = re.compile(
    r":template/(?P<name>(?:(?P<root>(?:Blank)?RootCACertificate)|(?:Blank)?SubordinateCACertificate)"
    r"(?:_PathLen(?P<length>[0-3]))?(?:_(?P<passes>API(?:CSR)?|CSR)Passthrough)?/V1)$"
)
_GENERATION = re.compile(r"_certificate(?:_g(?P<number>[0-9]+))?\Z")
_EXTERNAL = "{}: the spec has 'activation: external'"
_MISFIT = "it is a {} CA, but {}, the certificate for it, is signed by {}: AWS installs no such certificate"
_UNUSED = "no aws_acmpca_certificate_authority_certificate installs it: the spec has 'activation: pending'"
_NOT_INSTALLED = "it is not the installed or previous certificate"


@dataclass(frozen=True, slots=True)
class Activation:
    """The part of a CA's entry about its certificate, and the resources that it covers."""

    data: dict[str, Any]
    resources: Sequence[tuple[Resource, str]] = ()
    """Pairs of a resource and its module in a rendered stack."""
    signer: str | None = None
    notes: Sequence[ImportNote] = ()


def infer_activation(ca: Resource, context: Context, *, key: str) -> Activation:
    """Return how a CA got its certificate; raises NotRepresentable if the CA cannot be written at all."""
    source, index = context.source, context.index
    installations = index.installations.get(ca.attributes["arn"], [])
    installed = [(each, module_names.ca(key)) for each in installations[:1]]
    own = own_certificates(ca, installations, index)
    if source.has_addresses and own:
        is_root = ca.attributes["type"] == "ROOT"
        if is_root != (text(own[0], "certificate_authority_arn") == ca.attributes["arn"]):
            kind, signer = ("root", "another CA") if is_root else ("subordinate", "itself")
            raise NotRepresentable(_MISFIT.format(kind, own[0].address, signer))
        if not installations and not text(ca, "certificate"):  # a stack would install it, unasked
            notes = [ImportNote("left out", each.address, _UNUSED) for each in own]
            return Activation({"activation": "pending"}, notes=notes)
        try:
            active = _infer_issued(ca, own, installations, key=key, keys=context.keys)
        except NotRepresentable as why:
            left = [*own, *installations]
            return _external_activation(
                ca, [ImportNote("left out", each.address, _EXTERNAL.format(why)) for each in left]
            )
        chain_notes = _check_chain(installations[:1], active) if source.has_certificates else ()
        notes = [*active.notes, *chain_notes, *_check_import(ca)]
        return replace(active, resources=[*active.resources, *installed], notes=notes)
    if source.has_addresses and installations and ca.id.startswith("arn:"):
        notes = [ImportNote("left out", each.address, _EXTERNAL.format("its CA is imported")) for each in installations]
        return _external_activation(ca, notes)
    if source.has_addresses and installations:
        return Activation({"activation": _offline_activation(installations[0])}, installed)
    arn = ca.attributes["arn"]
    if text(ca, "certificate") or ca.id == arn or arn in index.signers:  # each shows that it has a certificate
        return _external_activation(ca)
    return Activation({"activation": "pending", **({} if source.has_addresses else {"arn": arn})})


def _check_import(ca: Resource) -> Iterator[ImportNote]:
    """Note that configuration files do not show whether the import of a CA was applied already."""
    if ca.id.startswith("arn:"):
        reason = (
            "the files import this CA and issue a certificate for it. If that was applied, the spec is right; if not, "
            "a stack would create a second CA: remove the certificate, and give the CA its 'arn' and "
            "'activation: external'"
        )
        yield ImportNote("ambiguous", ca.address, reason)


def _external_activation(ca: Resource, notes: Sequence[ImportNote] = ()) -> Activation:
    """Return that of a CA whose certificate is not issued here; nothing compares constraints that no spec expresses."""
    entry: dict[str, Any] = {"arn": ca.attributes["arn"], "activation": "external"}
    for certificate in parse_or_none(ca.attributes.get("certificate")):
        length = path_length(certificate)
        if ca.attributes.get("type") == "SUBORDINATE" or length is not None:
            entry["path_length"] = MAX_PATH_LENGTH if length is None else min(length, MAX_PATH_LENGTH)
        try:
            entry |= without_none({"name_constraints": name_constraints.of_certificate(certificate)})
        except ValueError as why:
            notes = [*notes, ImportNote("left out", ca.address, f"{why}: the spec says nothing about them")]
    return Activation(entry, notes=notes)


def own_certificates(ca: Resource, installations: list[Resource], index: CaIndex) -> list[Resource]:
    """Return the certificates that were issued for a CA, the installed one first."""
    own = list(index.by_request.get(text(ca, "certificate_signing_request"), ()))
    for installation in installations:
        own += [each for each in index.by_certificate.get(text(installation, "certificate"), ()) if each not in own]
    installed = {text(each, "certificate") for each in installations} or {text(ca, "certificate")}
    return sorted(own, key=lambda each: text(each, "certificate") not in installed)


def _infer_issued(
    ca: Resource, own: list[Resource], installations: list[Resource], *, key: str, keys: Mapping[str, str]
) -> Activation:
    """Return the activation of a CA whose certificate was issued in this inventory; raises NotRepresentable."""
    installed = _find_installed(ca, own, installations)
    attributes = installed.attributes
    template = _TEMPLATE.search(attributes.get("template_arn") or "")
    if template is None:
        raise NotRepresentable(f"it was issued with {attributes.get('template_arn') or 'an unknown template'}")
    signer = attributes["certificate_authority_arn"]
    is_root = bool(template["root"])
    if is_root != (signer == ca.attributes["arn"]) or (not is_root and signer not in keys):
        raise NotRepresentable(f"it was signed by {signer} as {template[0].removeprefix(':template/')}")
    validity = attributes["validity"][0]
    value = validity["value"] if validity["type"] == "END_DATE" else int(validity["value"])
    entry: dict[str, Any] = {"validity": {"type": validity["type"], "value": value}}
    if not is_root:
        entry["parent"] = keys[signer]
    if template["length"]:
        entry["path_length"] = int(template["length"])
    passthrough = attributes.get("api_passthrough") if "API" in (template["passes"] or "") else None
    extensions, constraints = name_constraints.split(json.loads(passthrough or "null"))
    entry |= without_none({"api_passthrough": extensions, "name_constraints": constraints})
    entry["template"] = template["name"]
    generation, kept, dropped = _generations(installed, own)
    if generation > 1:
        entry["generation"] = generation
    resources = [(each, module_names.ca_certificate(key, number)) for number, each in kept]
    notes = [*_check_renewal(ca, own), *(ImportNote("left out", each.address, _NOT_INSTALLED) for each in dropped)]
    return Activation(entry, resources, None if is_root else signer, notes)


def _find_installed(ca: Resource, own: list[Resource], installations: list[Resource]) -> Resource:
    """Return the installed certificate of several; raises NotRepresentable with the choices."""
    texts = {text(each, "certificate") for each in installations} or {text(ca, "certificate")}
    matching = [each for each in own if text(each, "certificate") in texts] if len(own) > 1 else own
    if len(matching) != 1 or not matching[0].attributes.get("validity"):
        addresses_ = ", ".join(each.address for each in matching or own)
        raise NotRepresentable(f"the installed certificate cannot be determined, it may be {addresses_}")
    return matching[0]


def _generations(installed: Resource, own: list[Resource]) -> tuple[int, list[tuple[int, Resource]], list[Resource]]:
    """Return the installed generation, the two certificates that a stack keeps, and the others.

    Generations are in the names of our modules; certificates of other layouts are counted.
    """
    others = sorted((each for each in own if each is not installed), key=_number, reverse=True)
    before = next((each for each in others if _number(each) < _number(installed) or not _number(installed)), None)
    if before is None:
        return 1, [(1, installed)], others
    generation = max(2, _number(installed))
    return generation, [(generation - 1, before), (generation, installed)], [e for e in others if e is not before]


def _number(certificate: Resource) -> int:
    """Return the generation in a module's name, 0 if it has none."""
    modules = addresses.modules(certificate.address)
    match = _GENERATION.search(modules[-1]) if modules and modules[-1].startswith("ca_") else None
    return int(match["number"] or 1) if match else 0


def _check_renewal(ca: Resource, own: list[Resource]) -> Iterator[ImportNote]:
    current = text(ca, "certificate")
    if current and current not in {text(each, "certificate") for each in own}:
        reason = (
            "AWS had another certificate for it than the one issued here: it was renewed outside Terraform, and a plan "
            "would install the old one again. Choose: 'activation: external' with its 'arn', or the spec as it is"
        )
        yield ImportNote("ambiguous", ca.address, reason)


def _check_chain(installations: list[Resource], active: Activation) -> Iterator[ImportNote]:
    """Note a CA whose chain differs from the one of its certificate, which a stack would install."""
    certificates = {text(each, "certificate"): each for each, _ in active.resources}
    for each in installations:
        own = certificates.get(text(each, "certificate"))
        chain = text(own, "certificate_chain") if own and active.signer else ""
        if own and text(each, "certificate_chain") != chain:
            reason = (
                "its chain is not the one that came with its certificate: a plan installs both again, with that one"
            )
            yield ImportNote("left out", each.address, reason)


def _offline_activation(installation: Resource) -> dict[str, Any]:
    """Return an activation by what is installed, as it is there; raises NotRepresentable for a private key in it."""
    pems = {name: installation.attributes.get(name) for name in ("certificate", "certificate_chain")}
    if "BEGIN CERTIFICATE" not in str(pems["certificate"]):
        raise NotRepresentable(f"what '{installation.address}' installs is not a certificate in PEM")
    if any(find_private_key(str(value)) for value in pems.values()):
        raise NotRepresentable(f"'{installation.address}' holds a private key: take it out, and consider it stolen")
    return {name: value for name, value in pems.items() if value}


def state_issued(cas: Mapping[str, dict[str, Any]]) -> None:
    """Say of each CA below one that is disabled, and of that one, that its certificate was issued: it is there."""
    for key, ca in cas.items():
        signers = [key] if ca.get("activation") else [key, ca.get("parent")]
        is_issued = not ca.get("arn") and ca.get("activation") != "pending"
        if is_issued and any(cas.get(str(each), {}).get("enabled") is False for each in signers):
            ca["issued_generation"] = ca.get("generation", 1)
