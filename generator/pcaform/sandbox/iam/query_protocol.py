"""The request format of IAM and STS: a form instead of JSON, authorized and then checked against AWS's model.

Errors of requests that cannot be read: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from typing import Any

from botocore.model import OperationNotFoundError

from pcaform.sandbox.http.aws_error import AwsError, validation_error
from pcaform.sandbox.http.model_validation import check_request
from pcaform.sandbox.iam.enforce import IamEnforced, QueryError
from pcaform.sandbox.iam.policy_validation import check_policy


class QueryProtocol(IamEnforced):
    """A mixin for moto's response classes of the two services."""

    is_query = True
    parse_error: AwsError | None = None

    def parameters(self) -> dict[str, str]:
        """Return the parameters of a query request, each with its first value."""
        response: Any = self
        return {name: values[0] for name, values in response.querystring.items() if values}

    def parse_parameters(self, request: Any) -> None:
        """Parse the members; errors are raised later, on authorization, where moto can send them."""
        response: Any = super()
        try:
            response.parse_parameters(request)
        except OperationNotFoundError as error:
            self.parse_error = AwsError("InvalidAction", f"Could not find operation {error}")
        except ValueError as error:
            self.parse_error = AwsError("InvalidParameterValue", f"A member has the wrong type: {error}")

    def _authenticate_and_authorize_normal_action(self, resource: str = "*") -> None:
        """Authorize the request, then check it against AWS's model and check the policy in it."""
        try:
            self._check_readable()
            super()._authenticate_and_authorize_normal_action(resource)
            self._check_parameters()
        except AwsError as error:
            code = error.code.replace("ValidationException", "ValidationError")
            raise QueryError(code, error.message, status=400) from None

    def _check_readable(self) -> None:
        if not self.parameters().get("Action"):
            raise AwsError("MissingAction", "The request names no Action")
        if self.parse_error:
            raise self.parse_error

    def _check_parameters(self) -> None:
        response: Any = self
        request, operation = self.parameters(), self.parameters()["Action"]
        check_request(response.service_name, operation, response.params)
        check_policy(operation, request)
        if not request.get("Marker", "0").isdecimal():
            raise validation_error("Invalid Marker.")
