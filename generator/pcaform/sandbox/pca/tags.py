"""Which tags a CA takes; moto keeps them.

Limits: https://docs.aws.amazon.com/privateca/latest/APIReference/API_Tag.html and, for the reserved prefix,
https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from pcaform.sandbox.http.aws_error import Refusal, validation

_MOST = 50
# The service model's pattern, whose Unicode classes only Java knows: [\p{L}\p{Z}\p{N}_.:/=+\-@]*
_CLASSES = "LZN"
_SIGNS = "_.:/=+-@"


def check_tags(tags: Iterable[Mapping[str, str]]) -> None:
    """Refuse tags that nobody can set: InvalidTagException, or ValidationException for a forbidden character."""
    keys = [tag["Key"] for tag in tags]
    for text in [*keys, *(tag.get("Value", "") for tag in tags)]:
        if not all(sign in _SIGNS or unicodedata.category(sign)[0] in _CLASSES for sign in text):
            raise validation(f"The tag key or value '{text}' has a character that tags cannot have")
    for key in keys:
        if key.lower().startswith("aws:"):
            raise Refusal("InvalidTagException", f"The tag key {key} starts with aws:, which is reserved.")
        if keys.count(key) > 1:
            raise Refusal("InvalidTagException", f"The tag key {key} is given twice.")


def check_count(present: Iterable[str], added: Iterable[str]) -> None:
    """Refuse more than 50 different keys on one CA: TooManyTagsException."""
    if len({*present, *added}) > _MOST:
        raise Refusal("TooManyTagsException", f"A certificate authority can have up to {_MOST} tags.")
