"""Pages of a list, with opaque tokens like AWS's."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from pcaform.sandbox.http.aws_error import AwsError

# The largest MaxResults of the service model.
_LARGEST_PAGE = 1000


def cut_page(
    items: Sequence[Any], request: dict[str, Any], *, largest: int = _LARGEST_PAGE
) -> tuple[Sequence[Any], dict[str, str]]:
    """Return the page for MaxResults and NextToken of a request, with at most `largest` items.

    The second value is the response's NextToken as a dict, empty on the last page. Raises
    InvalidNextTokenException for an unknown token.
    """
    start = _position(request.get("NextToken"), len(items))
    end = start + min(request.get("MaxResults") or largest, largest)
    token = {"NextToken": base64.b64encode(f"at:{end}".encode()).decode()} if end < len(items) else {}
    return items[start:end], token


def _position(token: str | None, count: int) -> int:
    if token is None:
        return 0
    try:
        marker, _, number = base64.b64decode(token, validate=True).decode().partition(":")
        position = int(number)
    except (binascii.Error, ValueError):
        marker, position = "", 0
    if marker != "at" or not 0 <= position <= count:
        raise AwsError("InvalidNextTokenException", "The token specified in the NextToken argument is not valid.")
    return position
