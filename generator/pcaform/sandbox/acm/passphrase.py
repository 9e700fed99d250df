"""The passphrase of ExportCertificate: ASCII without #, $ and %; the service model limits its length.

Source: https://docs.aws.amazon.com/acm/latest/APIReference/API_ExportCertificate.html
"""

from __future__ import annotations

import base64
from typing import Any

from pcaform.sandbox.http.aws_error import validation_error

_FORBIDDEN = frozenset(b"#$%")


def decode_passphrase(request: dict[str, Any]) -> bytes:
    """Decode and check a passphrase of valid length; raises ValidationException, whose message does not show it."""
    passphrase = base64.b64decode(request["Passphrase"])
    if not passphrase.isascii() or _FORBIDDEN & set(passphrase):
        raise validation_error("The passphrase must be ASCII without #, $ and %")
    return passphrase
