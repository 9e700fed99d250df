"""ACM's issuance of a private certificate from a CA of the same sandbox, or the reason of its failure.

The reasons are the enum FailureReason of
https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from cryptography import x509

from pcaform.sandbox.acm.certificate import KeyMaterial
from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import AwsError
from pcaform.sandbox.pca.algorithms import PrivateKey, family_of, find_signature, generate_key, sign_request
from pcaform.sandbox.pca.backend import PrivateCaBackend
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.issue import IssueRequest, issue_certificate
from pcaform.sandbox.pca.name_constraints import ForbiddenNameError
from pcaform.sandbox.pca.permissions import ACM

# "valid for 13 months (395 days)": https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html
_DAYS = 395
_SIGNING = {"RSA": "SHA256WITHRSA", "EC": "SHA256WITHECDSA"}


class Failure(Exception):  # noqa: N818 - a state that a certificate ends in, not an error of this program
    """ACM could not issue; `reason` is one of ACM's FailureReason values."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def obtain_material(
    cas: PrivateCaBackend, ca_arn: str, *, key_algorithm: str, names: list[str], needs_grant: bool
) -> KeyMaterial:
    """Let a CA sign EndEntityCertificate/V1 for a new key; `names` starts with the common name.

    A renewal needs the CA's permission for ACM, a request uses the caller's own permissions on the CA.
    Raises Failure.
    """
    with cas.lock:
        _find_usable_ca(cas, ca_arn, key_algorithm=key_algorithm, needs_grant=needs_grant)
    key = generate_key(key_algorithm)
    csr = _build_csr(key, key_algorithm, names=names)
    with cas.lock:
        ca = _find_usable_ca(cas, ca_arn, key_algorithm=key_algorithm, needs_grant=needs_grant)
        issue_request = IssueRequest(
            csr=csr,
            signing_algorithm=_SIGNING[ca.key_family],
            validity={"Type": "DAYS", "Value": _DAYS},
        )
        try:
            arn = issue_certificate(ca, issue_request)
        except ForbiddenNameError as error:
            raise Failure("PCA_NAME_CONSTRAINTS_VALIDATION") from error
        except AwsError as error:
            raise Failure("PCA_REQUEST_FAILED") from error
        # AWS names the service in its audit report where ACM renews.
        cas.record_issue(arn, None, ACM if needs_grant else None)
        issued = ca.issued[arn]
        return KeyMaterial(key, issued.certificate, issued.chain, now())


def _find_usable_ca(cas: PrivateCaBackend, ca_arn: str, *, key_algorithm: str, needs_grant: bool) -> SandboxCa:
    ca: SandboxCa | None = cas.certificate_authorities.get(ca_arn)
    if ca is None:
        raise Failure("PCA_RESOURCE_NOT_FOUND")
    if needs_grant and not ca.permissions.has_full_grant(cas.account_id):
        raise Failure("PCA_ACCESS_DENIED")
    if ca.status != "ACTIVE":
        raise Failure("PCA_INVALID_STATE")
    if family_of(key_algorithm) != ca.key_family:
        raise Failure("PCA_INVALID_ARGS")
    end = now() + timedelta(days=_DAYS)
    if ca.certificate is None or ca.certificate.not_valid_after_utc < end:
        raise Failure("PCA_INVALID_DURATION")
    return ca


def _build_csr(key: PrivateKey, key_algorithm: str, *, names: list[str]) -> x509.CertificateSigningRequest:
    family = family_of(key_algorithm)
    common_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    builder = x509.CertificateSigningRequestBuilder(common_name).add_extension(
        x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
    )
    return sign_request(builder, key, signature=find_signature(_SIGNING[family], family))


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
