"""The permissions of the ACM service on a CA: CreatePermission, ListPermissions, DeletePermission.

Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreatePermission.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import AwsError, validation_error

ACM = "acm.amazonaws.com"
# All three are needed to issue and to renew: https://docs.aws.amazon.com/privateca/latest/userguide/PcaPermissions.html
FULL_GRANT = frozenset({"IssueCertificate", "GetCertificate", "ListPermissions"})


@dataclass(frozen=True)
class Permission:
    """One permission; a CA has at most one for each principal and source account."""

    authority_arn: str
    source_account: str
    actions: tuple[str, ...]
    created_at: datetime
    principal: str = ACM

    def to_json(self) -> dict[str, Any]:
        """Build the item of ListPermissions."""
        return {
            "CertificateAuthorityArn": self.authority_arn,
            "CreatedAt": self.created_at.timestamp(),
            "Principal": self.principal,
            "SourceAccount": self.source_account,
            "Actions": list(self.actions),
            "Policy": self._build_policy(),
        }

    def _build_policy(self) -> str:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": self.principal},
            "Action": [f"acm-pca:{action}" for action in self.actions],
            "Resource": self.authority_arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": self.source_account}},
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


class Permissions:
    """The permissions of one CA, by source account, oldest first."""

    _authority_arn: str
    _by_account: dict[str, Permission]

    def __init__(self, authority_arn: str) -> None:
        self._authority_arn = authority_arn
        self._by_account = {}

    def create(self, principal: str, actions: list[str], *, source_account: str) -> None:
        """Create a permission; raises PermissionAlreadyExistsException even if the actions differ."""
        _require_acm(principal)
        if source_account in self._by_account:
            message = "The designated permission has already been given to the user."
            raise AwsError("PermissionAlreadyExistsException", message)
        self._by_account[source_account] = Permission(
            self._authority_arn, source_account, tuple(dict.fromkeys(actions)), now()
        )

    def delete(self, principal: str, *, source_account: str) -> None:
        """Delete a permission; raises ResourceNotFoundException if there is none."""
        _require_acm(principal)
        if self._by_account.pop(source_account, None) is None:
            message = f"Could not find a permission of {self._authority_arn} for {principal} and {source_account}."
            raise AwsError("ResourceNotFoundException", message)

    def list_all(self) -> list[Permission]:
        """List the permissions, oldest first."""
        return list(self._by_account.values())

    def has_full_grant(self, account_id: str) -> bool:
        """Tell whether ACM may issue and renew for an account: it has all three actions."""
        permission = self._by_account.get(account_id)
        return permission is not None and frozenset(permission.actions) >= FULL_GRANT


def _require_acm(principal: str) -> None:
    if principal != ACM:
        raise validation_error(f"The principal {principal} is not supported; the only valid principal is {ACM}.")
