"""ACM's certificates of one account and region: private ones through the sandbox's CAs, next to moto's own."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

from moto.acm.models import AWSCertificateManagerBackend
from moto.acmpca.models import acmpca_backends

from pcaform.sandbox.acm.certificate import PrivateCertificate, new_arn
from pcaform.sandbox.acm.issue import Failure, obtain
from pcaform.sandbox.acm.list_certificates import Summary, summarize
from pcaform.sandbox.acm.renewal import Renewal
from pcaform.sandbox.acm.tags import check_tags
from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import Refusal, not_found, validation
from pcaform.sandbox.pca.backend import PrivateCaBackend

# https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html, KeyAlgorithm
_KEY_ALGORITHMS = ("RSA_2048", "EC_prime256v1", "EC_secp384r1")
_DEFAULT_OPTIONS = {"CertificateTransparencyLoggingPreference": "ENABLED", "Export": "DISABLED"}
# The default quota "domain names per ACM certificate", private ones included:
# https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
_MOST_NAMES = 10
# "Idempotency tokens time out after one hour", API_RequestCertificate as above.
_TOKEN_LIFETIME = timedelta(hours=1)
# X.520's limit of a common name, which DomainName becomes.
_LONGEST_COMMON_NAME = 64


class CertificateBackend(AWSCertificateManagerBackend):
    """The certificates of one account and region, private ones next to moto's."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = threading.RLock()
        self._answers: dict[str, tuple[datetime, str]] = {}

    @property
    def cas(self) -> PrivateCaBackend:
        """The CAs of the same account and region."""
        found: PrivateCaBackend = acmpca_backends[self.account_id][self.region_name]
        return found

    def request_private(self, request: dict[str, Any], *, may_issue: bool) -> str:
        """Do RequestCertificate with a CA: the call succeeds, the certificate is ISSUED or FAILED at once.

        `may_issue` tells whether the caller has rights to the CA, with which ACM issues.
        """
        self._refuse_impossible(request)
        token = request.get("IdempotencyToken")
        known = self._known(token)
        if known:
            return known
        certificate = self._requested(request)
        certificate.failure = self._reissue(certificate, needs_grant=False) if may_issue else "PCA_ACCESS_DENIED"
        return self._stored(certificate, token=token)

    def renew(self, arn: str) -> None:
        """Do RenewCertificate; raises ValidationException for what the API does not renew.

        The text about the export is AWS's, as https://github.com/crossplane-contrib/provider-aws/issues/908 shows it.
        """
        certificate = self.private(arn)
        if certificate is None or certificate.status != "ISSUED":
            raise validation(f"The certificate {arn} is not eligible for renewal")
        if not certificate.is_exported:
            message = (
                f"Certificate ARN {arn} has not been exported so it is not eligible for the Renew Certificate API."
            )
            raise validation(message)
        self.attempt_renewal(certificate)

    def attempt_renewal(self, certificate: PrivateCertificate) -> None:
        """Put a new key and certificate under the same ARN, or keep the old ones and the reason."""
        failure = self._reissue(certificate, needs_grant=True)
        certificate.renewal = Renewal(now(), failure)

    def private_certificates(self) -> list[PrivateCertificate]:
        """List the private certificates, oldest first."""
        return [item for item in list(self._certificates.values()) if isinstance(item, PrivateCertificate)]

    def summaries(self) -> list[Summary]:
        """Summarize all certificates, oldest first."""
        return [_summary(certificate) for certificate in list(self._certificates.values())]

    def delete_certificate(self, arn: str) -> None:
        """Do DeleteCertificate; raises ResourceInUseException, which moto does not know."""
        certificate = self.private(arn)
        if certificate is not None and certificate.in_use_by:
            raise Refusal("ResourceInUseException", f"The certificate {arn} is in use.")
        super().delete_certificate(arn)

    def private(self, arn: str) -> PrivateCertificate | None:
        """Look up a private certificate, None for moto's own; raises ResourceNotFoundException."""
        certificate = self._certificates.get(arn)
        if certificate is None:
            raise not_found(f"the certificate {arn}")
        return certificate if isinstance(certificate, PrivateCertificate) else None

    def _refuse_impossible(self, request: dict[str, Any]) -> None:
        check_tags(request.get("Tags") or [])
        algorithm = request.get("KeyAlgorithm") or _KEY_ALGORITHMS[0]
        if algorithm not in _KEY_ALGORITHMS:
            message = f"The key algorithm {algorithm} is only supported for imported certificates."
            raise Refusal("InvalidParameterException", message)
        if len(request["DomainName"]) > _LONGEST_COMMON_NAME:
            message = f"The first domain name can be no longer than {_LONGEST_COMMON_NAME} characters."
            raise Refusal("InvalidParameterException", message)
        if len(_names(request)) > _MOST_NAMES:
            raise Refusal("LimitExceededException", f"Certificate has too many domains, at most {_MOST_NAMES}.")
        authority = self.cas.certificate_authorities.get(request["CertificateAuthorityArn"])
        if authority is not None and authority.usage_mode == "SHORT_LIVED_CERTIFICATE":
            # https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html
            message = "ACM cannot issue certificates from a CA in the usage mode SHORT_LIVED_CERTIFICATE."
            raise Refusal("InvalidParameterException", message)

    def _requested(self, request: dict[str, Any]) -> PrivateCertificate:
        certificate = PrivateCertificate(
            arn=new_arn(self.account_id, region_name=self.region_name, partition=self.partition),
            common_name=request["DomainName"],
            sans=_names(request),
            key_algorithm=request.get("KeyAlgorithm") or _KEY_ALGORITHMS[0],
            cert_authority_arn=request["CertificateAuthorityArn"],
            cert_options=_DEFAULT_OPTIONS | (request.get("Options") or {}),
        )
        certificate.tags.add(request.get("Tags") or [])
        return certificate

    def _reissue(self, certificate: PrivateCertificate, *, needs_grant: bool) -> str | None:
        """Give a certificate new material, its key made outside the locks; returns the failure's reason or None."""
        try:
            certificate.material = obtain(
                self.cas,
                certificate.cert_authority_arn,
                key_algorithm=certificate.key_algorithm,
                names=certificate.sans,
                needs_grant=needs_grant,
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
                self._answers[token] = (now(), certificate.arn)
            return certificate.arn

    def _known(self, token: str | None) -> str | None:
        """Return the ARN that a request with the same token got within the hour, unless it was deleted."""
        answered_at, arn = self._answers.get(token or "", (None, ""))
        is_fresh = answered_at is not None and now() - answered_at <= _TOKEN_LIFETIME
        return arn if is_fresh and arn in self._certificates else None


def _summary(certificate: Any) -> Summary:
    certificate.check()
    is_exported = isinstance(certificate, PrivateCertificate) and certificate.exported_at is not None
    return summarize(certificate.describe()["Certificate"], is_exported=is_exported)


def _names(request: dict[str, Any]) -> list[str]:
    """List the names of a request, the domain name first and each once."""
    return list(dict.fromkeys([request["DomainName"], *(request.get("SubjectAlternativeNames") or [])]))
