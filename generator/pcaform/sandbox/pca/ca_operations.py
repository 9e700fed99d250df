"""The operations on CAs themselves: create, describe, list, change, delete, and their own certificate."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding

from pcaform.sandbox.http.aws_error import validation
from pcaform.sandbox.pca.create import create_authority
from pcaform.sandbox.pca.import_certificate import install_certificate
from pcaform.sandbox.pca.operations import Answer, Operations, Request, decoded, locked, operation
from pcaform.sandbox.pca.paging import page
from pcaform.sandbox.pca.pem import with_chain

# "Although the maximum value is 1000, the action only returns a maximum of 100 items":
# https://docs.aws.amazon.com/privateca/latest/APIReference/API_ListCertificateAuthorities.html
_LARGEST_PAGE = 100


class AuthorityOperations(Operations):
    """Handlers by AWS's names: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Operations.html."""

    @operation
    def create_certificate_authority(self, request: Request) -> Answer:
        """Create a CA; the same token within five minutes creates it once."""
        # The key is made outside the lock: an RSA_4096 one can take seconds.
        token, backend = request.get("IdempotencyToken"), self.backend
        known = backend.answered("CreateCertificateAuthority", token)
        if known is None:
            authority = create_authority(
                request,
                account_id=backend.account_id,
                region_name=backend.region_name,
                partition=backend.partition,
            )
            with backend.lock:
                known = backend.answered("CreateCertificateAuthority", token)
                if known is None:
                    known = authority.arn
                    backend.add(authority, request.get("Tags"))
                    backend.remember("CreateCertificateAuthority", token, arn=known)
        return {"CertificateAuthorityArn": known}

    @locked
    def describe_certificate_authority(self, request: Request) -> Answer:
        """Describe a CA in any state."""
        return {"CertificateAuthority": self.authority(request).to_json()}

    @locked
    def list_certificate_authorities(self, request: Request) -> Answer:
        """List the account's CAs or those that others share with it, newest first, deleted ones too, 100 on a page."""
        is_own = request.get("ResourceOwner", "SELF") == "SELF"
        found = self.backend.listed() if is_own else self.shared()
        shown, token = page(found, request, largest=_LARGEST_PAGE)
        return {"CertificateAuthorities": [authority.to_json() for authority in shown], **token}

    @locked
    def update_certificate_authority(self, request: Request) -> Answer:
        """Disable or enable a CA, or change its revocation settings."""
        status, revocation = request.get("Status"), request.get("RevocationConfiguration")
        authority = self.usable("UpdateCertificateAuthority", request["CertificateAuthorityArn"])
        if status is None and revocation is None:
            raise validation("Either RevocationConfiguration or Status should be present")
        authority.update(status=status, revocation=revocation)
        return {}

    @locked
    def delete_certificate_authority(self, request: Request) -> Answer:
        """Delete a CA that is not ACTIVE; it can be restored for 7 to 30 days."""
        authority = self.usable("DeleteCertificateAuthority", request["CertificateAuthorityArn"])
        authority.delete(restoration_days=request.get("PermanentDeletionTimeInDays"))
        return {}

    @locked
    def restore_certificate_authority(self, request: Request) -> Answer:
        """Take back a deletion: the CA is in its state from before."""
        self.usable("RestoreCertificateAuthority", request["CertificateAuthorityArn"]).restore()
        return {}

    @locked
    def get_certificate_authority_csr(self, request: Request) -> Answer:
        """Return the CA's own CSR, the same text every time."""
        authority = self.usable("GetCertificateAuthorityCsr", request["CertificateAuthorityArn"])
        return {"Csr": authority.request.public_bytes(Encoding.PEM).decode().strip()}

    @locked
    def import_certificate_authority_certificate(self, request: Request) -> Answer:
        """Install the CA's certificate, which makes a waiting CA ACTIVE and renews one in use."""
        chain = request.get("CertificateChain")
        install_certificate(
            self.usable("ImportCertificateAuthorityCertificate", request["CertificateAuthorityArn"]),
            decoded(request["Certificate"]),
            chain=decoded(chain) if chain is not None else None,
        )
        return {}

    @locked
    def get_certificate_authority_certificate(self, request: Request) -> Answer:
        """Return what was imported, byte for byte, also of a disabled CA."""
        authority = self.usable("GetCertificateAuthorityCertificate", request["CertificateAuthorityArn"])
        return with_chain(authority.certificate_text or "", authority.chain_text)
