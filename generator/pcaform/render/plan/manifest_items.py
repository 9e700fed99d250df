"""The items of a spec that the manifest records, so that the next render can find removals and forbidden changes.

An item is `section.key`. For a CA it records the provider, its identity (what AWS never changes), and the terms of its
certificate: Terraform ignores edits of those, since replacing the certificate would revoke it.
"""

from typing import Any

from pcaform.core.facts import default_key_storage
from pcaform.render.manifest import Items
from pcaform.render.plan.module_call import without_none
from pcaform.spec.cas import CertificateAuthority, Reference
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec
from pcaform.terraform.schema import certificate_terms, identity_fields

AWS = "aws"
AUTHORITIES = "certificate_authorities"
IDENTITY = "identity"
REVOCATION = "revocation"
PRINCIPAL = "principal"
ARN = "arn"
PERMITS = "permits"
ACTIVATION = "activation"
PLAIN_SECTIONS = ("crl_buckets", "certificates")


SIGNED_IN = "signed_in"


def build_manifest_items(spec: Spec) -> Items:
    """Return the items of a stack, by `section.key`."""
    items: dict[str, dict[str, Any]] = {AWS: {"account_id": spec.aws.account_id, "region": spec.aws.region}}
    for key, authority in spec.certificate_authorities.items():
        item = _reference_item(authority) if isinstance(authority, Reference) else _ca_item(key, authority, spec)
        items[f"{AUTHORITIES}.{key}"] = item
    items |= {f"issuers.{key}": {PRINCIPAL: _principal_kind(issuer)} for key, issuer in spec.issuers.items()}
    items |= {f"{section}.{key}": {PRINCIPAL: "role"} for section, key, _ in spec.operator_roles}
    for section in PLAIN_SECTIONS:
        entries = getattr(spec, section).items()
        items |= {f"{section}.{key}": without_none({ARN: getattr(entry, ARN, None)}) for key, entry in entries}
    return items


def _ca_item(key: str, authority: CertificateAuthority, spec: Spec) -> dict[str, Any]:
    """Return the item of a CA: its provider and identity, and the terms of its certificate if it is issued here."""
    item: dict[str, Any] = {
        "managed": True,
        ARN: authority.arn,
        IDENTITY: _identity(authority, spec.region_of(key)),
        PERMITS: bool(authority.permissions and authority.activation != "pending") or None,
        "protected": authority.deletion_protection,
        REVOCATION: _enabled_revocation(authority) or None,
        "provider": _dump(authority.provider),
    }
    item[ACTIVATION] = _activation_kind(authority)
    if authority.activation is None:
        terms = {name: _dump(getattr(authority, name)) for name in certificate_terms()}
        signer = spec.certificate_authorities[authority.parent] if authority.parent else authority
        terms[SIGNED_IN] = _dump(signer.provider)
        item["certificate"] = {"generation": authority.generation, **without_none(terms)}
    return without_none(item)


def _identity(authority: CertificateAuthority, region: str) -> dict[str, Any]:
    """Return what AWS never changes; key storage that is left out is that of the region."""
    identity = {name: _dump(getattr(authority, name)) for name in identity_fields()}
    storage = authority.key_storage_security_standard or default_key_storage(region)
    return {**identity, "key_storage_security_standard": storage}


def _activation_kind(authority: CertificateAuthority) -> str | None:
    """Return how a CA gets its certificate: `certificate` if it was signed elsewhere, None if it is issued here."""
    activation = authority.activation
    return activation if activation is None or isinstance(activation, str) else "certificate"


def _enabled_revocation(authority: CertificateAuthority) -> dict[str, bool]:
    """Return each revocation block and whether it is enabled: omitting an enabled block would disable it."""
    if authority.revocation_configuration is None:
        return {}
    return {name: block.enabled for name, block in authority.revocation_configuration if block is not None}


def _principal_kind(issuer: Issuer) -> str:
    """Return the kind of an issuer's principal: changing it would destroy the old principal."""
    if issuer.is_owned:
        return "user" if issuer.role is None else "role"
    return "existing"


def _reference_item(authority: Reference) -> dict[str, Any]:
    """Return the item of a referenced CA: its ARN, and whether this stack permits ACM to renew."""
    return {"managed": False, ARN: authority.arn, PERMITS: bool(authority.permissions)}


def _dump(value: Any) -> Any:
    """Return a value as the manifest's JSON has it: what was read back must equal what is rendered anew."""
    return value.model_dump(mode="json", exclude_none=True) if hasattr(value, "model_dump") else value
