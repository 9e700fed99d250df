"""WSGI middleware that injects faults in front of moto: late answers, error answers, and closed connections.

JSON services answer 400 to throttling, denials and expired credentials; IAM and STS have other codes and 403. Seen in
https://github.com/ansible-collections/community.aws/issues/1380, https://github.com/aws/eks-hybrid/pull/686,
https://github.com/hashicorp/terraform-provider-aws/issues/37723, https://github.com/cfn-sphere/cfn-sphere/issues/55 and
https://repost.aws/knowledge-center/iam-sts-throttling-error. 5xx codes are those of
https://docs.aws.amazon.com/privateca/latest/APIReference/CommonErrors.html.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from pcaform.sandbox.faults.error_responses import ErrorResponse, send_error
from pcaform.sandbox.faults.fault_injector import FaultInjector, FaultToggle
from pcaform.sandbox.http.request import Call, Environ, read_call

Application = Callable[[Environ, Any], Any]


_FAILED = "The request processing has failed because of an unknown error"
_FAILURES = (
    ErrorResponse("InternalFailure", "500 Internal Server Error", _FAILED, fault="Receiver"),
    ErrorResponse("ServiceUnavailable", "503 Service Unavailable", _FAILED, fault="Receiver"),
)
_EXPIRED = "The security token included in the request is expired"
_RATE = "Rate exceeded"


def add_fault_injection(app: Application, fault_toggle: FaultToggle) -> Application:
    """Wrap a WSGI application so that faults of `fault_toggle` are injected into the calls it serves.

    A reset closes the socket without an answer and raises ConnectionResetError, which werkzeug treats as a client that
    has disconnected.
    """

    def wrapped(environ: Environ, start_response: Any) -> Any:
        injector = fault_toggle.injector
        call = None if injector.is_idle else read_call(environ)
        if call is None:
            return app(environ, start_response)
        time.sleep(injector.draw_delay(call))
        kind = injector.choose_fault(call)
        if kind is None:
            return app(environ, start_response)
        if kind == "resets":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionResetError
        return send_error(call, _build_error(kind, call, injector), start_response)

    return wrapped


def _build_error(kind: str, call: Call, injector: FaultInjector) -> ErrorResponse:
    if kind == "failures":
        return _FAILURES[injector.choose_variant(kind, call, among=len(_FAILURES))]
    if kind == "throttling":
        return ErrorResponse("Throttling" if call.is_query else "ThrottlingException", "400 Bad Request", _RATE)
    query = {"expiry": ("ExpiredToken", _EXPIRED), "denials": ("AccessDenied", _format_denial(call))}
    code, message = query[kind]
    if call.is_query:
        return ErrorResponse(code, "403 Forbidden", message)
    return ErrorResponse(f"{code}Exception", "400 Bad Request", message)


def _format_denial(call: Call) -> str:
    backend = sts_backends[call.account_id][get_partition(call.region)]
    _, caller, _ = backend.get_caller_identity(call.access_key_id, call.region)
    return (
        f"User: {caller} is not authorized to perform: {call.operation} on resource: {call.resource} "
        f"because no identity-based policy allows the {call.operation} action"
    )
