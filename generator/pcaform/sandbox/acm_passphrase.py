"""The passphrase of ExportCertificate: 4 to 128 ASCII characters without #, $ and %.

Source: https://docs.aws.amazon.com/acm/latest/APIReference/API_ExportCertificate.html
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from pcaform.sandbox.refusal import validation

_LENGTHS = range(4, 129)
_FORBIDDEN = frozenset(b"#$%")


def passphrase_of(request: dict[str, Any]) -> bytes:
    """Decode and check the passphrase of a request; raises ValidationException, which never shows it."""
    try:
        passphrase = base64.b64decode(request["Passphrase"], validate=True)
    except binascii.Error as error:
        raise validation("The passphrase is not base64") from error
    if len(passphrase) not in _LENGTHS:
        raise validation(f"The passphrase must have {_LENGTHS[0]} to {_LENGTHS[-1]} characters")
    if not passphrase.isascii() or _FORBIDDEN & set(passphrase):
        raise validation("The passphrase must be ASCII without #, $ and %")
    return passphrase
