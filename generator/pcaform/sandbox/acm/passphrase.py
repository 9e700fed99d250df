"""The passphrase of ExportCertificate: ASCII without #, $ and %; the service model bounds its length.

Source: https://docs.aws.amazon.com/acm/latest/APIReference/API_ExportCertificate.html
"""

from __future__ import annotations

import base64
from typing import Any

from pcaform.sandbox.http.aws_error import validation

_FORBIDDEN = frozenset(b"#$%")


def passphrase_of(request: dict[str, Any]) -> bytes:
    """Decode and check a passphrase whose length the model allows; raises ValidationException, which never shows it."""
    passphrase = base64.b64decode(request["Passphrase"])
    if not passphrase.isascii() or _FORBIDDEN & set(passphrase):
        raise validation("The passphrase must be ASCII without #, $ and %")
    return passphrase
