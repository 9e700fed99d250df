"""The operations that say who may use a CA: permissions of the ACM service and resource policies."""

from __future__ import annotations

from pcaform.sandbox.http.aws_error import not_found
from pcaform.sandbox.pca.operations import Answer, Operations, Request, locked
from pcaform.sandbox.pca.paging import page
from pcaform.sandbox.pca.resource_policy import check


class AccessOperations(Operations):
    """Handlers by AWS's names: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Operations.html."""

    @locked
    def create_permission(self, request: Request) -> Answer:
        """Let ACM use a CA, for one source account; without one it is the caller's."""
        authority = self.usable("CreatePermission", request["CertificateAuthorityArn"])
        authority.permissions.create(
            request["Principal"], request["Actions"], source_account=self._source_account(request)
        )
        return {}

    @locked
    def list_permissions(self, request: Request) -> Answer:
        """List what ACM may do with a CA, in pages."""
        authority = self.usable("ListPermissions", request["CertificateAuthorityArn"])
        shown, token = page(authority.permissions.listed(), request)
        return {"Permissions": [permission.to_json() for permission in shown], **token}

    @locked
    def delete_permission(self, request: Request) -> Answer:
        """Withdraw what ACM may do with a CA."""
        authority = self.usable("DeletePermission", request["CertificateAuthorityArn"])
        authority.permissions.delete(request["Principal"], source_account=self._source_account(request))
        return {}

    @locked
    def put_policy(self, request: Request) -> Answer:
        """Attach a resource policy of one of AWS's forms to a CA, in place of the one before."""
        authority = self.usable("PutPolicy", request["ResourceArn"])
        check(request["Policy"], authority_arn=authority.arn)
        authority.policy = request["Policy"]
        return {}

    @locked
    def get_policy(self, request: Request) -> Answer:
        """Return a CA's resource policy, byte for byte."""
        authority = self.usable("GetPolicy", request["ResourceArn"])
        if authority.policy is None:
            raise not_found(f"a policy of {authority.arn}")
        return {"Policy": authority.policy}

    @locked
    def delete_policy(self, request: Request) -> Answer:
        """Remove a CA's resource policy; succeeds where there is none."""
        self.usable("DeletePolicy", request["ResourceArn"]).policy = None
        return {}

    def _source_account(self, request: Request) -> str:
        account: str = request.get("SourceAccount") or self.current_account
        return account
