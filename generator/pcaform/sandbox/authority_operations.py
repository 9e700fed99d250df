"""The operations on CAs themselves: create, describe, list, change, delete, and their own certificate."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding

from pcaform.sandbox.creating import create_authority
from pcaform.sandbox.importing import install_certificate
from pcaform.sandbox.operations import Answer, Operations, Request, decoded, locked, operation
from pcaform.sandbox.paging import page
from pcaform.sandbox.pem import with_chain
from pcaform.sandbox.refusal import invalid_state, validation


class AuthorityOperations(Operations):
    """Handlers by AWS's names: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Operations.html."""

    @operation
    def create_certificate_authority(self, request: Request) -> Answer:
        """Create a CA; the key is made outside the lock, it can take seconds."""
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
        """List the account's CAs, newest first; no other account shares any."""
        is_own = request.get("ResourceOwner", "SELF") == "SELF"
        found = list(self.backend.certificate_authorities.values())[::-1] if is_own else []
        shown, token = page(found, request)
        return {"CertificateAuthorities": [authority.to_json() for authority in shown], **token}

    @locked
    def update_certificate_authority(self, request: Request) -> Answer:
        """Disable, enable or change the revocation settings."""
        status, revocation = request.get("Status"), request.get("RevocationConfiguration")
        authority = self.authority(request)
        if status is None and revocation is None:
            raise validation("Either RevocationConfiguration or Status should be present")
        authority.update(status=status, revocation=revocation)
        return {}

    @locked
    def delete_certificate_authority(self, request: Request) -> Answer:
        """Delete a CA that is not ACTIVE."""
        self.authority(request).delete(restoration_days=request.get("PermanentDeletionTimeInDays"))
        return {}

    @locked
    def get_certificate_authority_csr(self, request: Request) -> Answer:
        """Return the CA's own CSR, the same text every time."""
        authority = self.authority(request)
        authority.require_not_deleted("it is not in the correct state to have a certificate signing request")
        return {"Csr": authority.request.public_bytes(Encoding.PEM).decode().strip()}

    @locked
    def import_certificate_authority_certificate(self, request: Request) -> Answer:
        """Install the CA's certificate."""
        chain = request.get("CertificateChain")
        install_certificate(
            self.authority(request),
            decoded(request["Certificate"]),
            chain=decoded(chain) if chain is not None else None,
        )
        return {}

    @locked
    def get_certificate_authority_certificate(self, request: Request) -> Answer:
        """Return what was imported, byte for byte, also of a disabled CA."""
        authority = self.authority(request)
        authority.require_not_deleted("it is not in the correct state to have a certificate")
        if authority.certificate_text is None:
            message = f"The certificate authority {authority.arn} has no certificate yet"
            raise invalid_state(message)
        return with_chain(authority.certificate_text, authority.chain_text)
