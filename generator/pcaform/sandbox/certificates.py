"""ACM's certificates of one account and region: private ones through the sandbox's CAs, next to moto's own.

Simplified: a certificate counts as eligible for renewal as soon as RequestCertificate has issued it and the
CA grants ACM all three actions. AWS also wants it exported or in use:
https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
"""

from __future__ import annotations

import threading
from typing import Any

from moto.acm.models import AWSCertificateManagerBackend
from moto.acmpca.models import acmpca_backends

from pcaform.sandbox.acm_certificate import PrivateCertificate, new_arn
from pcaform.sandbox.acm_issuing import Failure, obtain
from pcaform.sandbox.algorithms import generate_key
from pcaform.sandbox.cas import PrivateCaBackend
from pcaform.sandbox.refusal import Refusal, not_found, validation

# https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html, KeyAlgorithm
_KEY_ALGORITHMS = ("RSA_2048", "EC_prime256v1", "EC_secp384r1")
_DEFAULT_OPTIONS = {"CertificateTransparencyLoggingPreference": "ENABLED", "Export": "DISABLED"}
# X.520's limit of a common name, which DomainName becomes.
_LONGEST_COMMON_NAME = 64


class CertificateBackend(AWSCertificateManagerBackend):
    """The certificates of one account and region, private ones next to moto's."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = threading.RLock()

    @property
    def cas(self) -> PrivateCaBackend:
        """The CAs of the same account and region."""
        found: PrivateCaBackend = acmpca_backends[self.account_id][self.region_name]
        return found

    def request_private(self, request: dict[str, Any]) -> str:
        """Do RequestCertificate with a CA: the call succeeds, the certificate is ISSUED or FAILED at once."""
        self._refuse_impossible(request)
        token = request.get("IdempotencyToken")
        known = self._known(token)
        if known:
            return known
        domain_name = request["DomainName"]
        certificate = PrivateCertificate(
            arn=new_arn(self.account_id, region_name=self.region_name, partition=self.partition),
            common_name=domain_name,
            sans=list(dict.fromkeys([domain_name, *(request.get("SubjectAlternativeNames") or [])])),
            key_algorithm=request.get("KeyAlgorithm") or _KEY_ALGORITHMS[0],
            cert_authority_arn=request["CertificateAuthorityArn"],
            cert_options=_DEFAULT_OPTIONS | (request.get("Options") or {}),
        )
        certificate.tags.add(request.get("Tags") or [])
        certificate.failure = self._reissue(certificate)
        return self._stored(certificate, token=token)

    def renew(self, arn: str) -> None:
        """Do RenewCertificate: new key and certificate under the same ARN, or the old ones and the reason."""
        certificate = self.private(arn)
        if certificate is None or certificate.status != "ISSUED":
            raise validation(f"The certificate {arn} is not eligible for renewal")
        certificate.record_renewal(self._reissue(certificate))

    def private(self, arn: str) -> PrivateCertificate | None:
        """Look up a private certificate, None for moto's own; raises ResourceNotFoundException."""
        certificate = self._certificates.get(arn)
        if certificate is None:
            raise not_found(f"the certificate {arn}")
        return certificate if isinstance(certificate, PrivateCertificate) else None

    def is_renewable(self, certificate: PrivateCertificate) -> bool:
        """Tell whether ACM could renew now; see the module's docstring for what is simplified."""
        authority = self.cas.certificate_authorities.get(certificate.cert_authority_arn)
        is_granted = authority is not None and authority.permissions.has_full_grant(self.account_id)
        return certificate.status == "ISSUED" and is_granted

    def _refuse_impossible(self, request: dict[str, Any]) -> None:
        algorithm = request.get("KeyAlgorithm") or _KEY_ALGORITHMS[0]
        if algorithm not in _KEY_ALGORITHMS:
            message = f"The key algorithm {algorithm} is only supported for imported certificates."
            raise Refusal("InvalidParameterException", message)
        if len(request["DomainName"]) > _LONGEST_COMMON_NAME:
            message = f"The first domain name can be no longer than {_LONGEST_COMMON_NAME} characters."
            raise Refusal("InvalidParameterException", message)
        authority = self.cas.certificate_authorities.get(request["CertificateAuthorityArn"])
        if authority is not None and authority.usage_mode == "SHORT_LIVED_CERTIFICATE":
            # https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html
            message = "ACM cannot issue certificates from a CA in the usage mode SHORT_LIVED_CERTIFICATE."
            raise Refusal("InvalidParameterException", message)

    def _reissue(self, certificate: PrivateCertificate) -> str | None:
        """Give a certificate new material, made outside the locks; returns the failure's reason or None."""
        try:
            certificate.material = obtain(
                self.cas,
                certificate.cert_authority_arn,
                key=generate_key(certificate.key_algorithm),
                key_algorithm=certificate.key_algorithm,
                names=certificate.sans,
            )
        except Failure as failure:
            return failure.reason
        return None

    def _stored(self, certificate: PrivateCertificate, *, token: str | None) -> str:
        """Keep a certificate unless the same token already made one."""
        with self.lock:
            known = self._known(token)
            if known:
                return known
            self._certificates[certificate.arn] = certificate
            if token:
                self._set_idempotency_token_arn(token, certificate.arn)
            return certificate.arn

    def _known(self, token: str | None) -> str | None:
        """Return the ARN that a request with the same token got within the hour, unless it was deleted."""
        arn: str | None = self._get_arn_from_idempotency_token(token) if token else None
        return arn if arn in self._certificates else None
