"""How a handler of a Private CA operation is written: a method from a request to an answer, both JSON."""

from __future__ import annotations

import base64
import binascii
import functools
import json
from collections.abc import Callable
from typing import Any, TypeVar

from moto.acmpca.responses import ACMPCAResponse

from pcaform.sandbox.authority import Authority
from pcaform.sandbox.cas import PrivateCaBackend
from pcaform.sandbox.constraints import check_request
from pcaform.sandbox.refusal import validation
from pcaform.sandbox.states import check_state
from pcaform.sandbox.wire import answering_refusals

Request = dict[str, Any]
Answer = dict[str, Any]


class Operations(ACMPCAResponse):
    """What every group of handlers needs: the backend, and the CA that a request names."""

    @property
    def backend(self) -> PrivateCaBackend:
        """The backend of the request's account and region, typed."""
        backend: PrivateCaBackend = self.acmpca_backend
        return backend

    def authority(self, request: Request) -> Authority:
        """Look up the CA of a request; raises ResourceNotFoundException."""
        return self.backend.find(request["CertificateAuthorityArn"])

    def usable(self, operation_name: str, arn: str) -> Authority:
        """Look up a CA whose state allows an operation; raises what `find` and `check_state` raise."""
        authority = self.backend.find(arn)
        check_state(operation_name, arn=arn, status=authority.status)
        return authority


Group = TypeVar("Group", bound=Operations)


def operation(
    handler: Callable[[Group, Request], Answer],
) -> Callable[[Group], str]:
    """Wrap a handler as moto calls it: JSON in and out, the request checked, refusals as AWS errors."""
    name = handler.__name__.title().replace("_", "")

    @functools.wraps(handler)
    def answer(self: Group) -> str:
        request = json.loads(self.body)
        check_request("acm-pca", name, request)
        return json.dumps(handler(self, request))

    return answering_refusals(answer)


def locked(handler: Callable[[Group, Request], Answer]) -> Callable[[Group], str]:
    """Wrap a handler like `operation` and run it under the backend's lock: Terraform sends ten at once."""

    @functools.wraps(handler)
    def guarded(self: Group, request: Request) -> Answer:
        with self.backend.lock:
            return handler(self, request)

    return operation(guarded)


def decoded(blob: str) -> bytes:
    """Decode a blob of a request; raises ValidationException."""
    try:
        return base64.b64decode(blob, validate=True)
    except binascii.Error as error:
        raise validation("The blob is not base64") from error
