"""IAM Roles Anywhere's CreateTrustAnchor and ListTrustAnchors, which moto lacks; any caller may call them.

Anchors are kept beside the CAs of their account and region, and so in state files.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from moto.acmpca.models import acmpca_backends
from moto.utilities.utils import get_partition

from pcaform.sandbox.clock import now
from pcaform.sandbox.http.request import ANCHORS, Environ, read_body, read_call

Application = Callable[[Environ, Any], Any]


def add_trust_anchors(app: Application) -> Application:
    """Wrap a WSGI application so that it has the service."""

    def wrapped(environ: Environ, start_response: Any) -> Any:
        call = read_call(environ)
        if call is None or call.service != ANCHORS:
            return app(environ, start_response)
        backend: Any = acmpca_backends[call.account_id][call.region]
        owner = f"arn:{get_partition(call.region)}:{ANCHORS}:{call.region}:{call.account_id}"
        answer: dict[str, Any] = {"trustAnchors": [*backend.trust_anchors.values()]}
        if call.operation == f"{ANCHORS}:CreateTrustAnchor":
            anchor = _build(json.loads(read_body(environ)), owner)
            answer = {"trustAnchor": backend.trust_anchors.setdefault(anchor["trustAnchorId"], anchor)}
        start_response("200 OK" if "trustAnchors" in answer else "201 Created", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    return wrapped


def _build(request: dict[str, Any], owner: str) -> dict[str, Any]:
    """Return a new trust anchor, disabled unless the request enables it."""
    anchor_id, moment = str(uuid.uuid4()), now().isoformat()
    names = {"trustAnchorId": anchor_id, "trustAnchorArn": f"{owner}:trust-anchor/{anchor_id}", "name": request["name"]}
    settings = {"source": request["source"], "enabled": request.get("enabled", False)}
    return {**names, **settings, "createdAt": moment, "updatedAt": moment}
