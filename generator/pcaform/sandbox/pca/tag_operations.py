"""The operations on a CA's tags; moto stores them, the sandbox checks the tags and the CA."""

from __future__ import annotations

from pcaform.sandbox.pca.operations import Answer, Operations, Request, locked
from pcaform.sandbox.pca.paging import cut_page
from pcaform.sandbox.pca.tags import check_count, check_tags


class TagOperations(Operations):
    """Handlers by AWS's names: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Operations.html."""

    @locked
    def list_tags(self, request: Request) -> Answer:
        """List a CA's tags, in pages."""
        ca = self.find_usable_ca("ListTags", request["CertificateAuthorityArn"])
        tags = [
            {"Key": key} if value is None else {"Key": key, "Value": value}
            for key, value in self.backend.tagger.get_tag_dict_for_resource(ca.arn).items()
        ]
        page, token = cut_page(tags, request)
        return {"Tags": page, **token}

    @locked
    def tag_certificate_authority(self, request: Request) -> Answer:
        """Set tags on a CA, at most 50; an existing key gets the new value."""
        ca = self.find_usable_ca("TagCertificateAuthority", request["CertificateAuthorityArn"])
        check_tags(request["Tags"])
        existing = self.backend.tagger.get_tag_dict_for_resource(ca.arn)
        check_count(existing, [tag["Key"] for tag in request["Tags"]])
        self.backend.tag_certificate_authority(ca.arn, request["Tags"])
        return {}

    @locked
    def untag_certificate_authority(self, request: Request) -> Answer:
        """Remove tags from a CA by key; if a value is sent too, only where it is the same."""
        ca = self.find_usable_ca("UntagCertificateAuthority", request["CertificateAuthorityArn"])
        check_tags(request["Tags"])
        self.backend.untag_certificate_authority(ca.arn, request["Tags"])
        return {}
