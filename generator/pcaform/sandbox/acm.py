"""ACM as moto serves it: the operations that meet private certificates; public ones stay moto's business."""

from __future__ import annotations

import json
from types import SimpleNamespace

from moto.acm.responses import AWSCertificateManagerResponse
from moto.acm.urls import url_bases
from moto.core.responses import ActionResult, EmptyResult

from pcaform.sandbox.certificates import CertificateBackend
from pcaform.sandbox.constraints import check_request
from pcaform.sandbox.wire import answering_refusals


class CertificateResponse(AWSCertificateManagerResponse):
    """The operations that differ; https://docs.aws.amazon.com/acm/latest/APIReference/API_Operations.html."""

    @property
    def backend(self) -> CertificateBackend:
        """The backend of the request's account and region, typed."""
        backend: CertificateBackend = self.acm_backend
        return backend

    @answering_refusals
    def request_certificate(self) -> ActionResult:
        """Request a private certificate where a CA is named."""
        request = json.loads(self.body)
        if not request.get("CertificateAuthorityArn"):
            return super().request_certificate()
        check_request("acm", "RequestCertificate", request)
        return ActionResult({"CertificateArn": self.backend.request_private(request)})

    @answering_refusals
    def renew_certificate(self) -> ActionResult:
        """Renew a private certificate."""
        request = json.loads(self.body)
        check_request("acm", "RenewCertificate", request)
        self.backend.renew(request["CertificateArn"])
        return EmptyResult()

    @answering_refusals
    def describe_certificate(self) -> ActionResult:
        """Describe a certificate; whether a private one can be renewed depends on its CA as it is now."""
        certificate = self.backend.private(json.loads(self.body)["CertificateArn"])
        if certificate is None:
            return super().describe_certificate()
        answer = certificate.describe()
        if self.backend.is_renewable(certificate):
            answer["Certificate"]["RenewalEligibility"] = "ELIGIBLE"
        return ActionResult(answer)

    def list_certificates(self) -> ActionResult:
        """List all certificates; moto reuses the description, whose lists AWS shortens in a summary."""
        with self.backend.lock:
            answer = super().list_certificates()
        for summary in answer.result["CertificateSummaryList"]:
            if summary["Type"] == "PRIVATE":
                summary["SubjectAlternativeNameSummaries"] = summary.pop("SubjectAlternativeNames")
                for usages in ("KeyUsages", "ExtendedKeyUsages"):
                    summary[usages] = [usage["Name"] for usage in summary.get(usages, [])]
        return answer

    @answering_refusals
    def get_certificate(self) -> ActionResult:
        """Return a certificate and its chain; a failed private one has neither."""
        return super().get_certificate()

    @answering_refusals
    def export_certificate(self) -> ActionResult:
        """Export a certificate with its key; a failed private one has neither."""
        return super().export_certificate()


class ServedAcm(CertificateBackend):
    """The backend that a server instantiates."""

    @property
    def _url_module(self) -> SimpleNamespace:
        """Tell moto which class answers; it would look for a module of URLs next to this one."""
        return SimpleNamespace(url_bases=url_bases, url_paths={"{0}/$": CertificateResponse.dispatch})
