"""What a stack's manifest remembers of the spec: enough for the next render to see what left or may not change.

An item is `section.key`. Of a CA it keeps where it lives, what makes it the CA that it is, and what its certificate was
issued with, since Terraform ignores edits of the latter: replacing the certificate would revoke it.
"""

from typing import Any

from pcaform.render.manifest import Items
from pcaform.render.plan.module_call import without_none
from pcaform.spec.cas import CertificateAuthority, Reference
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec

AWS = "aws"
AUTHORITIES = "certificate_authorities"
IDENTITY = "identity"
_IDENTITY = ("type", "subject", "key_algorithm", "signing_algorithm", "usage_mode")
"""What AWS never changes on a CA: with another of these it is another CA, with another key and another ARN."""
_TERMS = ("parent", "path_length", "validity", "api_passthrough")
REVOCATION = "revocation"
PRINCIPAL = "principal"
ARN = "arn"
PERMITS = "permits"
ACTIVATION = "activation"
PLAIN_SECTIONS = ("crl_buckets", "certificates")


SIGNED_IN = "signed_in"


def build_manifest_items(spec: Spec) -> Items:
    """Return the items of a stack, by `section.key`."""
    found: dict[str, dict[str, Any]] = {AWS: {"account_id": spec.aws.account_id, "region": spec.aws.region}}
    for key, authority in spec.certificate_authorities.items():
        remembered = _reference(authority) if isinstance(authority, Reference) else _authority(authority, spec)
        found[f"{AUTHORITIES}.{key}"] = remembered
    found |= {f"issuers.{key}": {PRINCIPAL: _principal(issuer)} for key, issuer in spec.issuers.items()}
    found |= {f"{section}.{key}": {PRINCIPAL: "role"} for section, key, _ in spec.duties}
    for section in PLAIN_SECTIONS:
        entries = getattr(spec, section).items()
        found |= {f"{section}.{key}": without_none({ARN: getattr(each, ARN, None)}) for key, each in entries}
    return found


def _authority(authority: CertificateAuthority, spec: Spec) -> dict[str, Any]:
    """Return what is kept of a CA: its place, and its certificate's terms where the certificate is issued here."""
    remembered: dict[str, Any] = {
        "managed": True,
        ARN: authority.arn,
        IDENTITY: {name: _dumped(getattr(authority, name)) for name in _IDENTITY},
        PERMITS: bool(authority.permissions and authority.activation != "pending") or None,
        "protected": authority.deletion_protection,
        REVOCATION: _revocation(authority) or None,
        "provider": _dumped(authority.provider),
    }
    remembered[ACTIVATION] = _activation(authority)
    if authority.activation is None:
        terms = {name: _dumped(getattr(authority, name)) for name in _TERMS}
        signer = spec.certificate_authorities[authority.parent] if authority.parent else authority
        terms[SIGNED_IN] = _dumped(signer.provider)
        remembered["certificate"] = {"generation": authority.generation, **without_none(terms)}
    return without_none(remembered)


def _activation(authority: CertificateAuthority) -> str | None:
    """Return how a CA gets its certificate: `certificate` where it was signed elsewhere, none if it is issued here."""
    activation = authority.activation
    return activation if activation is None or isinstance(activation, str) else "certificate"


def _revocation(authority: CertificateAuthority) -> dict[str, bool]:
    """Return how revoked certificates are published, and whether that is on: leaving a block out switches it off."""
    if authority.revocation_configuration is None:
        return {}
    return {name: block.enabled for name, block in authority.revocation_configuration if block is not None}


def _principal(issuer: Issuer) -> str:
    """Return what an issuer is: turning one kind into another destroys the first."""
    if issuer.is_owned:
        return "user" if issuer.role is None else "role"
    return "existing"


def _reference(authority: Reference) -> dict[str, Any]:
    """Return what is kept of a CA of somebody else: which one it is, and whether this stack permits ACM to renew."""
    return {"managed": False, ARN: authority.arn, PERMITS: bool(authority.permissions)}


def _dumped(value: Any) -> Any:
    return value.model_dump(exclude_none=True) if hasattr(value, "model_dump") else value
