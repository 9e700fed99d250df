"""What ACM refuses about tags beyond the shapes in its model; moto keeps the tags.

Source: https://docs.aws.amazon.com/acm/latest/userguide/tags-restrictions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pcaform.sandbox.refusal import Refusal

_RESERVED = "aws:"
_MOST_TAGS = 50


def check_tags(tags: Sequence[dict[str, Any]], *, present: Sequence[str] = ()) -> None:
    """Refuse tags to be added to those whose keys are `present`.

    Raises InvalidTagException for the reserved prefix and TooManyTagsException above 50.
    """
    for tag in tags:
        if tag["Key"].startswith(_RESERVED) or (tag.get("Value") or "").startswith(_RESERVED):
            raise Refusal("InvalidTagException", f"The tag {tag['Key']} uses the reserved prefix {_RESERVED}")
    if len({*present, *(tag["Key"] for tag in tags)}) > _MOST_TAGS:
        raise Refusal("TooManyTagsException", f"A certificate can have at most {_MOST_TAGS} tags")
