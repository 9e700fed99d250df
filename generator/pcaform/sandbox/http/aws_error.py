"""The exception for every AWS error that the sandbox answers: a code and a message."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

from moto.core.exceptions import JsonRESTError


class AwsError(Exception):
    """An expected AWS error, independent of moto so that the rules can be read and tested alone.

    `code` is the error shape's name in the service model (for example `InvalidStateException`);
    the response classes turn it into the HTTP 400 answer that an SDK maps back to that code.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def invalid_state(message: str) -> AwsError:
    """Build the error for a CA in the wrong state for the request, the most frequent one."""
    return AwsError("InvalidStateException", message)


def validation_error(message: str) -> AwsError:
    """Build the error for a value that has the right shape and an invalid meaning."""
    return AwsError("ValidationException", message)


def not_found(resource: str) -> AwsError:
    """Build the error for a resource that does not exist in this account and region."""
    return AwsError("ResourceNotFoundException", f"Could not find {resource}")


Response = TypeVar("Response")
Answer = TypeVar("Answer")


def translate_aws_errors(handler: Callable[[Response], Answer]) -> Callable[[Response], Answer]:
    """Wrap a handler so that an AwsError becomes moto's HTTP 400 error with the same code and message."""

    @functools.wraps(handler)
    def answer(self: Response) -> Answer:
        try:
            return handler(self)
        except AwsError as error:
            raise JsonRESTError(error.code, error.message) from None

    return answer
