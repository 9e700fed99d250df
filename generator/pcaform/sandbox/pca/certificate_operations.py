"""The operations on the certificates that a CA issues."""

from __future__ import annotations

import re

from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import AwsError, not_found
from pcaform.sandbox.pca.audit_report import create_audit_report
from pcaform.sandbox.pca.csr import read_csr
from pcaform.sandbox.pca.issue import IssueRequest, issue_certificate
from pcaform.sandbox.pca.operations import Answer, Operations, Request, decode_blob, locked
from pcaform.sandbox.pca.pem import certificate_answer, certificate_text, chain_text
from pcaform.sandbox.pca.revoke import revoke_certificate

_CERTIFICATE_ARN = re.compile(
    r"arn:[\w-]+:acm-pca:[\w-]+:\d{12}:certificate-authority/[0-9a-f-]{36}/certificate/[0-9a-f]{32}"
)


class CertificateOperations(Operations):
    """Handlers by AWS's names: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Operations.html."""

    @locked
    def issue_certificate(self, request: Request) -> Answer:
        """Sign a CSR; the same token within five minutes returns the first certificate, even for another CSR.

        AWS "will issue only one": https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html
        """
        token, ca = request.get("IdempotencyToken"), self.find_ca(request)
        scope = f"IssueCertificate {ca.arn}"
        certificate_arn = self.backend.find_answer(scope, token)
        if certificate_arn is None:
            certificate_arn = issue_certificate(ca, _read_issue_request(request))
            self.backend.record_issue(certificate_arn, request.get("TemplateArn"))
            self.backend.remember_answer(scope, token, arn=certificate_arn)
        return {"CertificateArn": certificate_arn}

    @locked
    def get_certificate(self, request: Request) -> Answer:
        """Return an issued certificate, revoked or not, with its chain up to the root.

        AWS's message for an ARN of another kind: https://github.com/hashicorp/terraform-provider-aws/issues/45137
        """
        ca, arn = self.find_usable_ca("GetCertificate", request["CertificateAuthorityArn"]), request["CertificateArn"]
        if not _CERTIFICATE_ARN.fullmatch(arn):
            raise AwsError("InvalidArnException", "Not a valid arn.")
        issued = ca.issued.get(arn)
        if issued is None:
            raise not_found(f"the certificate {arn}")
        return certificate_answer(certificate_text(issued.certificate), chain_text(issued.chain))

    @locked
    def revoke_certificate(self, request: Request) -> Answer:
        """Revoke an issued certificate."""
        ca, reason = self.find_ca(request), request["RevocationReason"]
        arn = revoke_certificate(ca, request["CertificateSerial"], reason=reason)
        self.backend.uses.setdefault(arn, {})["revoked_at"] = now()
        self.backend.publish_crl(ca)
        return {}

    @locked
    def create_certificate_authority_audit_report(self, request: Request) -> Answer:
        """Write a report of what a CA issued and revoked into a bucket, at once."""
        ca = self.find_usable_ca("CreateCertificateAuthorityAuditReport", request["CertificateAuthorityArn"])
        bucket, form = request["S3BucketName"], request["AuditReportResponseFormat"]
        report = create_audit_report(ca, self.backend.uses, bucket=bucket, form=form)
        self.backend.reports[report["AuditReportId"]] = report
        return {name: report[name] for name in ("AuditReportId", "S3Key")}

    @locked
    def describe_certificate_authority_audit_report(self, request: Request) -> Answer:
        """Describe a report of a CA: it is always finished."""
        ca, report = self.find_ca(request), self.backend.reports.get(request["AuditReportId"])
        if report is None or f"/{ca.ca_id}/" not in report["S3Key"]:
            raise not_found(f"the audit report {request['AuditReportId']}")
        described = {name: report[name] for name in ("S3BucketName", "S3Key", "CreatedAt")}
        return {"AuditReportStatus": "SUCCESS", **described}


def _read_issue_request(request: Request) -> IssueRequest:
    return IssueRequest(
        csr=read_csr(decode_blob(request["Csr"])),
        signing_algorithm=request["SigningAlgorithm"],
        validity=request["Validity"],
        start=request.get("ValidityNotBefore"),
        template_arn=request.get("TemplateArn"),
        passthrough=request.get("ApiPassthrough") or {},
    )
