"""Values -> the JSON text that Terraform's `jsonencode` writes; the order that a person wrote goes along with it."""

import json
from typing import Any

_ESCAPED = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


class Encoded(str):
    """JSON as Terraform writes it: keys sorted, no blanks, signs of HTML escaped."""

    __slots__ = ("written",)
    written: str
    """The same with its keys in the order in which somebody wrote them: what a policy in a spec keeps."""


def encoded(value: Any) -> Encoded:
    """Return a value as JSON."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    made = Encoded(text.translate(_ESCAPED))
    made.written = json.dumps(value, ensure_ascii=False)
    return made
