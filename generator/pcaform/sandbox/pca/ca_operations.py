"""The operations on CAs: create, describe, list, update, delete, restore, and the CA's own certificate."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding

from pcaform.sandbox.http.aws_error import validation_error
from pcaform.sandbox.pca.create import create_ca
from pcaform.sandbox.pca.import_certificate import import_certificate
from pcaform.sandbox.pca.operations import Answer, Operations, Request, decode_blob, locked, operation
from pcaform.sandbox.pca.paging import cut_page
from pcaform.sandbox.pca.pem import certificate_answer

# "Although the maximum value is 1000, the action only returns a maximum of 100 items":
# https://docs.aws.amazon.com/privateca/latest/APIReference/API_ListCertificateAuthorities.html
_LARGEST_PAGE = 100


class CaOperations(Operations):
    """Handlers by AWS's names: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Operations.html."""

    @operation
    def create_certificate_authority(self, request: Request) -> Answer:
        """Create a CA; the same token within five minutes creates it once."""
        # The key is generated outside the lock: RSA_4096 can take seconds.
        token, backend = request.get("IdempotencyToken"), self.backend
        arn = backend.find_answer("CreateCertificateAuthority", token)
        if arn is None:
            ca = create_ca(
                request,
                account_id=backend.account_id,
                region_name=backend.region_name,
                partition=backend.partition,
            )
            with backend.lock:
                arn = backend.find_answer("CreateCertificateAuthority", token)
                if arn is None:
                    arn = ca.arn
                    backend.add(ca, request.get("Tags"))
                    backend.remember_answer("CreateCertificateAuthority", token, arn=arn)
        return {"CertificateAuthorityArn": arn}

    @locked
    def describe_certificate_authority(self, request: Request) -> Answer:
        """Describe a CA in any state."""
        return {"CertificateAuthority": self.find_ca(request).to_json()}

    @locked
    def list_certificate_authorities(self, request: Request) -> Answer:
        """List the account's CAs or those shared with it, newest first, deleted ones too, 100 on a page."""
        is_own = request.get("ResourceOwner", "SELF") == "SELF"
        cas = self.backend.list_cas() if is_own else self.list_shared_cas()
        page, token = cut_page(cas, request, largest=_LARGEST_PAGE)
        return {"CertificateAuthorities": [ca.to_json() for ca in page], **token}

    @locked
    def update_certificate_authority(self, request: Request) -> Answer:
        """Disable or enable a CA, or change its revocation settings."""
        status, revocation = request.get("Status"), request.get("RevocationConfiguration")
        ca = self.find_usable_ca("UpdateCertificateAuthority", request["CertificateAuthorityArn"])
        if status is None and revocation is None:
            raise validation_error("Either RevocationConfiguration or Status should be present")
        ca.update(status=status, revocation=revocation)
        self.backend.publish_crl(ca)
        return {}

    @locked
    def delete_certificate_authority(self, request: Request) -> Answer:
        """Delete a CA that is not ACTIVE; it can be restored for 7 to 30 days."""
        ca = self.find_usable_ca("DeleteCertificateAuthority", request["CertificateAuthorityArn"])
        ca.delete(restoration_days=request.get("PermanentDeletionTimeInDays"))
        return {}

    @locked
    def restore_certificate_authority(self, request: Request) -> Answer:
        """Restore a deleted CA to its state before the deletion."""
        self.find_usable_ca("RestoreCertificateAuthority", request["CertificateAuthorityArn"]).restore()
        return {}

    @locked
    def get_certificate_authority_csr(self, request: Request) -> Answer:
        """Return the CA's own CSR, the same text every time."""
        ca = self.find_usable_ca("GetCertificateAuthorityCsr", request["CertificateAuthorityArn"])
        return {"Csr": ca.request.public_bytes(Encoding.PEM).decode().strip()}

    @locked
    def import_certificate_authority_certificate(self, request: Request) -> Answer:
        """Import the CA's certificate, which makes a pending CA ACTIVE and renews an active one."""
        chain = request.get("CertificateChain")
        ca = self.find_usable_ca("ImportCertificateAuthorityCertificate", request["CertificateAuthorityArn"])
        chain_bytes = decode_blob(chain) if chain is not None else None
        import_certificate(ca, decode_blob(request["Certificate"]), chain=chain_bytes)
        self.backend.publish_crl(ca)
        return {}

    @locked
    def get_certificate_authority_certificate(self, request: Request) -> Answer:
        """Return the imported certificate and chain, byte for byte, also of a disabled CA."""
        ca = self.find_usable_ca("GetCertificateAuthorityCertificate", request["CertificateAuthorityArn"])
        return certificate_answer(ca.certificate_text or "", ca.chain_text)
