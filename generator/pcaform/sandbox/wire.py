"""The seam to moto's dispatch: refusals leave a handler as the errors that an SDK understands."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

from moto.core.exceptions import JsonRESTError

from pcaform.sandbox.refusal import Refusal

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
