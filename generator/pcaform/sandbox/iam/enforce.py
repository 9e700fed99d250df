"""IAM in front of the sandbox's services: a request goes through only if the caller's policies let it.

Switched off, only what crosses accounts is judged: there the CA's own policy must allow it in any case.
Wording of refusals: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import AccessDeniedError, JsonRESTError

from pcaform.iam.evaluator.documents import Document, PolicyError, read_document
from pcaform.iam.evaluator.evaluate import Effect, Policies, Request, Verdict, evaluate
from pcaform.sandbox.clock import now
from pcaform.sandbox.iam.callers import Caller, find_caller, root_of

_CREDENTIAL = re.compile(r"Credential=([A-Z0-9]+)/")
_ORGANIZATION = "o-sandbox0000"


@dataclass
class Enforcement:
    """Whether IAM counts; one for a process, as moto's state is."""

    is_on: bool = False


enforcement = Enforcement()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in IAM's terms; `owner` is the resource's account, `policy` the resource's own."""

    action: str
    resource: str
    keys: dict[str, tuple[str, ...]]
    owner: str
    policy: Document | None = None
    is_policy_needed: bool = False


class QueryError(AccessDeniedError):
    """A refusal of the query services (IAM, STS) in XML; `status` is HTTP's."""

    def __init__(self, code: str, message: str, *, status: int = 403) -> None:
        super(AccessDeniedError, self).__init__(code, message)
        self.code = status


class IamEnforced:
    """For moto's response classes: moto asks for authorization before every action."""

    is_query = False

    def asked(self, operation: str) -> Asked | None:
        """Say what a request asks for, None for what everybody may; each service says it."""
        raise NotImplementedError

    def _authenticate_and_authorize_normal_action(self, resource: str = "*") -> None:  # noqa: ARG002 - moto's name
        """Refuse what is not allowed, and what a policy that cannot be read speaks about."""
        response: Any = self
        try:
            self._authorize(self.asked(response._get_action()), response)  # noqa: SLF001 - moto names it so
        except PolicyError as error:
            raise self.denial(str(error)) from None

    def _authorize(self, asked: Asked | None, response: Any) -> None:
        if asked is None or (not enforcement.is_on and asked.owner == response.current_account):
            return
        caller = self.caller()
        verdict = judge(caller, asked, region=response.region)
        if not verdict.is_allowed:
            raise self.denial(_because(caller, asked, verdict))

    def call_action(self) -> Any:
        """Answer a request; what moto has not is HTTP 501, which no SDK tries again."""
        response: Any = super()
        try:
            return response.call_action()
        except NotImplementedError as error:
            answer: Any = self._error("NotImplemented", f"The sandbox cannot do this: {error}")
            return 501, {}, answer.description

    def caller(self) -> Caller:
        """Return who signs the request; raises what AWS answers to credentials that it does not know."""
        response: Any = self
        account, partition = response.current_account, response.partition
        if not enforcement.is_on:
            return root_of(account, partition)
        match = _CREDENTIAL.search(response.headers.get("Authorization", ""))
        found = find_caller(match[1], account_id=account, partition=partition) if match else None
        if found is None or (found.token and response.headers.get("X-Amz-Security-Token") != found.token):
            raise self._unknown()
        if found.ends_at and found.ends_at <= now():
            code = "ExpiredToken" if self.is_query else "ExpiredTokenException"
            raise self._error(code, "The security token included in the request is expired")
        return found

    def denial(self, message: str) -> Exception:
        """Make AWS's refusal in the form of the service."""
        return self._error("AccessDenied" if self.is_query else "AccessDeniedException", message)

    def _unknown(self) -> Exception:
        code = "InvalidClientTokenId" if self.is_query else "UnrecognizedClientException"
        return self._error(code, "The security token included in the request is invalid.")

    def _error(self, code: str, message: str) -> Exception:
        if self.is_query:
            return QueryError(code, message)
        error: Exception = JsonRESTError(code, message)
        return error


def judge(caller: Caller, asked: Asked, *, region: str, is_via_service: bool = False) -> Verdict:
    """Decide what a caller asks for; `is_via_service` where an AWS service calls with the caller's rights."""
    moment = now()
    keys = {
        "aws:requestedregion": (region,),
        "aws:securetransport": ("true",),
        "aws:sourceip": ("127.0.0.1",),
        "aws:viaawsservice": ("true" if is_via_service else "false",),
        "aws:principalisawsservice": ("false",),
        "aws:principalorgid": (_ORGANIZATION,),
        "aws:resourceaccount": (asked.owner,),
        "aws:currenttime": (moment.isoformat(),),
        "aws:epochtime": (str(int(moment.timestamp())),),
        **caller.keys,
        **asked.keys,
    }
    policies = Policies(
        identity=caller.identity,
        boundary=caller.boundary,
        session=caller.session,
        resource=asked.policy,
        is_resource_policy_needed=asked.is_policy_needed,
    )
    return evaluate(Request(caller.principal, asked.action, asked.resource, keys, asked.owner), policies)


def resource_document(text: str | None, name: str) -> Document | None:
    """Read the policy of a CA or a role, None where it has none."""
    return read_document(text, name) if text else None


def _because(caller: Caller, asked: Asked, verdict: Verdict) -> str:
    said = f"User: {caller.principal.arn} is not authorized to perform: {asked.action} on resource: {asked.resource}"
    if verdict.effect is Effect.EXPLICIT_DENY:
        return f"{said} with an explicit deny in a {verdict.kind}".replace(" a identity", " an identity")
    return f"{said} because no {verdict.kind} allows the {asked.action} action"
