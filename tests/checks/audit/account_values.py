"""CAs, certificates, buckets and trust anchors as values, and what the audit says of an account with them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, mldsa

from pcaform.checks.audit.check import audit_snapshot
from pcaform.checks.audit.rule import Audit
from pcaform.sources.account_snapshot import (
    AccountSnapshot,
    Bucket,
    CaStatus,
    Certificate,
    Permission,
    TrustAnchor,
)

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ARN = "arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/00000000-0000-0000-0000-000000000000"
ACTIONS = ("IssueCertificate", "GetCertificate", "ListPermissions")


def authority(
    *,
    crl: dict[str, Any] | None = None,
    actions: tuple[str, ...] = ACTIONS,
    kind: str = "SUBORDINATE",
    key: str = "EC_prime256v1",
    has_ocsp: bool = False,
    **more: Any,
) -> CaStatus:
    arguments = {
        "type": kind,
        "usage_mode": "GENERAL_PURPOSE",
        "certificate_authority_configuration": [{"key_algorithm": key, "subject": [{"common_name": "CA"}]}],
        "revocation_configuration": [
            {
                "crl_configuration": [{"enabled": crl is not None, **(crl or {})}],
                "ocsp_configuration": [{"enabled": has_ocsp}],
            }
        ],
    }
    permissions = (Permission("acm.amazonaws.com", actions),) if actions else ()
    settled = {"arn": ARN, "status": "ACTIVE", "ends": NOW + timedelta(days=3000), "permissions": permissions}
    return CaStatus(arguments=arguments, **{**settled, **more})


def certificate(days: int, **more: Any) -> Certificate:
    return Certificate(f"{ARN}/c", "www.example", ARN, **{"status": "ISSUED", **more}, ends=NOW + timedelta(days=days))


def bucket(*statements: dict[str, Any], **more: Any) -> Bucket:
    allowing = [{"Effect": "Allow", "Resource": "arn:aws:s3:::lists/*", **each} for each in statements]
    return Bucket("lists", policy=json.dumps({"Version": "2012-10-17", "Statement": allowing}), **more)


def anchor(authority: str = "", bundle: str = "", *, is_enabled: bool = True, updated: datetime = NOW) -> TrustAnchor:
    arn = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/11111111-2222-3333-4444-555555555555"
    return TrustAnchor(arn, "workloads", is_enabled, authority, bundle, updated)


def audit_of(
    *authorities: CaStatus, held: Any = (), of: Bucket | None = None, framework: str = "", **more: Any
) -> Audit:
    buckets = {"lists": of} if of else {}
    snapshot = AccountSnapshot("111122223333", ("eu-west-1",), authorities, tuple(held), buckets, **more)
    return audit_snapshot(snapshot, now=NOW, expiring=timedelta(days=90), framework=framework)[0]


def messages_of(*authorities: CaStatus, **more: Any) -> list[str]:
    return [f"{each.subject}: {each.message}" for each in audit_of(*authorities, **more).findings]


def certificate_pem(start: datetime, *, days: int, is_post_quantum: bool = False) -> str:
    """Return a certificate that signs itself."""
    key: Any = mldsa.MLDSA65PrivateKey.generate() if is_post_quantum else ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bundle")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=days))
    signed = builder.sign(key, None if is_post_quantum else hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()
