"""The operations on the certificates that a CA issues."""

from __future__ import annotations

from pcaform.sandbox.issuing import Order, issue
from pcaform.sandbox.operations import Answer, Operations, Request, decoded, locked
from pcaform.sandbox.pem import certificate_text, chain_text, read_request, with_chain
from pcaform.sandbox.refusal import not_found
from pcaform.sandbox.revoking import revoke


class CertificateOperations(Operations):
    """Handlers by AWS's names: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Operations.html."""

    @locked
    def issue_certificate(self, request: Request) -> Answer:
        """Sign a CSR."""
        token, authority = request.get("IdempotencyToken"), self.authority(request)
        scope = f"IssueCertificate {authority.arn}"
        known = self.backend.answered(scope, token)
        if known is None:
            known = issue(authority, _order(request))
            self.backend.remember(scope, token, arn=known)
        return {"CertificateArn": known}

    @locked
    def get_certificate(self, request: Request) -> Answer:
        """Return an issued certificate, revoked or not, with its chain up to the root."""
        authority, arn = self.authority(request), request["CertificateArn"]
        authority.require_not_deleted("it is not in the correct state to have issued certificates")
        issued = authority.issued.get(arn)
        if issued is None:
            raise not_found(f"the certificate {arn}")
        return with_chain(certificate_text(issued.certificate), chain_text(issued.chain))

    @locked
    def revoke_certificate(self, request: Request) -> Answer:
        """Revoke an issued certificate."""
        revoke(self.authority(request), request["CertificateSerial"], reason=request["RevocationReason"])
        return {}


def _order(request: Request) -> Order:
    return Order(
        request=read_request(decoded(request["Csr"])),
        signing_algorithm=request["SigningAlgorithm"],
        validity=request["Validity"],
        start=request.get("ValidityNotBefore"),
        template_arn=request.get("TemplateArn"),
    )
