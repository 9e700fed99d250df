"""Which operation a raw HTTP request calls, for whom and on what: read before moto sees it.

Private CA and ACM name the operation in a header, IAM and STS in the form body. Other services, S3 first among them,
name it by method and path; they are left alone.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

Environ = dict[str, Any]

_SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_RESOURCES = {"acm-pca": ("CertificateAuthorityArn", "ResourceArn"), "acm": ("CertificateArn",)}


@dataclass(frozen=True)
class Call:
    """One request; `operation` is written as in IAM policies, `acm-pca:ListPermissions`.

    `resource` is the ARN that the request names, "*" where it names none. `is_query` tells IAM and STS, whose answers
    are XML, from the services that speak JSON.
    """

    service: str
    operation: str
    account_id: str
    region: str
    access_key_id: str
    resource: str
    is_query: bool


def read_call(environ: Environ) -> Call | None:
    """Read a WSGI request and leave its body to be read again; None for a service or form not known here."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return None
    body = _body(environ)
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    action = target or "".join(_form(environ, body).get("Action", [])[:1])
    if not action:
        return None
    return Call(
        service=scope["service"],
        operation=f"{scope['service']}:{action}",
        account_id=environ["HTTP_X_MOTO_ACCOUNT_ID"],
        region=scope["region"],
        access_key_id=scope["key"],
        resource=_resource(scope["service"], body) if target else "*",
        is_query=not target,
    )


def _body(environ: Environ) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _form(environ: Environ, body: bytes) -> dict[str, list[str]]:
    is_form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    return parse_qs(body.decode("latin-1")) if is_form else {}


def _resource(service: str, body: bytes) -> str:
    try:
        request = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return "*"
    if not isinstance(request, dict):
        return "*"
    members = _RESOURCES.get(service, ())
    return next((str(request[name]) for name in members if request.get(name)), "*")
