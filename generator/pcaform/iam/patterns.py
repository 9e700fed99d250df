"""IAM's wildcards and policy variables: a pattern of a policy -> what it matches in a request.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html (resources),
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html (ARN operators),
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html (variables).
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping

Context = Mapping[str, tuple[str, ...]]
"""The request context: condition keys in lower case, each with all its values."""

_PARTS = re.compile(r"\$\{(?P<variable>[^}]*)\}|(?P<many>\*)|(?P<one>\?)|(?P<text>[^*?$]+|\$)", re.DOTALL)
_VARIABLE = re.compile(r"\s*(?P<key>[^,\s]+)\s*(?:,\s*'(?P<default>[^']*)'\s*)?")
_LITERALS = {"*": "*", "?": "?", "$": "$"}
_ARN_COLONS = 5


def is_like(value: str, pattern: str, context: Context) -> bool:
    """Tell whether a text matches a pattern of StringLike: `*` any characters, `?` exactly one."""
    return _matches(value, pattern, context, star=lambda _colons, _rest: ".*")


def is_text(value: str, pattern: str, context: Context, *, ignore_case: bool = False) -> bool:
    """Tell whether a text equals one of a policy in which only variables are replaced."""
    wanted = _replaced(pattern, context)
    if wanted is None:
        return False
    return value.casefold() == wanted.casefold() if ignore_case else value == wanted


def is_action(action: str, pattern: str) -> bool:
    """Tell whether an action matches a pattern of Action; case does not count, and variables do not exist there."""
    source = "".join(".*" if part == "*" else "." if part == "?" else re.escape(part) for part in pattern)
    return _compiled(source, re.IGNORECASE).fullmatch(action) is not None


def is_arn(arn: str, pattern: str, context: Context) -> bool:
    """Tell whether an ARN matches a pattern of ArnLike or ArnEquals, which are the same.

    Each of the six fields is compared separately, so `*` crosses no colon but those of the last field; what has fewer
    fields is no ARN and matches nothing.
    """
    if pattern.count(":") < _ARN_COLONS or arn.count(":") < _ARN_COLONS:
        return False
    return _matches(arn, pattern, context, star=lambda colons, _rest: ".*" if colons >= _ARN_COLONS else "[^:]*")


def is_resource(resource: str, pattern: str, context: Context) -> bool:
    """Tell whether a request's resource fits a pattern of Resource: `*` at the end of a field goes beyond the colon."""

    def star(colons: int, rest: str) -> str:
        return ".*" if colons >= _ARN_COLONS or rest[:1] in {"", ":"} else "[^:]*"

    return _matches(resource, pattern, context, star=star)


def _matches(value: str, pattern: str, context: Context, *, star: Callable[[int, str], str]) -> bool:
    sources = list(_sources(pattern, context, star))
    return None not in sources and _compiled("".join(filter(None, sources)), 0).fullmatch(value) is not None


def _sources(pattern: str, context: Context, star: Callable[[int, str], str]) -> Iterator[str | None]:
    """Yield a pattern's parts as regular expressions, None for a variable that the request does not have."""
    colons = 0
    for part in _PARTS.finditer(pattern):
        if part["many"]:
            yield star(colons, pattern[part.end() :])
        elif part["one"]:
            yield "."
        elif part["variable"] is not None:
            value = _value(part["variable"], context)
            yield None if value is None else re.escape(value)
        else:
            colons += part["text"].count(":")
            yield re.escape(part["text"])


def _replaced(pattern: str, context: Context) -> str | None:
    parts = [
        _value(part["variable"], context) if part["variable"] is not None else part[0]
        for part in _PARTS.finditer(pattern)
    ]
    return None if None in parts else "".join(filter(None, parts))


def _value(variable: str, context: Context) -> str | None:
    """Look a variable up: a literal such as `${*}`, a key with one value, or the default that it names."""
    if variable in _LITERALS:
        return _LITERALS[variable]
    match = _VARIABLE.fullmatch(variable)
    if match is None:
        return None
    values = context.get(match["key"].lower(), ())
    return values[0] if len(values) == 1 else match["default"]


@functools.lru_cache(maxsize=4096)
def _compiled(source: str, flags: int) -> re.Pattern[str]:
    return re.compile(source, flags | re.DOTALL)
