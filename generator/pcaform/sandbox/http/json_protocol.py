"""Parses JSON requests and checks their types against the service model, before moto sees them.

After this layer every member has its type, and a null is an absent member. SDKs check types themselves; AWS's error for
a boolean in place of a string: https://github.com/amazon-archives/amazon-cognito-identity-js/issues/485
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, Shape, StructureShape
from moto.acm.models import acm_backends
from moto.acmpca.models import acmpca_backends

from pcaform.sandbox.faults.error_responses import ErrorResponse, send_error
from pcaform.sandbox.http.aws_error import AwsError
from pcaform.sandbox.http.model_validation import service_model
from pcaform.sandbox.http.request import Call, Environ, read_call

Application = Callable[[Environ, Any], Any]

_BACKENDS = {"acm-pca": acmpca_backends, "acm": acm_backends}
_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "list": (list,),
    "string": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "timestamp": (int, float),
}


def add_json_checks(app: Application) -> Application:
    """Wrap a WSGI application so that it gets only well-typed requests of Private CA and ACM."""

    def wrapped(environ: Environ, start_response: Any) -> Any:
        call = read_call(environ)
        if call is None or call.is_query or call.service not in _BACKENDS:
            return app(environ, start_response)
        try:
            _check_region(call)
            body = _read_body(call, environ["wsgi.input"].read())
        except AwsError as error:
            return send_error(call, ErrorResponse(error.code, "400 Bad Request", error.message), start_response)
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return app(environ, start_response)

    return wrapped


def _check_region(call: Call) -> None:
    """Refuse a region that the service does not have, such as a misspelt one."""
    if call.region not in _BACKENDS[call.service][call.account_id]:
        raise AwsError(
            "InvalidSignatureException", f"Credential should be scoped to a valid region, not {call.region}."
        )


def _read_body(call: Call, body: bytes) -> bytes:
    """Return the body as plain JSON; raises SerializationException and UnknownOperationException."""
    name = call.operation.partition(":")[2]
    model = service_model(call.service)
    if name not in model.operation_names:
        raise AwsError("UnknownOperationException", f"{call.service} has no operation {name}")
    shape = model.operation_model(name).input_shape
    try:
        request = json.loads(body or b"{}", parse_constant=_refuse_constant)
        members = _clean(request, shape, "the request") if shape else {}
        return json.dumps(members, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise _serialization_error("The request is not JSON") from None


def _clean(value: Any, shape: Shape, path: str) -> Any:
    """Return a value without nulls and without members that the model does not know."""
    is_boolean = isinstance(value, bool)
    if is_boolean is not (shape.type_name == "boolean") or type(value) not in _TYPES[shape.type_name]:
        raise _serialization_error(f"{path} must be a {shape.type_name}")
    if isinstance(shape, StructureShape):
        return {
            name: _clean(value[name], member, name)
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape):
        return [_clean(item, shape.member, f"an item of {path}") for item in value]
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _serialization_error(message: str) -> AwsError:
    return AwsError("SerializationException", message)
