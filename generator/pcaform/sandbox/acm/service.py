"""moto's ACM with the operations on private certificates replaced; public certificates remain moto's."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from moto.acm.responses import AWSCertificateManagerResponse
from moto.acm.urls import url_bases
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult

from pcaform.core.facts import DEFAULT_KEY
from pcaform.sandbox.acm.backend import CertificateBackend
from pcaform.sandbox.acm.list_certificates import select_certificates
from pcaform.sandbox.acm.passphrase import decode_passphrase
from pcaform.sandbox.acm.tags import check_tags
from pcaform.sandbox.http.aws_error import AwsError, translate_aws_errors
from pcaform.sandbox.http.model_validation import check_request
from pcaform.sandbox.iam.certificate_condition_keys import keys_of_algorithm
from pcaform.sandbox.iam.enforce import IamEnforced, IamRequest, enforcement, evaluate_request
from pcaform.sandbox.iam.request_context import ca_condition_keys, certificate_condition_keys, requested_certificate_arn


class CertificateResponse(IamEnforced, AWSCertificateManagerResponse):
    """The operations that differ; https://docs.aws.amazon.com/acm/latest/APIReference/API_Operations.html."""

    @property
    def backend(self) -> CertificateBackend:
        """The backend of the request's account and region, typed."""
        backend: CertificateBackend = self.acm_backend
        return backend

    def build_iam_request(self, operation: str) -> IamRequest:
        """Build the request for the certificate of an operation, with the certificate's tags."""
        request = self._request()
        account = f"arn:{self.partition}:acm:{self.region}:{self.current_account}"
        arn = requested_certificate_arn(operation, request, account)
        keys = certificate_condition_keys(operation, request)
        certificate = self.backend._certificates.get(arn)  # noqa: SLF001 - moto has no other way to look without failing
        for name, value in (certificate.tags if certificate else {}).items():
            keys[f"aws:resourcetag/{name.lower()}"] = (value or "",)
        return IamRequest(f"acm:{operation}", arn, keys, self.current_account)

    def _authorize(self, iam_request: IamRequest | None, response: Any) -> None:
        """Authorize AddTagsToCertificate too for a request with tags, on a certificate that does not exist yet.

        https://github.com/hashicorp/terraform-provider-aws/issues/11903
        """
        super()._authorize(iam_request, response)
        if (
            iam_request is not None
            and iam_request.action == "acm:RequestCertificate"
            and "aws:tagkeys" in iam_request.keys
        ):
            tags = {
                key: values
                for key, values in iam_request.keys.items()
                if key.startswith(("aws:requesttag/", "aws:tagkeys"))
            }
            super()._authorize(
                IamRequest("acm:AddTagsToCertificate", iam_request.resource, tags, iam_request.owner), response
            )

    def _may_issue(self, arn: str, key_algorithm: str) -> bool:
        """Tell whether the caller may issue from a CA through ACM, which itself has no permissions there."""
        if not enforcement.is_on:
            return True
        keys = ca_condition_keys("IssueCertificate", {}, self.partition) | keys_of_algorithm(key_algorithm)
        iam_request = IamRequest("acm-pca:IssueCertificate", arn, keys, self.current_account)
        return evaluate_request(self.caller(), iam_request, region=self.region, is_via_service=True).is_allowed

    @translate_aws_errors
    def request_certificate(self) -> ActionResult:
        """Request a private certificate if the request names a CA."""
        request = self._request()
        if not request.get("CertificateAuthorityArn"):
            return super().request_certificate()
        key_algorithm = request.get("KeyAlgorithm") or DEFAULT_KEY
        may_issue = self._may_issue(request["CertificateAuthorityArn"], key_algorithm)
        return ActionResult({"CertificateArn": self.backend.request_private(request, may_issue=may_issue)})

    @translate_aws_errors
    def renew_certificate(self) -> ActionResult:
        """Renew a private certificate."""
        self.backend.renew(self._request()["CertificateArn"])
        return EmptyResult()

    @translate_aws_errors
    def list_certificates(self) -> ActionResult:
        """List all certificates, only RSA ones unless Includes names key types."""
        request = self._request()
        with self.backend.lock:
            summaries = self.backend.list_summaries()
        return ActionResult(select_certificates(summaries, request))

    @translate_aws_errors
    def get_certificate(self) -> ActionResult:
        """Return a certificate and its chain; a failed private one has neither."""
        return super().get_certificate()

    @translate_aws_errors
    def export_certificate(self) -> ActionResult:
        """Export a certificate with its key; a failed private one has neither."""
        request = self._request()
        passphrase = decode_passphrase(request)
        certificate = self.backend.find_private(request["CertificateArn"])
        return super().export_certificate() if certificate is None else ActionResult(certificate.export(passphrase))

    @translate_aws_errors
    def delete_certificate(self) -> ActionResult:
        """Delete a certificate that is not in use."""
        return super().delete_certificate()

    @translate_aws_errors
    def update_certificate_options(self) -> ActionResult:
        """Refuse private certificates, as AWS does: https://github.com/aws-controllers-k8s/community/issues/2773."""
        request = self._request()
        if self.backend.find_private(request["CertificateArn"]) is None:
            raise NotImplementedError("moto has no options of public certificates to update")
        message = "The UpdateCertificateOptions command is not permitted for private certificates"
        raise AwsError("InvalidStateException", message)

    @translate_aws_errors
    def add_tags_to_certificate(self) -> ActionResult:
        """Add tags, at most 50 in all."""
        check_tags(self._request()["Tags"])
        return super().add_tags_to_certificate()

    @translate_aws_errors
    def remove_tags_from_certificate(self) -> ActionResult:
        """Remove tags by key; if a value is sent too, only where it is the same."""
        check_tags(self._request()["Tags"])
        return super().remove_tags_from_certificate()

    def _authenticate_and_authorize_normal_action(self, resource: str = "*") -> None:
        """Authorize the request, then check it against AWS's model."""
        super()._authenticate_and_authorize_normal_action(resource)
        try:
            check_request("acm", self._get_action(), self._request())
        except AwsError as error:
            raise JsonRESTError(error.code, error.message) from None

    def _request(self) -> dict[str, Any]:
        request: dict[str, Any] = json.loads(self.body)
        return request


class AcmBackend(CertificateBackend):
    """The backend that a server instantiates."""

    @property
    def _url_module(self) -> SimpleNamespace:
        """Return moto's URLs with the response class; moto would look for a module `urls` next to this one."""
        return SimpleNamespace(url_bases=url_bases, url_paths={"{0}/$": CertificateResponse.dispatch})
