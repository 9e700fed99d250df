"""The operations that say who may use a CA: permissions of the ACM service and resource policies."""

from __future__ import annotations

from pcaform.sandbox.authority import Authority
from pcaform.sandbox.operations import Answer, Operations, Request, locked
from pcaform.sandbox.paging import page
from pcaform.sandbox.refusal import invalid_state, not_found


class AccessOperations(Operations):
    """Handlers by AWS's names: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Operations.html."""

    @locked
    def create_permission(self, request: Request) -> Answer:
        """Let ACM use an ACTIVE CA."""
        authority = self.authority(request)
        _require_active(authority)
        authority.permissions.create(
            request["Principal"], request["Actions"], source_account=self._source_account(request)
        )
        return {}

    @locked
    def list_permissions(self, request: Request) -> Answer:
        """List what ACM may do with a CA."""
        authority = self.authority(request)
        authority.require_not_deleted("its permissions cannot be listed")
        shown, token = page(authority.permissions.listed(), request)
        return {"Permissions": [permission.to_json() for permission in shown], **token}

    @locked
    def delete_permission(self, request: Request) -> Answer:
        """Withdraw what ACM may do with a CA."""
        authority = self.authority(request)
        authority.require_not_deleted("its permissions cannot be changed")
        authority.permissions.delete(request["Principal"], source_account=self._source_account(request))
        return {}

    @locked
    def put_policy(self, request: Request) -> Answer:
        """Attach a resource policy to an ACTIVE CA; moto stores it unread."""
        authority = self.backend.find(request["ResourceArn"])
        _require_active(authority)
        authority.policy = request["Policy"]
        return {}

    @locked
    def get_policy(self, request: Request) -> Answer:
        """Return a CA's resource policy."""
        authority = self.backend.find(request["ResourceArn"])
        authority.require_not_deleted("its policy cannot be read")
        if authority.policy is None:
            raise not_found(f"a policy of {authority.arn}")
        return {"Policy": authority.policy}

    @locked
    def delete_policy(self, request: Request) -> Answer:
        """Remove a CA's resource policy."""
        authority = self.backend.find(request["ResourceArn"])
        authority.require_not_deleted("its policy cannot be changed")
        authority.policy = None
        return {}

    def _source_account(self, request: Request) -> str:
        account: str = request.get("SourceAccount") or self.current_account
        return account


def _require_active(authority: Authority) -> None:
    if authority.status != "ACTIVE":
        raise invalid_state(f"The certificate authority {authority.arn} is not in the ACTIVE state")
