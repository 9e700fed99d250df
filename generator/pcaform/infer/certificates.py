"""Private certificates of ACM -> their entries."""

from collections.abc import Container, Mapping
from typing import Any

from pydantic import ValidationError

from pcaform.infer.index import text
from pcaform.infer.items import Findings, Item
from pcaform.infer.known import Known
from pcaform.infer.naming import key_for, own_key
from pcaform.infer.places import Place, of_arn
from pcaform.infer.tags import tags_of
from pcaform.infer.unexpressed import INCOMPLETE, NOT_WHOLE, reason_of
from pcaform.inventory import Inventory, Resource
from pcaform.plan import naming
from pcaform.spec.sections import Certificate

_ACM = "aws_acm_certificate"


def certificates(
    inventory: Inventory, place: Place, *, keys: Mapping[str, str], known: Known, defaults: Mapping[str, str]
) -> Findings:
    """Return the private certificates at a place; public ones have no CA of their account and are none of ours."""
    findings = Findings()
    taken: set[str] = set()
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
        except INCOMPLETE:
            findings.leave_out(certificate, NOT_WHOLE)
        else:
            module = certificate.module_key("certificate_")
            kept = _kept(module, entry, known, taken)
            key = own_key(kept, module, taken=taken) or key_for(module or _name(entry), taken)
            taken.add(key)
            address = f"module.{naming.certificate(key)}.{_ACM}.this"
            findings.items.append(
                Item(
                    "certificates",
                    key,
                    entry,
                    certificate,
                    addresses=((certificate.address, address),),
                    needs=frozenset({arn}),
                )
            )
    return findings


def _kept(module: str | None, entry: Mapping[str, Any], known: Known, taken: Container[str]) -> str | None:
    """Return the key that a certificate has already: by its ARN, else that of its module where it fits, else the first.

    An entry with another ARN is another certificate, whatever its names.
    """
    if (own := known.certificate_arns.get(entry["arn"] or "")) is not None:
        return own
    what, others = (entry["certificate_authority"], entry["domain_name"]), set(known.certificate_arns.values())
    fitting = [
        key
        for key, each in known.certificates.items()
        if each == what and key not in taken and not (entry["arn"] and key in others)
    ]
    return module if module in fitting else next(iter(fitting), None)


def _is_here(certificate: Resource, place: Place) -> bool:
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
