"""ACM's checks of tags beyond its service model; moto stores the tags and limits their number.

Source: https://docs.aws.amazon.com/acm/latest/userguide/tags-restrictions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pcaform.sandbox.http.aws_error import AwsError

_RESERVED = "aws:"


def check_tags(tags: Sequence[dict[str, Any]]) -> None:
    """Refuse tags with the reserved prefix; raises InvalidTagException."""
    for tag in tags:
        if tag["Key"].startswith(_RESERVED) or (tag.get("Value") or "").startswith(_RESERVED):
            raise AwsError("InvalidTagException", f"The tag {tag['Key']} uses the reserved prefix {_RESERVED}")
