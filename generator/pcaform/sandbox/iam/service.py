"""moto's IAM and STS with enforced policies, and with the users' permissions boundaries that moto lacks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from xml.parsers.expat import ExpatError

from moto.core.responses import ActionResult, EmptyResult
from moto.core.serialize import url_encode
from moto.iam.exceptions import InvalidInput, NotFoundException
from moto.iam.models import IAMBackend, Role, iam_backends
from moto.iam.responses import IamResponse
from moto.iam.urls import url_bases
from moto.sts.exceptions import STSClientError
from moto.sts.responses import TokenResponse

from pcaform.sandbox.iam.enforce import IamRequest, enforcement, read_resource_policy
from pcaform.sandbox.iam.query_protocol import QueryProtocol
from pcaform.sandbox.iam.request_context import identity_condition_keys, requested_identity_arn

# Federated callers do not sign requests, and every caller may call GetCallerIdentity.
_UNSIGNED = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "GetCallerIdentity"})


class EnforcedIam(QueryProtocol, IamResponse):
    """IAM's operations."""

    RESPONSE_KEY_PATH_TO_TRANSFORMER = IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER | {
        "GetPolicyVersionResponse.PolicyVersion.Document": url_encode,  # moto forgets it: '+' would be read as a space
    }

    def build_iam_request(self, operation: str) -> IamRequest:
        """Build the request for the user, role, group or policy of an operation."""
        request, account = self.parameters(), f"arn:{self.partition}:iam::{self.current_account}"
        if not request.get("UserName") and operation in {"GetUser", "CreateAccessKey", "ListAccessKeys"}:
            own = self.caller().keys.get("aws:username", ("",))
            request["UserName"] = own[0]
        resource = self._existing_arn(request) or requested_identity_arn(operation, request, account)
        return IamRequest(f"iam:{operation}", resource, identity_condition_keys(request), self.current_account)

    def _existing_arn(self, request: dict[str, str]) -> str | None:
        """Return the ARN of the resource that a request names, if it exists: the request does not have its path."""
        backend = iam_backends[self.current_account][self.partition]
        for name, resources in (
            ("InstanceProfileName", backend.instance_profiles),
            ("UserName", backend.users),
            ("RoleName", backend.roles),
            ("GroupName", backend.groups),
        ):
            if request.get(name):
                return next((resource.arn for resource in resources.values() if resource.name == request[name]), None)
        return None

    def create_user(self) -> ActionResult:
        """Create a user, with a permissions boundary if the request has one."""
        answer = super().create_user()
        boundary = self.parameters().get("PermissionsBoundary")
        if boundary:
            _set_boundary(answer.result["User"], boundary)
        return answer

    def create_service_linked_role(self) -> ActionResult:
        """Create a service-linked role; moto splits the name at its dots and fails on others."""
        name = self.parameters()["AWSServiceName"]
        if not name.endswith(".amazonaws.com"):
            raise InvalidInput(f"{name} is not the principal of a service")
        return super().create_service_linked_role()

    def put_user_permissions_boundary(self) -> ActionResult:
        """Set a user's permissions boundary."""
        request = self.parameters()
        _set_boundary(self.backend.get_user(request["UserName"]), request["PermissionsBoundary"])
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        """Remove a user's permissions boundary."""
        vars(self.backend.get_user(self.parameters()["UserName"])).pop("permissions_boundary", None)
        return EmptyResult()


class EnforcedSts(QueryProtocol, TokenResponse):
    """STS's operations; a role's trust policy must allow AssumeRole, within one account too."""

    def _determine_resource(self) -> str:
        """Return a resource for moto's own authorization, which the sandbox does not use."""
        return "*"

    def assume_role_with_saml(self) -> ActionResult:
        """Assume a role with a SAML assertion; moto does not check it and fails on one that it cannot parse."""
        try:
            return super().assume_role_with_saml()
        except (ValueError, LookupError, TypeError, AttributeError, ExpatError) as error:
            raise STSClientError("InvalidIdentityToken", "The SAML assertion cannot be read") from error

    def build_iam_request(self, operation: str) -> IamRequest | None:
        """Build the request for the role to assume, with its trust policy; None without IAM: then any role will do."""
        if operation in _UNSIGNED or not enforcement.is_on:
            return None
        request = self.parameters()
        if operation != "AssumeRole":
            return IamRequest(f"sts:{operation}", "*", {}, self.current_account)
        arn = request.get("RoleArn", "")
        owner = (arn.split(":") + [""] * 5)[4]
        roles = iam_backends[owner][self.partition].roles.values() if owner in iam_backends else []
        role = next((role for role in roles if role.arn == arn), None)
        parameters = (("sts:externalid", "ExternalId"), ("sts:rolesessionname", "RoleSessionName"))
        return IamRequest(
            "sts:AssumeRole",
            arn,
            {key: (request[name],) for key, name in parameters if request.get(name)},
            owner=owner or self.current_account,
            policy=read_resource_policy(role.assume_role_policy_document, arn) if role else None,
            is_policy_needed=True,
        )


class IamBackend(IAMBackend):
    """The backend that a server instantiates."""

    @property
    def _url_module(self) -> SimpleNamespace:
        """Return moto's URLs with the response class; moto would look for a module `urls` next to this one."""
        return SimpleNamespace(url_bases=url_bases, url_paths={"{0}/$": EnforcedIam.dispatch})

    def get_role(self, role_name: str) -> Role:
        """Return a role; AWS's words for one that is not there: Terraform's provider waits while it reads them."""
        try:
            return super().get_role(role_name)
        except NotFoundException:
            raise NotFoundException(f"The role with name {role_name} cannot be found.") from None

    def get_account_authorization_details(self, policy_filter: list[str]) -> dict[str, Any]:
        """Return all IAM principals with their policies; of AWS managed policies only attached ones (moto returns all).

        Source: the example in https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html.
        """
        answer: dict[str, Any] = super().get_account_authorization_details(policy_filter)
        policies = [
            policy for policy in answer["managed_policies"] if policy.arn.split(":")[4] != "aws" or _is_attached(policy)
        ]
        return {**answer, "managed_policies": policies}


def _is_attached(policy: Any) -> bool:
    return bool(policy.attachment_count)


def _set_boundary(user: Any, boundary: str) -> None:
    user.permissions_boundary = {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": boundary,
    }
