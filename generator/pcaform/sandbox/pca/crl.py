"""The CRL of a CA, written into its bucket: https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pcaform.sandbox.clock import now
from pcaform.sandbox.pca.algorithms import find_signature
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.extensions import authority_key_identifier
from pcaform.sandbox.pca.revocation import crl_key
from pcaform.sandbox.s3.by_services import write_object


def publish_crl(ca: SandboxCa, revoked_at: dict[str, datetime]) -> None:
    """Write the CRL of a CA that has one, and a certificate; `revoked_at` is by the ARN of a certificate."""
    crl = ca.revocation["CrlConfiguration"]
    if crl["Enabled"] and ca.certificate:
        body = _sign(ca, days=crl["ExpirationInDays"], revoked_at=revoked_at)
        write_object(crl["S3BucketName"], crl_key(crl, ca.ca_id), body, ca_arn=ca.arn)


def _sign(ca: SandboxCa, *, days: int, revoked_at: dict[str, datetime]) -> bytes:
    moment = now()
    builder = x509.CertificateRevocationListBuilder(ca.name, moment, moment + timedelta(days=days))
    builder = builder.add_extension(authority_key_identifier(ca), critical=False)
    builder = builder.add_extension(x509.CRLNumber(int(moment.timestamp() * 1000)), critical=False)
    for arn, issued in ca.issued.items():
        if issued.revocation_reason and issued.certificate.not_valid_after_utc > moment:
            entry = x509.RevokedCertificateBuilder(issued.certificate.serial_number, revoked_at.get(arn, moment))
            reason = issued.revocation_reason.lower().replace("certificate_authority", "ca").replace("a_a_", "aa_")
            if reason != "unspecified":  # is left out: RFC 5280, 5.3.1
                entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags[reason]), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
    signature = find_signature(ca.configuration["SigningAlgorithm"], ca.key_family)
    return builder.sign(ca.key, signature.digest, rsa_padding=signature.rsa_padding).public_bytes(Encoding.DER)
