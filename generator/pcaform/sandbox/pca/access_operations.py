"""The operations that control access to a CA: permissions of the ACM service and resource policies."""

from __future__ import annotations

from pcaform.sandbox.http.aws_error import not_found
from pcaform.sandbox.pca.operations import Answer, Operations, Request, locked
from pcaform.sandbox.pca.paging import cut_page
from pcaform.sandbox.pca.resource_policy import check_resource_policy


class AccessOperations(Operations):
    """Handlers by AWS's names: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Operations.html."""

    @locked
    def create_permission(self, request: Request) -> Answer:
        """Give ACM permission to use a CA for one source account, by default the caller's."""
        ca = self.find_usable_ca("CreatePermission", request["CertificateAuthorityArn"])
        ca.permissions.create(request["Principal"], request["Actions"], source_account=self._source_account(request))
        return {}

    @locked
    def list_permissions(self, request: Request) -> Answer:
        """List the permissions of ACM on a CA, in pages."""
        ca = self.find_usable_ca("ListPermissions", request["CertificateAuthorityArn"])
        page, token = cut_page(ca.permissions.list_all(), request)
        return {"Permissions": [permission.to_json() for permission in page], **token}

    @locked
    def delete_permission(self, request: Request) -> Answer:
        """Delete ACM's permission on a CA."""
        ca = self.find_usable_ca("DeletePermission", request["CertificateAuthorityArn"])
        ca.permissions.delete(request["Principal"], source_account=self._source_account(request))
        return {}

    @locked
    def put_policy(self, request: Request) -> Answer:
        """Set the resource policy of a CA; it must have one of the forms that AWS documents."""
        ca = self.find_usable_ca("PutPolicy", request["ResourceArn"])
        check_resource_policy(request["Policy"], ca_arn=ca.arn)
        ca.policy = request["Policy"]
        return {}

    @locked
    def get_policy(self, request: Request) -> Answer:
        """Return a CA's resource policy, byte for byte."""
        ca = self.find_usable_ca("GetPolicy", request["ResourceArn"])
        if ca.policy is None:
            raise not_found(f"a policy of {ca.arn}")
        return {"Policy": ca.policy}

    @locked
    def delete_policy(self, request: Request) -> Answer:
        """Delete a CA's resource policy; succeeds if there is none."""
        self.find_usable_ca("DeletePolicy", request["ResourceArn"]).policy = None
        return {}

    def _source_account(self, request: Request) -> str:
        account: str = request.get("SourceAccount") or self.current_account
        return account
