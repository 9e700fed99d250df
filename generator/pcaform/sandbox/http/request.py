"""Reads the operation, account, access key and resource of a raw HTTP request, before moto sees it.

Private CA and ACM name the operation in a header, IAM and STS in the form body. Other services, such as S3, name it by
method and path; of these only requests about trust anchors of IAM Roles Anywhere are read.
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
ANCHORS = "rolesanywhere"
_BY_PATH = {("GET", "/trustanchors"): "ListTrustAnchors", ("POST", "/trustanchors"): "CreateTrustAnchor"}
_RESOURCES = {"acm-pca": ("CertificateAuthorityArn", "ResourceArn"), "acm": ("CertificateArn",)}


@dataclass(frozen=True)
class Call:
    """One request; `operation` is written as in IAM policies, `acm-pca:ListPermissions`.

    `resource` is the ARN that the request names, "*" where it names none. `is_query` is true for IAM and STS, whose
    answers are XML, and false for the JSON services.
    """

    service: str
    operation: str
    account_id: str
    region: str
    access_key_id: str
    resource: str
    is_query: bool


def read_call(environ: Environ) -> Call | None:
    """Read a WSGI request and leave its body readable; None for a service or a form that is not supported here."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return None
    body = read_body(environ)
    by_path = _BY_PATH.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]), "") if scope["service"] == ANCHORS else ""
    target = by_path or environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    action = target or "".join(_parse_form(environ, body).get("Action", [])[:1])
    if not action:
        return None
    return Call(
        service=scope["service"],
        operation=f"{scope['service']}:{action}",
        account_id=environ["HTTP_X_MOTO_ACCOUNT_ID"],
        region=scope["region"],
        access_key_id=scope["key"],
        resource=_find_resource(scope["service"], body) if target else "*",
        is_query=not target,
    )


def read_body(environ: Environ) -> bytes:
    """Return the body of a WSGI request, and leave it readable; a length that is not a number is none, as for moto."""
    if environ.get("wsgi.input_terminated"):  # in chunks: it ends by itself
        body: bytes = environ["wsgi.input"].read()
    else:
        length = environ.get("CONTENT_LENGTH") or ""
        body = environ["wsgi.input"].read(int(length) if length.isdecimal() else 0)
    environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    return body


def _parse_form(environ: Environ, body: bytes) -> dict[str, list[str]]:
    is_form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    return parse_qs(body.decode("latin-1")) if is_form else {}


def _find_resource(service: str, body: bytes) -> str:
    try:
        request = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return "*"
    if not isinstance(request, dict):
        return "*"
    members = _RESOURCES.get(service, ())
    return next((str(request[name]) for name in members if request.get(name)), "*")
