"""How ACM gets a private certificate from a CA of the same sandbox, or why it does not.

The reasons are the enum FailureReason of
https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from cryptography import x509

from pcaform.sandbox.acm.certificate import KeyMaterial
from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import Refusal
from pcaform.sandbox.pca.algorithms import PrivateKey, family_of, generate_key, sign_request, signature_for
from pcaform.sandbox.pca.backend import PrivateCaBackend
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.issue import IssueRequest, issue
from pcaform.sandbox.pca.name_constraints import ForbiddenName

# "valid for 13 months (395 days)": https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html
_DAYS = 395
_SIGNING = {"RSA": "SHA256WITHRSA", "EC": "SHA256WITHECDSA"}


class Failure(Exception):  # noqa: N818 - a state that a certificate ends in, not an error of this program
    """Why ACM could not issue; `reason` is one of ACM's FailureReason values."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def obtain(
    cas: PrivateCaBackend, authority_arn: str, *, key_algorithm: str, names: list[str], needs_grant: bool
) -> KeyMaterial:
    """Have a CA sign EndEntityCertificate/V1 for a new key; `names` has the common name first.

    A renewal needs the CA's permission for ACM, a request uses the caller's own rights to the CA.
    Raises Failure.
    """
    with cas.lock:
        _usable(cas, authority_arn, key_algorithm=key_algorithm, needs_grant=needs_grant)
    key = generate_key(key_algorithm)
    request = _request(key, key_algorithm, names=names)
    with cas.lock:
        authority = _usable(cas, authority_arn, key_algorithm=key_algorithm, needs_grant=needs_grant)
        order = IssueRequest(
            request=request,
            signing_algorithm=_SIGNING[authority.key_family],
            validity={"Type": "DAYS", "Value": _DAYS},
        )
        try:
            issued = authority.issued[issue(authority, order)]
        except ForbiddenName as refusal:
            raise Failure("PCA_NAME_CONSTRAINTS_VALIDATION") from refusal
        except Refusal as refusal:
            raise Failure("PCA_REQUEST_FAILED") from refusal
        return KeyMaterial(key, issued.certificate, issued.chain, now())


def _usable(cas: PrivateCaBackend, authority_arn: str, *, key_algorithm: str, needs_grant: bool) -> SandboxCa:
    authority: SandboxCa | None = cas.certificate_authorities.get(authority_arn)
    if authority is None:
        raise Failure("PCA_RESOURCE_NOT_FOUND")
    if needs_grant and not authority.permissions.has_full_grant(cas.account_id):
        raise Failure("PCA_ACCESS_DENIED")
    if authority.status != "ACTIVE":
        raise Failure("PCA_INVALID_STATE")
    if family_of(key_algorithm) != authority.key_family:
        raise Failure("PCA_INVALID_ARGS")
    end = now() + timedelta(days=_DAYS)
    if authority.certificate is None or authority.certificate.not_valid_after_utc < end:
        raise Failure("PCA_INVALID_DURATION")
    return authority


def _request(key: PrivateKey, key_algorithm: str, *, names: list[str]) -> x509.CertificateSigningRequest:
    family = family_of(key_algorithm)
    common_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    builder = x509.CertificateSigningRequestBuilder(common_name).add_extension(
        x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
    )
    return sign_request(builder, key, signature=signature_for(_SIGNING[family], family))


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
