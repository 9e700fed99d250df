"""A CA's revocation configuration: AWS's defaults, its rules, and the extensions of issued certificates.

Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_RevocationConfiguration.html
"""

from __future__ import annotations

from typing import Any

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from pcaform.core import facts
from pcaform.sandbox.http.aws_error import AwsError
from pcaform.sandbox.pca.templates import Extension


def complete_revocation(settings: dict[str, Any] | None) -> dict[str, Any]:
    """Add AWS's defaults: both mechanisms are present, disabled unless enabled, and the ACL has its default.

    Raises InvalidArgsException for other parameters with Enabled=false and for an enabled CRL without bucket or
    expiration. Whether the bucket exists and can be written is not checked.
    """
    configuration = settings or {}
    crl = dict(configuration.get("CrlConfiguration") or {"Enabled": False})
    ocsp = dict(configuration.get("OcspConfiguration") or {"Enabled": False})
    for name, mechanism in (("CRL", crl), ("OCSP", ocsp)):
        if not mechanism["Enabled"] and len(mechanism) > 1:
            raise AwsError("InvalidArgsException", f"A disabled {name} configuration must contain only Enabled.")
    if crl["Enabled"]:
        missing = [key for key in ("ExpirationInDays", "S3BucketName") if key not in crl]
        if missing:
            raise AwsError("InvalidArgsException", f"An enabled CRL configuration needs {' and '.join(missing)}.")
        crl.setdefault("S3ObjectAcl", "PUBLIC_READ")
    return {"CrlConfiguration": crl, "OcspConfiguration": ocsp}


def revocation_extensions(settings: dict[str, Any], *, ca_id: str, region: str) -> list[Extension]:
    """List the extensions with the addresses where a client checks whether a certificate is revoked."""
    extensions: list[Extension] = []
    crl, ocsp = settings["CrlConfiguration"], settings["OcspConfiguration"]
    is_omitted = crl.get("CrlDistributionPointExtensionConfiguration", {}).get("OmitExtension", False)
    if crl["Enabled"] and not is_omitted:
        point = x509.DistributionPoint([_crl_address(crl, ca_id)], None, None, None)
        extensions.append((x509.CRLDistributionPoints([point]), False))
    if ocsp["Enabled"]:
        host = ocsp.get("OcspCustomCname") or f"ocsp.acm-pca.{region}.amazonaws.com"
        access = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(f"http://{host}")
        )
        extensions.append((x509.AuthorityInformationAccess([access]), False))
    return extensions


def _crl_address(crl: dict[str, Any], ca_id: str) -> x509.UniformResourceIdentifier:
    host = crl.get("CustomCname") or f"{crl['S3BucketName']}.s3.amazonaws.com"
    return x509.UniformResourceIdentifier(f"http://{host}/{crl_key(crl, ca_id)}")


def crl_key(crl: dict[str, Any], ca_id: str) -> str:
    """Return where a CA's CRL is in its bucket."""
    return facts.crl_key(crl.get("CustomPath"), ca_id)
