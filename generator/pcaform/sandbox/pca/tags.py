"""Checks the tags of a CA; moto stores them.

Limits: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Tag.html and, for the reserved prefix,
https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from pcaform.sandbox.http.aws_error import AwsError, validation_error

_MAX_TAGS = 50
# The service model's pattern, whose Unicode classes Python's re does not have: [\p{L}\p{Z}\p{N}_.:/=+\-@]*
_CLASSES = "LZN"
_SIGNS = "_.:/=+-@"


def check_tags(tags: Iterable[Mapping[str, str]]) -> None:
    """Refuse reserved and duplicate keys with InvalidTagException, forbidden characters with ValidationException."""
    keys = [tag["Key"] for tag in tags]
    for text in [*keys, *(tag.get("Value", "") for tag in tags)]:
        if not all(sign in _SIGNS or unicodedata.category(sign)[0] in _CLASSES for sign in text):
            raise validation_error(f"The tag key or value '{text}' has a character that tags cannot have")
    for key in keys:
        if key.lower().startswith("aws:"):
            raise AwsError("InvalidTagException", f"The tag key {key} starts with aws:, which is reserved.")
        if keys.count(key) > 1:
            raise AwsError("InvalidTagException", f"The tag key {key} is duplicated.")


def check_count(existing: Iterable[str], added: Iterable[str]) -> None:
    """Refuse more than 50 different keys on one CA: TooManyTagsException."""
    if len({*existing, *added}) > _MAX_TAGS:
        raise AwsError("TooManyTagsException", f"A certificate authority can have up to {_MAX_TAGS} tags.")
