"""CAs in an inventory -> their entries in the spec."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pcaform import facts
from pcaform.infer.naming import key_for
from pcaform.inventory import Inventory, Resource
from pcaform.spec.authorities import CertificateAuthority
from pcaform.spec.stack import Spec
from pcaform.spec.wording import message

_TEMPLATE = re.compile(
    r":template/(?:(?P<root>RootCACertificate/V1)|SubordinateCACertificate_PathLen(?P<length>[0-3])/V1)$"
)

INCOMPLETE = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""What reading a resource raises where the state holds only a part of it, or where somebody edited the state."""

NOT_WHOLE = "the state holds only a part of it: it was never finished, or the state was edited"


@dataclass(frozen=True, slots=True)
class Unexpressed(Exception):  # noqa: N818 - it is an answer, not a fault
    """Why one resource cannot be written into a spec."""

    reason: str


def keys_by_arn(inventory: Inventory) -> dict[str, str]:
    """Return the key that each CA gets in the spec, by its ARN."""
    keys: dict[str, str] = {}
    for authority in filter(_is_whole, inventory.of_type("aws_acmpca_certificate_authority")):
        name = _subject(authority).get("common_name") or "ca"
        keys[authority.attributes["arn"]] = key_for(authority.module_key("ca_") or name, keys.values())
    return keys


def entries(inventory: Inventory, keys: Mapping[str, str]) -> Iterator[tuple[Resource, dict[str, Any] | Unexpressed]]:
    """Yield each CA with its entry in the spec, or why it has none. `keys` are those of the CAs that may be parents."""
    for authority in inventory.of_type("aws_acmpca_certificate_authority"):
        try:
            entry = _entry(authority, inventory, keys)
            CertificateAuthority.model_validate(entry)
        except Unexpressed as why:
            yield authority, why
        except ValidationError as error:
            yield authority, Unexpressed(reason_of(error))
        except INCOMPLETE:
            yield authority, Unexpressed(NOT_WHOLE)
        else:
            yield authority, entry


def reason_of(error: ValidationError) -> str:
    """Return in words why a value that exists has no place in a spec."""
    return "; ".join(message(record, Spec) for record in error.errors(include_url=False))


def default_key_storage(region: str) -> str:
    """Return the standard AWS uses where none is named. [PCA] data protection: all regions outside China since 2023."""
    return "CCPC_LEVEL_1_OR_HIGHER" if facts.partition(region) == "aws-cn" else "FIPS_140_2_LEVEL_3_OR_HIGHER"


def _is_whole(authority: Resource) -> bool:
    """Tell whether a CA was made at all: an apply that failed leaves one without an ARN behind."""
    try:
        return bool(authority.attributes["arn"].startswith("arn:") and _subject(authority))
    except INCOMPLETE:
        return False


def _entry(authority: Resource, inventory: Inventory, keys: Mapping[str, str]) -> dict[str, Any]:
    if not _is_whole(authority):
        raise Unexpressed(NOT_WHOLE)
    has = authority.attributes
    configuration = has["certificate_authority_configuration"][0]
    region = has["arn"].split(":")[3]
    storage = has.get("key_storage_security_standard")
    return {
        "type": has["type"],
        **_activation(authority, inventory, keys),
        "subject": _subject(authority),
        "key_algorithm": configuration["key_algorithm"],
        "signing_algorithm": configuration["signing_algorithm"],
        "usage_mode": has.get("usage_mode") or "GENERAL_PURPOSE",
        "key_storage_security_standard": None if storage == default_key_storage(region) else storage or None,
        "enabled": has.get("enabled") is not False,
        "permanent_deletion_time_in_days": has.get("permanent_deletion_time_in_days") or 30,
        "revocation_configuration": _revocation(has.get("revocation_configuration")),
        "permissions": _permissions(has["arn"], inventory),
        "tags": has.get("tags") or {},
    }


def _subject(authority: Resource) -> dict[str, str]:
    """Return the subject's fields; a state writes those that are not set as empty text."""
    blocks = authority.attributes["certificate_authority_configuration"][0]["subject"]
    return {name: str(value) for name, value in blocks[0].items() if value}


def _activation(authority: Resource, inventory: Inventory, keys: Mapping[str, str]) -> dict[str, Any]:
    """Return parent, path length and validity, read from the certificate that was issued for the CA's own request."""
    certificate = _own_certificate(authority, inventory)
    template = _TEMPLATE.search(certificate.get("template_arn") or "")
    if template is None:
        raise Unexpressed(f"its certificate was made from {certificate.get('template_arn') or 'an unknown template'}")
    issuer = certificate["certificate_authority_arn"]
    if issuer != authority.attributes["arn"] and issuer not in keys:
        raise Unexpressed(f"its parent {issuer} is not in this spec; parents elsewhere are not built yet")
    validity = certificate["validity"][0]
    value = validity["value"] if validity["type"] == "END_DATE" else int(validity["value"])
    return {
        "parent": None if template["root"] else keys[issuer],
        "path_length": None if template["root"] else int(template["length"]),
        "validity": {"type": validity["type"], "value": value},
    }


def _own_certificate(authority: Resource, inventory: Inventory) -> Mapping[str, Any]:
    """Return the certificate of the CA: the one for its request, or of several the one that is installed."""
    request = (authority.attributes.get("certificate_signing_request") or "").strip()
    found = [
        certificate.attributes
        for certificate in inventory.of_type("aws_acmpca_certificate")
        if request and (certificate.attributes.get("certificate_signing_request") or "").strip() == request
    ]
    if len(found) > 1:
        installed = (authority.attributes.get("certificate") or "").strip()
        found = [certificate for certificate in found if (certificate.get("certificate") or "").strip() == installed]
    if len(found) != 1 or not found[0].get("validity"):
        raise Unexpressed("the state does not hold the certificate that activates it; 'activation' is not built yet")
    return found[0]


def _revocation(blocks: Any) -> dict[str, Any] | None:
    """Return what is switched on; to AWS and the provider a disabled block and none at all are the same."""
    if not blocks:
        return None
    enabled = {
        name: {key: value for key, value in inner[0].items() if value not in ("", None, 0)}
        for name, inner in blocks[0].items()
        if inner and inner[0].get("enabled")
    }
    return enabled or None


def _permissions(arn: str, inventory: Inventory) -> list[dict[str, Any]]:
    return [
        {
            "principal": permission.attributes["principal"],
            "actions": [name for name in facts.ALL_PERMISSION_ACTIONS if name in permission.attributes["actions"]],
        }
        for permission in inventory.of_type("aws_acmpca_permission")
        if permission.attributes["certificate_authority_arn"] == arn
    ]
