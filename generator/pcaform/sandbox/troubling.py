"""The layer in front of moto that lets trouble strike: late answers, refused ones, and none at all.

JSON services answer 400 to throttling, denials and expired credentials; IAM and STS have other codes and 403. Seen in
https://github.com/ansible-collections/community.aws/issues/1380, https://github.com/aws/eks-hybrid/pull/686,
https://github.com/hashicorp/terraform-provider-aws/issues/37723, https://github.com/cfn-sphere/cfn-sphere/issues/55 and
https://repost.aws/knowledge-center/iam-sts-throttling-error. 5xx codes are those of
https://docs.aws.amazon.com/privateca/latest/APIReference/CommonErrors.html.
"""

from __future__ import annotations

import json
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from pcaform.sandbox.calls import Call, Environ, read_call
from pcaform.sandbox.strikes import Strikes, Switch

Application = Callable[[Environ, Any], Any]


@dataclass(frozen=True)
class Error:
    """One error as a service sends it; `fault` is the XML's word for whose it is."""

    code: str
    status: str
    message: str
    fault: str = "Sender"


_FAILED = "The service failed for a reason of its own"
_FAILURES = (
    Error("InternalFailure", "500 Internal Server Error", _FAILED, fault="Receiver"),
    Error("ServiceUnavailable", "503 Service Unavailable", _FAILED, fault="Receiver"),
)
_EXPIRED = "The security token included in the request is expired"
_RATE = "Rate exceeded"
_NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


def troubling(app: Application, switch: Switch) -> Application:
    """Wrap a WSGI application so that the calls it serves meet the troubles of `switch`.

    A reset closes the socket without an answer and raises ConnectionResetError, which werkzeug takes for a client
    that has gone.
    """

    def wrapped(environ: Environ, start_response: Any) -> Any:
        strikes = switch.strikes
        call = None if strikes.is_calm else read_call(environ)
        if call is None:
            return app(environ, start_response)
        time.sleep(strikes.delay(call))
        kind = strikes.strike(call)
        if kind is None:
            return app(environ, start_response)
        if kind == "resets":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionResetError
        return _answer(call, _error(kind, call, strikes), start_response)

    return wrapped


def _error(kind: str, call: Call, strikes: Strikes) -> Error:
    if kind == "failures":
        return _FAILURES[strikes.choose(kind, call, among=len(_FAILURES))]
    if kind == "throttling":
        return Error("Throttling" if call.is_query else "ThrottlingException", "400 Bad Request", _RATE)
    query = {"expiry": ("ExpiredToken", _EXPIRED), "denials": ("AccessDenied", _denial(call))}
    code, message = query[kind]
    if call.is_query:
        return Error(code, "403 Forbidden", message)
    return Error(f"{code}Exception", "400 Bad Request", message)


def _denial(call: Call) -> str:
    backend = sts_backends[call.account_id][get_partition(call.region)]
    _, caller, _ = backend.get_caller_identity(call.access_key_id, call.region)
    return (
        f"User: {caller} is not authorized to perform: {call.operation} on resource: {call.resource} "
        f"because no identity-based policy allows the {call.operation} action"
    )


def _answer(call: Call, error: Error, start_response: Any) -> list[bytes]:
    if call.is_query:
        body, content_type = _xml(call, error), "text/xml"
    else:
        body = json.dumps({"__type": error.code, "message": error.message})
        content_type = "application/x-amz-json-1.1"
    data = body.encode()
    start_response(
        error.status,
        [
            ("Content-Type", content_type),
            ("Content-Length", str(len(data))),
            ("x-amzn-ErrorType", error.code),
            ("x-amzn-RequestId", str(uuid.uuid4())),
        ],
    )
    return [data]


def _xml(call: Call, error: Error) -> str:
    return (
        f'<ErrorResponse xmlns="{_NAMESPACES.get(call.service, "")}"><Error><Type>{error.fault}</Type>'
        f"<Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
        f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    )
