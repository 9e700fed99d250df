"""How IAM and STS read a request: a form instead of JSON, judged by the gate and held against AWS's model.

Errors of requests that cannot be read: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from typing import Any

from botocore.model import OperationNotFoundError

from pcaform.sandbox.http.aws_error import Refusal, validation
from pcaform.sandbox.http.model_validation import check_request
from pcaform.sandbox.iam.enforce import IamEnforced, QueryError
from pcaform.sandbox.iam.policy_validation import check_policy


class Query(IamEnforced):
    """For moto's response classes of the two services."""

    is_query = True
    fault: Refusal | None = None

    def parameters(self) -> dict[str, str]:
        """Return a query request's parameters, each with its first value."""
        response: Any = self
        return {name: values[0] for name, values in response.querystring.items() if values}

    def parse_parameters(self, request: Any) -> None:
        """Read the members; what cannot be read is refused by the gate, whose errors moto knows how to send."""
        response: Any = super()
        try:
            response.parse_parameters(request)
        except OperationNotFoundError as error:
            self.fault = Refusal("InvalidAction", f"Could not find operation {error}")
        except ValueError as error:
            self.fault = Refusal("InvalidParameterValue", f"A member has not its type: {error}")

    def _authenticate_and_authorize_normal_action(self, resource: str = "*") -> None:
        """Authorize the request, then hold it against AWS's model and look at the policy in it."""
        try:
            self._refuse_unreadable()
            super()._authenticate_and_authorize_normal_action(resource)
            self._refuse_malformed()
        except Refusal as refusal:
            code = refusal.code.replace("ValidationException", "ValidationError")
            raise QueryError(code, refusal.message, status=400) from None

    def _refuse_unreadable(self) -> None:
        if not self.parameters().get("Action"):
            raise Refusal("MissingAction", "The request names no Action")
        if self.fault:
            raise self.fault

    def _refuse_malformed(self) -> None:
        response: Any = self
        request, operation = self.parameters(), self.parameters()["Action"]
        check_request(response.service_name, operation, response.params)
        check_policy(operation, request)
        if not request.get("Marker", "0").isdecimal():
            raise validation("Invalid Marker.")
