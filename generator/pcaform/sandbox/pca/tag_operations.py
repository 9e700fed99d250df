"""The operations on a CA's tags; moto keeps them, the sandbox adds their rules and that the CA must exist."""

from __future__ import annotations

from pcaform.sandbox.pca.operations import Answer, Operations, Request, locked
from pcaform.sandbox.pca.paging import page
from pcaform.sandbox.pca.tags import check_count, check_tags


class TagOperations(Operations):
    """Handlers by AWS's names: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Operations.html."""

    @locked
    def list_tags(self, request: Request) -> Answer:
        """List a CA's tags, in pages."""
        authority = self.usable("ListTags", request["CertificateAuthorityArn"])
        tags = [
            {"Key": key} if value is None else {"Key": key, "Value": value}
            for key, value in self.backend.tagger.get_tag_dict_for_resource(authority.arn).items()
        ]
        shown, token = page(tags, request)
        return {"Tags": shown, **token}

    @locked
    def tag_certificate_authority(self, request: Request) -> Answer:
        """Set tags on a CA, 50 at most; a key that is there gets the new value."""
        authority = self.usable("TagCertificateAuthority", request["CertificateAuthorityArn"])
        check_tags(request["Tags"])
        present = self.backend.tagger.get_tag_dict_for_resource(authority.arn)
        check_count(present, [tag["Key"] for tag in request["Tags"]])
        self.backend.tag_certificate_authority(authority.arn, request["Tags"])
        return {}

    @locked
    def untag_certificate_authority(self, request: Request) -> Answer:
        """Remove tags from a CA: by key, or only where the value fits if one is given."""
        authority = self.usable("UntagCertificateAuthority", request["CertificateAuthorityArn"])
        check_tags(request["Tags"])
        self.backend.untag_certificate_authority(authority.arn, request["Tags"])
        return {}
