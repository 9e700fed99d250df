"""The operations on the certificates that a CA issues."""

from __future__ import annotations

import re

from pcaform.sandbox.http.aws_error import Refusal, not_found
from pcaform.sandbox.pca.csr import read_request
from pcaform.sandbox.pca.issue import IssueRequest, issue
from pcaform.sandbox.pca.operations import Answer, Operations, Request, decoded, locked
from pcaform.sandbox.pca.pem import certificate_text, chain_text, with_chain
from pcaform.sandbox.pca.revoke import revoke

_CERTIFICATE_ARN = re.compile(
    r"arn:[\w-]+:acm-pca:[\w-]+:\d{12}:certificate-authority/[0-9a-f-]{36}/certificate/[0-9a-f]{32}"
)


class CertificateOperations(Operations):
    """Handlers by AWS's names: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Operations.html."""

    @locked
    def issue_certificate(self, request: Request) -> Answer:
        """Sign a CSR; the same token within five minutes gets the first certificate, whatever else it asks for.

        AWS "will issue only one": https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html
        """
        token, authority = request.get("IdempotencyToken"), self.authority(request)
        scope = f"IssueCertificate {authority.arn}"
        known = self.backend.answered(scope, token)
        if known is None:
            known = issue(authority, _order(request))
            self.backend.remember(scope, token, arn=known)
        return {"CertificateArn": known}

    @locked
    def get_certificate(self, request: Request) -> Answer:
        """Return an issued certificate, revoked or not, with its chain up to the root.

        AWS's words for an ARN that is no certificate's: https://github.com/hashicorp/terraform-provider-aws/issues/45137
        """
        authority, arn = self.usable("GetCertificate", request["CertificateAuthorityArn"]), request["CertificateArn"]
        if not _CERTIFICATE_ARN.fullmatch(arn):
            raise Refusal("InvalidArnException", "Not a valid arn.")
        issued = authority.issued.get(arn)
        if issued is None:
            raise not_found(f"the certificate {arn}")
        return with_chain(certificate_text(issued.certificate), chain_text(issued.chain))

    @locked
    def revoke_certificate(self, request: Request) -> Answer:
        """Revoke an issued certificate."""
        revoke(self.authority(request), request["CertificateSerial"], reason=request["RevocationReason"])
        return {}


def _order(request: Request) -> IssueRequest:
    return IssueRequest(
        request=read_request(decoded(request["Csr"])),
        signing_algorithm=request["SigningAlgorithm"],
        validity=request["Validity"],
        start=request.get("ValidityNotBefore"),
        template_arn=request.get("TemplateArn"),
        passthrough=request.get("ApiPassthrough") or {},
    )
