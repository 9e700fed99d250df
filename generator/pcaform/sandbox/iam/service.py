"""IAM and STS as moto serves them, behind the gate; users get the permissions boundary that moto leaves out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from xml.parsers.expat import ExpatError

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.exceptions import InvalidInput
from moto.iam.models import IAMBackend, iam_backends
from moto.iam.responses import IamResponse
from moto.iam.urls import url_bases
from moto.sts.exceptions import STSClientError
from moto.sts.responses import TokenResponse

from pcaform.sandbox.iam.enforce import Asked, enforcement, resource_document
from pcaform.sandbox.iam.query_protocol import Query
from pcaform.sandbox.iam.request_context import identity_arn, identity_keys

# Federated callers sign nothing, and everybody may ask who they are.
_UNSIGNED = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "GetCallerIdentity"})


class EnforcedIam(Query, IamResponse):
    """IAM's operations."""

    def asked(self, operation: str) -> Asked:
        """Name the user, role, group or policy that a request is about."""
        request, account = self.parameters(), f"arn:{self.partition}:iam::{self.current_account}"
        if not request.get("UserName") and operation in {"GetUser", "CreateAccessKey", "ListAccessKeys"}:
            own = self.caller().keys.get("aws:username", ("",))
            request["UserName"] = own[0]
        resource = self._existing_arn(request) or identity_arn(operation, request, account)
        return Asked(f"iam:{operation}", resource, identity_keys(request), self.current_account)

    def _existing_arn(self, request: dict[str, str]) -> str | None:
        """Return the ARN of what a request names, if it exists: its path is not in the request."""
        backend = iam_backends[self.current_account][self.partition]
        for name, found in (
            ("InstanceProfileName", backend.instance_profiles),
            ("UserName", backend.users),
            ("RoleName", backend.roles),
            ("GroupName", backend.groups),
        ):
            if request.get(name):
                return next((each.arn for each in found.values() if each.name == request[name]), None)
        return None

    def create_user(self) -> ActionResult:
        """Create a user, with a boundary if one is named."""
        answer = super().create_user()
        boundary = self.parameters().get("PermissionsBoundary")
        if boundary:
            _limit(answer.result["User"], boundary)
        return answer

    def create_service_linked_role(self) -> ActionResult:
        """Create a service's role; moto takes the name apart at its dots."""
        name = self.parameters()["AWSServiceName"]
        if not name.endswith(".amazonaws.com"):
            raise InvalidInput(f"{name} is not the principal of a service")
        return super().create_service_linked_role()

    def put_user_permissions_boundary(self) -> ActionResult:
        """Set a user's boundary."""
        request = self.parameters()
        _limit(self.backend.get_user(request["UserName"]), request["PermissionsBoundary"])
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        """Remove a user's boundary."""
        vars(self.backend.get_user(self.parameters()["UserName"])).pop("permissions_boundary", None)
        return EmptyResult()


class EnforcedSts(Query, TokenResponse):
    """STS's operations; to assume a role its trust policy must allow it, also in one account."""

    def _determine_resource(self) -> str:
        """Return what moto wants to know before anything is judged; the gate asks in its own way."""
        return "*"

    def assume_role_with_saml(self) -> ActionResult:
        """Assume a role with a SAML assertion, of which moto checks nothing: where it stumbles it was none."""
        try:
            return super().assume_role_with_saml()
        except (ValueError, LookupError, TypeError, AttributeError, ExpatError) as error:
            raise STSClientError("InvalidIdentityToken", "The SAML assertion cannot be read") from error

    def asked(self, operation: str) -> Asked | None:
        """Name the role that is to be assumed, with its trust policy; without IAM any role of any account is there."""
        if operation in _UNSIGNED or not enforcement.is_on:
            return None
        request = self.parameters()
        if operation != "AssumeRole":
            return Asked(f"sts:{operation}", "*", {}, self.current_account)
        arn = request.get("RoleArn", "")
        owner = (arn.split(":") + [""] * 5)[4]
        roles = iam_backends[owner][self.partition].roles.values() if owner in iam_backends else []
        role = next((found for found in roles if found.arn == arn), None)
        wanted = (("sts:externalid", "ExternalId"), ("sts:rolesessionname", "RoleSessionName"))
        return Asked(
            "sts:AssumeRole",
            arn,
            {key: (request[name],) for key, name in wanted if request.get(name)},
            owner=owner or self.current_account,
            policy=resource_document(role.assume_role_policy_document, arn) if role else None,
            is_policy_needed=True,
        )


class IamBackend(IAMBackend):
    """The backend that a server instantiates."""

    @property
    def _url_module(self) -> SimpleNamespace:
        """Tell moto which class answers; it would look for a module of URLs next to this one."""
        return SimpleNamespace(url_bases=url_bases, url_paths={"{0}/$": EnforcedIam.dispatch})

    def get_account_authorization_details(self, policy_filter: list[str]) -> dict[str, Any]:
        """Return everybody with their policies; of AWS's own only those that somebody has, where moto returns all.

        Source: the example in https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html.
        """
        answer: dict[str, Any] = super().get_account_authorization_details(policy_filter)
        policies = [each for each in answer["managed_policies"] if each.arn.split(":")[4] != "aws" or _is_held(each)]
        return {**answer, "managed_policies": policies}


def _is_held(policy: Any) -> bool:
    return bool(policy.attachment_count)


def _limit(user: Any, boundary: str) -> None:
    user.permissions_boundary = {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": boundary,
    }
