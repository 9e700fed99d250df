"""Terraform's functions of texts; `functions` has the others.

Source: https://developer.hashicorp.com/terraform/language/functions
"""

import base64
import hashlib
import itertools
import re
from collections.abc import Callable, Mapping
from typing import Any

from pcaform.core.unicode import nfc
from pcaform.sources.hcl.arguments import check_ascii, check_list, check_text, to_number
from pcaform.sources.hcl.operators import encode_json, to_string
from pcaform.sources.hcl.values import Unknown

_WHITESPACE = " \t\n\v\f\r"
_VERB = re.compile(r"%(?P<flags>[-+ 0]*)(?P<width>[0-9]*)(?P<precision>\.[0-9]+)?(?P<verb>[a-zA-Z%])")
_OTHER_PATTERNS = ("(?", "[[:", r"\p", r"\P", r"\z", r"\Q", r"\C", r"\$", "[$", "$]", "{,")
"""What Python reads in another way than Go, or not at all; but for groups with a name, and without a number."""


def _replace(text: str, old: str, new: str) -> str:
    if not (old.startswith("/") and old.endswith("/") and len(old) > 1):
        return text.replace(check_text(old), new) if old else check_text(None)
    if re.search(r"\\|\$[0-9]*[A-Za-z_]|\$\{[^0-9]", new):
        raise ValueError
    _find(old[1:-1], text)
    return _compile(old[1:-1]).sub(re.sub(r"\$\{?([0-9]+)\}?", r"\\g<\1>", new), check_ascii(text))


def _format(pattern: str, *values: Any) -> str:
    """Return a text with the verbs that Go's and Python's formats have in common."""
    rest = list(values)

    def write(match: re.Match[str]) -> str:
        if match["verb"] == "%":
            return "%"
        value, verb = rest.pop(0), match["verb"]
        if verb == "v":
            value = value if isinstance(value, str) else encode_json(value)
        if verb in "sv" and "0" not in match["flags"]:
            text = to_string(value)
            return f"%{match['flags']}{match['width']}s" % check_ascii(text) if match["width"] else check_text(text)
        number = to_number(value)
        if verb not in "dxXo" or match["precision"] or not isinstance(number, int):
            raise ValueError
        return f"%{match['flags']}{match['width']}{verb}" % number

    text = _VERB.sub(write, pattern)
    if rest or "%" in _VERB.sub("", pattern):
        raise ValueError
    return text


def _format_list(pattern: str, *values: Any) -> list[str]:
    (length,) = {len(each) for each in values if isinstance(each, list)} or {1}
    rows = [[each[row] if isinstance(each, list) else each for each in values] for row in range(length)]
    return [_format(pattern, *row) for row in rows]


def _compile(pattern: str) -> re.Pattern[str]:
    """Return a pattern that means the same in Go and Python for ASCII texts; raises ValueError for others."""
    if any(sign in re.sub(r"\(\?(P<|:)", "(", pattern) for sign in _OTHER_PATTERNS):
        raise ValueError
    return re.compile(check_ascii(pattern).replace("$", r"\Z"), re.ASCII)


def _match(pattern: str, text: str) -> list[Any]:
    return [each.groupdict() or list(each.groups()) or each[0] for each in _find(pattern, text)]


def _find(pattern: str, text: str) -> list[re.Match[str]]:
    """Return all matches; raises ValueError for an empty one right behind another, which only Python finds."""
    found = list(_compile(pattern).finditer(check_ascii(text)))
    if any(before.end() == each.start() == each.end() for before, each in itertools.pairwise(found)):
        raise ValueError
    return found


def _first_match(pattern: str, text: str) -> Any:
    found = _match(pattern, text)
    return found[0] if found else Unknown("regex() finds nothing", is_error=True)


def _substring(text: str, offset: int, length: int) -> str:
    start = max(0, len(check_ascii(text)) + offset) if offset < 0 else offset
    return text[start:] if length < 0 else text[start : start + length]


def _digest(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


TEXT_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "join": lambda sign, *lists: sign.join(to_string(value) for values in lists for value in check_list(values)),
    "split": lambda sign, text: text.split(sign) if text else [text],
    "lower": lambda text: check_ascii(text).lower(),
    "upper": lambda text: check_ascii(text).upper(),
    "replace": _replace,
    "trimspace": lambda text: check_ascii(text).strip(_WHITESPACE),
    "trimprefix": str.removeprefix,
    "trimsuffix": str.removesuffix,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "chomp": lambda text: text.rstrip("\r\n"),
    "format": _format,
    "formatlist": _format_list,
    "regex": _first_match,
    "regexall": _match,
    "title": lambda text: re.sub(r"(?<![A-Za-z0-9_])[a-z]", lambda found: found[0].upper(), check_ascii(text)),
    "substr": _substring,
    "strcontains": lambda text, part: part in check_text(text),
    "trim": lambda text, signs: text.strip(check_text(signs)),
    "basename": lambda path: path.rstrip("/").rpartition("/")[2] or ("/" if path else "."),
    "base64encode": lambda text: base64.b64encode(text.encode()).decode(),
    "base64decode": lambda text: nfc(base64.b64decode(text, validate=True).decode()),
    **{name: _digest(name) for name in ("md5", "sha1", "sha256", "sha512")},
}
