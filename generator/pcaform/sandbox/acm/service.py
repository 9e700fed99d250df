"""ACM as moto serves it: the operations that meet private certificates; public ones stay moto's business."""

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
from pcaform.sandbox.acm.passphrase import passphrase_of
from pcaform.sandbox.acm.tags import check_tags
from pcaform.sandbox.http.aws_error import Refusal, answering_refusals
from pcaform.sandbox.http.model_validation import check_request
from pcaform.sandbox.iam.certificate_condition_keys import keys_of_algorithm
from pcaform.sandbox.iam.enforce import Asked, IamEnforced, enforcement, judge
from pcaform.sandbox.iam.request_context import authority_keys, certificate_arn, certificate_keys


class CertificateResponse(IamEnforced, AWSCertificateManagerResponse):
    """The operations that differ; https://docs.aws.amazon.com/acm/latest/APIReference/API_Operations.html."""

    @property
    def backend(self) -> CertificateBackend:
        """The backend of the request's account and region, typed."""
        backend: CertificateBackend = self.acm_backend
        return backend

    def asked(self, operation: str) -> Asked:
        """Name the certificate that a request is about, with its tags."""
        request = self._request()
        account = f"arn:{self.partition}:acm:{self.region}:{self.current_account}"
        arn, keys = certificate_arn(operation, request, account), certificate_keys(operation, request)
        certificate = self.backend._certificates.get(arn)  # noqa: SLF001 - moto has no other way to look without failing
        for name, value in (certificate.tags if certificate else {}).items():
            keys[f"aws:resourcetag/{name.lower()}"] = (value or "",)
        return Asked(f"acm:{operation}", arn, keys, self.current_account)

    def _authorize(self, asked: Asked | None, response: Any) -> None:
        """Tags that come with a request need AddTagsToCertificate too, on a certificate that is not made yet.

        https://github.com/hashicorp/terraform-provider-aws/issues/11903
        """
        super()._authorize(asked, response)
        if asked is not None and asked.action == "acm:RequestCertificate" and "aws:tagkeys" in asked.keys:
            tags = {
                key: values for key, values in asked.keys.items() if key.startswith(("aws:requesttag/", "aws:tagkeys"))
            }
            super()._authorize(Asked("acm:AddTagsToCertificate", asked.resource, tags, asked.owner), response)

    def _may_issue(self, arn: str, key_algorithm: str) -> bool:
        """Tell whether the caller may issue from a CA when ACM calls for them; ACM has no rights of its own there."""
        if not enforcement.is_on:
            return True
        keys = authority_keys("IssueCertificate", {}, self.partition) | keys_of_algorithm(key_algorithm)
        asked = Asked("acm-pca:IssueCertificate", arn, keys, self.current_account)
        return judge(self.caller(), asked, region=self.region, is_via_service=True).is_allowed

    @answering_refusals
    def request_certificate(self) -> ActionResult:
        """Request a private certificate where a CA is named."""
        request = self._request()
        if not request.get("CertificateAuthorityArn"):
            return super().request_certificate()
        key_algorithm = request.get("KeyAlgorithm") or DEFAULT_KEY
        may_issue = self._may_issue(request["CertificateAuthorityArn"], key_algorithm)
        return ActionResult({"CertificateArn": self.backend.request_private(request, may_issue=may_issue)})

    @answering_refusals
    def renew_certificate(self) -> ActionResult:
        """Renew a private certificate."""
        self.backend.renew(self._request()["CertificateArn"])
        return EmptyResult()

    @answering_refusals
    def list_certificates(self) -> ActionResult:
        """List all certificates, RSA ones only unless Includes names key types."""
        request = self._request()
        with self.backend.lock:
            summaries = self.backend.summaries()
        return ActionResult(select_certificates(summaries, request))

    @answering_refusals
    def get_certificate(self) -> ActionResult:
        """Return a certificate and its chain; a failed private one has neither."""
        return super().get_certificate()

    @answering_refusals
    def export_certificate(self) -> ActionResult:
        """Export a certificate with its key; a failed private one has neither."""
        request = self._request()
        passphrase = passphrase_of(request)
        certificate = self.backend.private(request["CertificateArn"])
        return super().export_certificate() if certificate is None else ActionResult(certificate.export(passphrase))

    @answering_refusals
    def delete_certificate(self) -> ActionResult:
        """Delete a certificate that nothing uses."""
        return super().delete_certificate()

    @answering_refusals
    def update_certificate_options(self) -> ActionResult:
        """Refuse private certificates, as AWS does: https://github.com/aws-controllers-k8s/community/issues/2773."""
        request = self._request()
        if self.backend.private(request["CertificateArn"]) is None:
            raise NotImplementedError("moto has no options of public certificates to update")
        message = "The UpdateCertificateOptions command is not permitted for private certificates"
        raise Refusal("InvalidStateException", message)

    @answering_refusals
    def add_tags_to_certificate(self) -> ActionResult:
        """Add tags, at most 50 in all."""
        check_tags(self._request()["Tags"])
        return super().add_tags_to_certificate()

    @answering_refusals
    def remove_tags_from_certificate(self) -> ActionResult:
        """Remove tags; one that comes with a value only where the value is the same."""
        check_tags(self._request()["Tags"])
        return super().remove_tags_from_certificate()

    def _authenticate_and_authorize_normal_action(self, resource: str = "*") -> None:
        """Authorize the request, then hold it against AWS's model."""
        super()._authenticate_and_authorize_normal_action(resource)
        try:
            check_request("acm", self._get_action(), self._request())
        except Refusal as refusal:
            raise JsonRESTError(refusal.code, refusal.message) from None

    def _request(self) -> dict[str, Any]:
        request: dict[str, Any] = json.loads(self.body)
        return request


class AcmBackend(CertificateBackend):
    """The backend that a server instantiates."""

    @property
    def _url_module(self) -> SimpleNamespace:
        """Tell moto which class answers; it would look for a module of URLs next to this one."""
        return SimpleNamespace(url_bases=url_bases, url_paths={"{0}/$": CertificateResponse.dispatch})
