"""Error responses to calls that moto does not see: JSON, or XML for IAM and STS."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from pcaform.sandbox.http.request import Call

_NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


@dataclass(frozen=True)
class ErrorResponse:
    """One error as a service sends it; `fault` is the XML's Type: Sender or Receiver."""

    code: str
    status: str
    message: str
    fault: str = "Sender"


def send_error(call: Call, error: ErrorResponse, start_response: Any) -> list[bytes]:
    """Answer a call with an error in the format of its service, as a WSGI application does."""
    if call.is_query:
        body, content_type = _format_xml(call, error), "text/xml"
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


def _format_xml(call: Call, error: ErrorResponse) -> str:
    return (
        f'<ErrorResponse xmlns="{_NAMESPACES.get(call.service, "")}"><Error><Type>{error.fault}</Type>'
        f"<Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
        f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    )
