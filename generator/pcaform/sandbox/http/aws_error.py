"""The one way in which sandbox code says no: an AWS error code and its message."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

from moto.core.exceptions import JsonRESTError


class Refusal(Exception):  # noqa: N818 - it is AWS's answer to the caller, not an error of this program
    """An expected AWS error, free of moto so that the rules can be read and tested alone.

    `code` is the error shape's name in the service model (for example `InvalidStateException`);
    the response classes turn it into the HTTP 400 answer that an SDK maps back to that code.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def invalid_state(message: str) -> Refusal:
    """Name the commonest refusal: the CA is in the wrong state for the request."""
    return Refusal("InvalidStateException", message)


def validation(message: str) -> Refusal:
    """Name AWS's refusal of a value that has the right shape and a wrong meaning."""
    return Refusal("ValidationException", message)


def not_found(resource: str) -> Refusal:
    """Name AWS's answer for a resource that this account and region do not have."""
    return Refusal("ResourceNotFoundException", f"Could not find {resource}")


Response = TypeVar("Response")
Answer = TypeVar("Answer")


def answering_refusals(handler: Callable[[Response], Answer]) -> Callable[[Response], Answer]:
    """Wrap a handler so that a Refusal becomes moto's HTTP 400 error with the same code and message."""

    @functools.wraps(handler)
    def answer(self: Response) -> Answer:
        try:
            return handler(self)
        except Refusal as refusal:
            raise JsonRESTError(refusal.code, refusal.message) from None

    return answer
