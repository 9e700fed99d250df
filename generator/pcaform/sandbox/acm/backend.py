"""The ACM certificates of one account and region: private ones issued by the sandbox's CAs, next to moto's."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

from moto.acm.models import AWSCertificateManagerBackend
from moto.acmpca.models import acmpca_backends

from pcaform.sandbox.acm.certificate import PrivateCertificate, new_arn
from pcaform.sandbox.acm.issue import Failure, obtain_material
from pcaform.sandbox.acm.list_certificates import Summary, summarize
from pcaform.sandbox.acm.renewal import Renewal
from pcaform.sandbox.acm.tags import check_tags
from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import AwsError, not_found, validation_error
from pcaform.sandbox.pca.backend import PrivateCaBackend

# https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html, KeyAlgorithm
_KEY_ALGORITHMS = ("RSA_2048", "EC_prime256v1", "EC_secp384r1")
_DEFAULT_OPTIONS = {"CertificateTransparencyLoggingPreference": "ENABLED", "Export": "DISABLED"}
# The default quota "domain names per ACM certificate", private ones included:
# https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
_MAX_NAMES = 10
# "Idempotency tokens time out after one hour", API_RequestCertificate as above.
_TOKEN_LIFETIME = timedelta(hours=1)
# X.520's limit of a common name, which DomainName becomes.
_MAX_COMMON_NAME_LENGTH = 64


class CertificateBackend(AWSCertificateManagerBackend):
    """The certificates of one account and region, private ones next to moto's."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = threading.RLock()
        self._answers: dict[str, tuple[datetime, str]] = {}

    @property
    def cas(self) -> PrivateCaBackend:
        """The CAs of the same account and region."""
        backend: PrivateCaBackend = acmpca_backends[self.account_id][self.region_name]
        return backend

    def request_private(self, request: dict[str, Any], *, may_issue: bool) -> str:
        """Perform RequestCertificate with a CA: the call succeeds, the certificate is ISSUED or FAILED at once.

        `may_issue` is whether the caller may issue from the CA; ACM issues with the caller's permissions.
        """
        self._check_request(request)
        token = request.get("IdempotencyToken")
        answered_arn = self._find_answer(token)
        if answered_arn:
            return answered_arn
        certificate = self._create_certificate(request)
        certificate.failure = self._reissue(certificate, needs_grant=False) if may_issue else "PCA_ACCESS_DENIED"
        return self._store(certificate, token=token)

    def renew(self, arn: str) -> None:
        """Perform RenewCertificate; raises ValidationException for a certificate that the API does not renew.

        The message about the export is AWS's, see https://github.com/crossplane-contrib/provider-aws/issues/908.
        """
        certificate = self.find_private(arn)
        if certificate is None or certificate.status != "ISSUED":
            raise validation_error(f"The certificate {arn} is not eligible for renewal")
        if not certificate.is_exported:
            message = (
                f"Certificate ARN {arn} has not been exported so it is not eligible for the Renew Certificate API."
            )
            raise validation_error(message)
        self.attempt_renewal(certificate)

    def attempt_renewal(self, certificate: PrivateCertificate) -> None:
        """Store a new key and certificate under the same ARN, or keep the old ones and the failure reason."""
        failure = self._reissue(certificate, needs_grant=True)
        certificate.renewal = Renewal(now(), failure)

    def list_private_certificates(self) -> list[PrivateCertificate]:
        """List the private certificates, oldest first."""
        return [item for item in list(self._certificates.values()) if isinstance(item, PrivateCertificate)]

    def list_summaries(self) -> list[Summary]:
        """Summarize all certificates, oldest first."""
        return [_summarize(certificate) for certificate in list(self._certificates.values())]

    def delete_certificate(self, arn: str) -> None:
        """Perform DeleteCertificate; raises ResourceInUseException, which moto does not have."""
        certificate = self.find_private(arn)
        if certificate is not None and certificate.in_use_by:
            raise AwsError("ResourceInUseException", f"The certificate {arn} is in use.")
        super().delete_certificate(arn)

    def find_private(self, arn: str) -> PrivateCertificate | None:
        """Look up a private certificate, None for one of moto's; raises ResourceNotFoundException."""
        certificate = self._certificates.get(arn)
        if certificate is None:
            raise not_found(f"the certificate {arn}")
        return certificate if isinstance(certificate, PrivateCertificate) else None

    def _check_request(self, request: dict[str, Any]) -> None:
        check_tags(request.get("Tags") or [])
        algorithm = request.get("KeyAlgorithm") or _KEY_ALGORITHMS[0]
        if algorithm not in _KEY_ALGORITHMS:
            message = f"The key algorithm {algorithm} is only supported for imported certificates."
            raise AwsError("InvalidParameterException", message)
        if len(request["DomainName"]) > _MAX_COMMON_NAME_LENGTH:
            message = f"The first domain name can be no longer than {_MAX_COMMON_NAME_LENGTH} characters."
            raise AwsError("InvalidParameterException", message)
        if len(_list_names(request)) > _MAX_NAMES:
            raise AwsError("LimitExceededException", f"Certificate has too many domains, at most {_MAX_NAMES}.")
        ca = self.cas.certificate_authorities.get(request["CertificateAuthorityArn"])
        if ca is not None and ca.usage_mode == "SHORT_LIVED_CERTIFICATE":
            # https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html
            message = "ACM cannot issue certificates from a CA in the usage mode SHORT_LIVED_CERTIFICATE."
            raise AwsError("InvalidParameterException", message)

    def _create_certificate(self, request: dict[str, Any]) -> PrivateCertificate:
        certificate = PrivateCertificate(
            arn=new_arn(self.account_id, region_name=self.region_name, partition=self.partition),
            common_name=request["DomainName"].lower(),
            sans=_list_names(request),
            key_algorithm=request.get("KeyAlgorithm") or _KEY_ALGORITHMS[0],
            cert_authority_arn=request["CertificateAuthorityArn"],
            cert_options=_DEFAULT_OPTIONS | (request.get("Options") or {}),
        )
        certificate.tags.add(request.get("Tags") or [])
        return certificate

    def _reissue(self, certificate: PrivateCertificate, *, needs_grant: bool) -> str | None:
        """Give a certificate new key material, generated outside the locks; returns the failure reason or None."""
        try:
            certificate.material = obtain_material(
                self.cas,
                certificate.cert_authority_arn,
                key_algorithm=certificate.key_algorithm,
                names=certificate.sans,
                needs_grant=needs_grant,
            )
        except Failure as failure:
            return failure.reason
        return None

    def _store(self, certificate: PrivateCertificate, *, token: str | None) -> str:
        """Store a certificate, unless a request with the same token has already created one."""
        with self.lock:
            answered_arn = self._find_answer(token)
            if answered_arn:
                return answered_arn
            self._certificates[certificate.arn] = certificate
            if token:
                self._answers[token] = (now(), certificate.arn)
            return certificate.arn

    def _find_answer(self, token: str | None) -> str | None:
        """Return the ARN that a request with the same token got within the hour, unless it was deleted."""
        answered_at, arn = self._answers.get(token or "", (None, ""))
        is_fresh = answered_at is not None and now() - answered_at <= _TOKEN_LIFETIME
        return arn if is_fresh and arn in self._certificates else None


def _summarize(certificate: Any) -> Summary:
    certificate.check()
    is_exported = isinstance(certificate, PrivateCertificate) and certificate.exported_at is not None
    return summarize(certificate.describe()["Certificate"], is_exported=is_exported)


def _list_names(request: dict[str, Any]) -> list[str]:
    """List the names of a request, the domain name first and each once."""
    names = [request["DomainName"], *(request.get("SubjectAlternativeNames") or [])]
    return list(dict.fromkeys(name.lower() for name in names))
