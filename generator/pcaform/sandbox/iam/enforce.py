"""Enforces IAM policies in front of the sandbox's services.

With enforcement off only cross-account requests are evaluated: the CA's resource policy must allow these in any case.
Wording of denials: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import AccessDeniedError, JsonRESTError

from pcaform.iam.documents import Document, PolicyError, read_document
from pcaform.iam.evaluator.evaluate import Effect, Policies, Request, Verdict, evaluate
from pcaform.sandbox.clock import now
from pcaform.sandbox.iam.callers import Caller, find_caller, root_caller

_CREDENTIAL = re.compile(r"Credential=([A-Z0-9]+)/")
_ORGANIZATION = "o-sandbox0000"


@dataclass
class Enforcement:
    """Whether IAM policies are enforced; one for the process, like moto's state."""

    is_on: bool = False


enforcement = Enforcement()


@dataclass(frozen=True, slots=True)
class IamRequest:
    """A request in IAM's terms; `owner` is the resource's account, `policy` the resource policy."""

    action: str
    resource: str
    keys: dict[str, tuple[str, ...]]
    owner: str
    policy: Document | None = None
    is_policy_needed: bool = False


class QueryError(AccessDeniedError):
    """An error of the query services (IAM, STS) in XML; `status` is HTTP's."""

    def __init__(self, code: str, message: str, *, status: int = 403) -> None:
        super(AccessDeniedError, self).__init__(code, message)
        self.code = status


class IamEnforced:
    """A mixin for moto's response classes: moto calls it to authorize every action."""

    is_query = False

    def build_iam_request(self, operation: str) -> IamRequest | None:
        """Build the IAM request of an operation, None for operations that any caller may call; each service does."""
        raise NotImplementedError

    def _authenticate_and_authorize_normal_action(self, resource: str = "*") -> None:  # noqa: ARG002 - moto's name
        """Deny a request that is not allowed, or to which a policy that cannot be read applies."""
        response: Any = self
        try:
            self._authorize(self.build_iam_request(response._get_action()), response)  # noqa: SLF001 - moto names it so
        except PolicyError as error:
            raise self.access_denied(str(error)) from None

    def _authorize(self, iam_request: IamRequest | None, response: Any) -> None:
        if iam_request is None or (not enforcement.is_on and iam_request.owner == response.current_account):
            return
        caller = self.caller()
        verdict = evaluate_request(caller, iam_request, region=response.region)
        if not verdict.is_allowed:
            raise self.access_denied(_format_denial(caller, iam_request, verdict))

    def call_action(self) -> Any:
        """Answer a request; an operation that moto lacks is HTTP 501, which SDKs do not retry."""
        response: Any = super()
        try:
            return response.call_action()
        except NotImplementedError as error:
            answer: Any = self._build_error("NotImplemented", f"The sandbox cannot do this: {error}")
            return 501, {}, answer.description

    def caller(self) -> Caller:
        """Return the caller who signs the request; raises AWS's error for unknown or expired credentials."""
        response: Any = self
        account, partition = response.current_account, response.partition
        if not enforcement.is_on:
            return root_caller(account, partition)
        match = _CREDENTIAL.search(response.headers.get("Authorization", ""))
        caller = find_caller(match[1], account_id=account, partition=partition) if match else None
        if caller is None or (caller.token and response.headers.get("X-Amz-Security-Token") != caller.token):
            raise self._unknown_credentials()
        if caller.ends_at and caller.ends_at <= now():
            code = "ExpiredToken" if self.is_query else "ExpiredTokenException"
            raise self._build_error(code, "The security token included in the request is expired")
        return caller

    def access_denied(self, message: str) -> Exception:
        """Build AWS's access denied error in the format of the service."""
        return self._build_error("AccessDenied" if self.is_query else "AccessDeniedException", message)

    def _unknown_credentials(self) -> Exception:
        code = "InvalidClientTokenId" if self.is_query else "UnrecognizedClientException"
        return self._build_error(code, "The security token included in the request is invalid.")

    def _build_error(self, code: str, message: str) -> Exception:
        if self.is_query:
            return QueryError(code, message)
        error: Exception = JsonRESTError(code, message)
        return error


def evaluate_request(caller: Caller, iam_request: IamRequest, *, region: str, is_via_service: bool = False) -> Verdict:
    """Evaluate a request of a caller; `is_via_service` if an AWS service calls with the caller's permissions."""
    moment = now()
    keys = {
        "aws:requestedregion": (region,),
        "aws:securetransport": ("true",),
        "aws:sourceip": ("127.0.0.1",),
        "aws:viaawsservice": ("true" if is_via_service else "false",),
        "aws:principalisawsservice": ("false",),
        "aws:principalorgid": (_ORGANIZATION,),
        "aws:resourceaccount": (iam_request.owner,),
        "aws:currenttime": (moment.isoformat(),),
        "aws:epochtime": (str(int(moment.timestamp())),),
        **caller.keys,
        **iam_request.keys,
    }
    policies = Policies(
        identity=caller.identity,
        boundary=caller.boundary,
        session=caller.session,
        resource=iam_request.policy,
        is_resource_policy_needed=iam_request.is_policy_needed,
    )
    return evaluate(
        Request(caller.principal, iam_request.action, iam_request.resource, keys, iam_request.owner), policies
    )


def read_resource_policy(text: str | None, name: str) -> Document | None:
    """Read the policy of a CA or role, None if it has none."""
    return read_document(text, name) if text else None


def _format_denial(caller: Caller, iam_request: IamRequest, verdict: Verdict) -> str:
    action, resource = iam_request.action, iam_request.resource
    denied = f"User: {caller.principal.arn} is not authorized to perform: {action} on resource: {resource}"
    if verdict.effect is Effect.EXPLICIT_DENY:
        return f"{denied} with an explicit deny in a {verdict.kind}".replace(" a identity", " an identity")
    return f"{denied} because no {verdict.kind} allows the {action} action"
