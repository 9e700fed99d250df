"""A CA's revocation settings: AWS's defaults, its rules, and what they write into issued certificates.

Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_RevocationConfiguration.html
"""

from __future__ import annotations

from typing import Any

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from pcaform.sandbox.http.aws_error import Refusal
from pcaform.sandbox.pca.templates import Extension


def completed(settings: dict[str, Any] | None) -> dict[str, Any]:
    """Fill in what AWS fills in: both mechanisms present, disabled unless enabled, and the ACL's default.

    Raises InvalidArgsException for parameters beside Enabled=false and for an enabled CRL without bucket or
    expiration. That the bucket exists and may be written is not checked.
    """
    given = settings or {}
    crl = dict(given.get("CrlConfiguration") or {"Enabled": False})
    ocsp = dict(given.get("OcspConfiguration") or {"Enabled": False})
    for name, mechanism in (("CRL", crl), ("OCSP", ocsp)):
        if not mechanism["Enabled"] and len(mechanism) > 1:
            raise Refusal("InvalidArgsException", f"A disabled {name} configuration must contain only Enabled.")
    if crl["Enabled"]:
        missing = [key for key in ("ExpirationInDays", "S3BucketName") if key not in crl]
        if missing:
            raise Refusal("InvalidArgsException", f"An enabled CRL configuration needs {' and '.join(missing)}.")
        crl.setdefault("S3ObjectAcl", "PUBLIC_READ")
    return {"CrlConfiguration": crl, "OcspConfiguration": ocsp}


def pointers(settings: dict[str, Any], *, authority_id: str, region: str) -> list[Extension]:
    """List the extensions that tell a client where to ask whether a certificate is revoked."""
    found: list[Extension] = []
    crl, ocsp = settings["CrlConfiguration"], settings["OcspConfiguration"]
    is_omitted = crl.get("CrlDistributionPointExtensionConfiguration", {}).get("OmitExtension", False)
    if crl["Enabled"] and not is_omitted:
        point = x509.DistributionPoint([_crl_address(crl, authority_id)], None, None, None)
        found.append((x509.CRLDistributionPoints([point]), False))
    if ocsp["Enabled"]:
        host = ocsp.get("OcspCustomCname") or f"ocsp.acm-pca.{region}.amazonaws.com"
        access = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(f"http://{host}")
        )
        found.append((x509.AuthorityInformationAccess([access]), False))
    return found


def _crl_address(crl: dict[str, Any], authority_id: str) -> x509.UniformResourceIdentifier:
    host = crl.get("CustomCname") or f"{crl['S3BucketName']}.s3.amazonaws.com"
    folder = (crl.get("CustomPath") or "crl").strip("/")
    return x509.UniformResourceIdentifier(f"http://{host}/{folder}/{authority_id}.crl")
