"""The operations on a CA's tags; moto keeps them, the sandbox adds that the CA must exist."""

from __future__ import annotations

from pcaform.sandbox.operations import Answer, Operations, Request, locked


class TagOperations(Operations):
    """Handlers by AWS's names: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Operations.html."""

    @locked
    def list_tags(self, request: Request) -> Answer:
        """List a CA's tags."""
        answer: Answer = self.backend.list_tags(self.authority(request).arn)
        return answer

    @locked
    def tag_certificate_authority(self, request: Request) -> Answer:
        """Set tags on an existing CA."""
        self.backend.tag_certificate_authority(self.authority(request).arn, request["Tags"])
        return {}

    @locked
    def untag_certificate_authority(self, request: Request) -> Answer:
        """Remove tags from an existing CA."""
        self.backend.untag_certificate_authority(self.authority(request).arn, request["Tags"])
        return {}
