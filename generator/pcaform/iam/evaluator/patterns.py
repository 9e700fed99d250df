"""IAM's wildcards and policy variables: whether a pattern of a policy matches a value of a request.

Sources, below https://docs.aws.amazon.com/IAM/latest/UserGuide/: reference_policies_elements_resource.html and
reference-arns.html (resources), reference_policies_elements_condition_operators.html (ARN operators),
reference_policies_variables.html (variables).
"""

import functools
import re
from collections.abc import Mapping

Context = Mapping[str, tuple[str, ...]]
"""The request context: condition keys in lower case, each with all its values."""

_PARTS = re.compile(
    r"\$\{(?P<variable>[^\s,'{}]+)(?:, '(?P<default>[^']*)')?\}|(?P<star>\*)|(?P<one>\?)|(?P<colon>:)|[^*?:$]+|\$"
)
_LITERALS = {"*": "*", "?": "?", "$": "$"}
_ARN_FIELDS = 6
_ANY, _ANY_IN_FIELD, _ANY_FIELD, _NOTHING = ".", "[^:]", "(?::[^:]*+)", "(?!)"


def is_like(value: str, pattern: str, context: Context) -> bool:
    """Tell whether a text matches a pattern of StringLike: `*` any characters, `?` exactly one."""
    values = _values(pattern, context)
    return values is not None and _text_like(pattern, values).fullmatch(value) is not None


def is_text(value: str, pattern: str, context: Context, *, ignore_case: bool = False) -> bool:
    """Tell whether a text equals one of a policy in which only variables are replaced."""
    values = _values(pattern, context)
    if values is None:
        return False
    expected = _replace_variables(pattern, values)
    return value.lower() == expected.lower() if ignore_case else value == expected


@functools.lru_cache(maxsize=4096)
def is_action(action: str, pattern: str) -> bool:
    """Tell whether an action matches a pattern of Action; case is ignored, and there are no variables."""
    action, pattern = action.lower(), pattern.lower()
    start = pattern.partition("*")[0].partition("?")[0]
    return action.startswith(start) and _action_like(pattern).fullmatch(action) is not None


@functools.lru_cache(maxsize=16384)
def _action_like(pattern: str) -> re.Pattern[str]:
    """Return a pattern of Action compiled; policies such as AWS's own for reading have more than a thousand."""
    pieces = ["".join(_ANY if one == "?" else re.escape(one) for one in piece) for piece in pattern.split("*")]
    return re.compile(_with_gaps(pieces, _ANY), re.DOTALL)


def is_arn(arn: str, pattern: str, context: Context) -> bool:
    """Tell whether an ARN matches a pattern of ArnLike or ArnEquals, which are the same.

    Each of the six fields is compared separately, so a wildcard only matches colons in the last field; a text with
    fewer fields is not an ARN and matches nothing.
    """
    values = _values(pattern, context)
    return values is not None and _arn_like(pattern, values).fullmatch(arn) is not None


def is_resource(resource: str, pattern: str, context: Context) -> bool:
    """Tell whether a request's resource matches a pattern of Resource: `*` at the end of a field also matches colons.

    Fields that are missing at the pattern's end match anything.
    """
    if pattern == "*":
        return True
    values = _values(pattern, context)
    return values is not None and _resource_like(pattern, values).fullmatch(resource) is not None


def are_variables_well_formed(pattern: str) -> bool:
    """Tell whether every `${` of a text starts a variable, as `${key}`, `${key, 'default'}` or `${*}`."""
    return pattern.count("${") == len(_variables(pattern))


def _values(pattern: str, context: Context) -> tuple[str, ...] | None:
    """Return the values of a pattern's variables, None if a variable has no value: then the pattern matches nothing."""
    if "${" not in pattern:
        return ()
    values = []
    for key, default in _variables(pattern):
        context_values = context.get(key, ())
        value = _LITERALS.get(key) or (context_values[0] if len(context_values) == 1 else "") or default
        if not value:
            return None
        values.append(value)
    return tuple(values)


@functools.lru_cache(maxsize=4096)
def _variables(pattern: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((part["variable"].lower(), part["default"]) for part in _PARTS.finditer(pattern) if part["variable"])


@functools.lru_cache(maxsize=4096)
def _replace_variables(pattern: str, values: tuple[str, ...]) -> str:
    supply = iter(values)
    return "".join(next(supply) if part["variable"] else part[0] for part in _PARTS.finditer(pattern))


@functools.lru_cache(maxsize=4096)
def _text_like(pattern: str, values: tuple[str, ...]) -> re.Pattern[str]:
    (source,) = _sources(_fields(pattern, values, 1), 1)
    return re.compile(source, re.DOTALL)


@functools.lru_cache(maxsize=4096)
def _arn_like(pattern: str, values: tuple[str, ...]) -> re.Pattern[str]:
    fields = _fields(pattern, values, _ARN_FIELDS)
    is_complete = len(fields) == _ARN_FIELDS
    return re.compile(":".join(_sources(fields, _ARN_FIELDS)) if is_complete else _NOTHING, re.DOTALL)


@functools.lru_cache(maxsize=4096)
def _resource_like(pattern: str, values: tuple[str, ...]) -> re.Pattern[str]:
    fields = _fields(pattern, values, _ARN_FIELDS)
    first, *others = _sources(fields, _ARN_FIELDS)
    runs = [first]
    for before, source in zip(fields, others, strict=False):
        ends_with_star = len(before) > 1 and not before[-1]
        if ends_with_star:
            runs.append(f":{source}")
        else:
            runs[-1] += f":{source}"
    missing = "" if len(fields) == _ARN_FIELDS else "(?::.*)?"
    return re.compile(_with_gaps(runs, _ANY_FIELD) + missing, re.DOTALL)


def _fields(pattern: str, values: tuple[str, ...], count: int) -> list[list[str]]:
    """Split a pattern at its first colons into at most `count` fields, each at its stars into regular expressions."""
    supply = iter(values)
    fields = [[""]]
    for part in _PARTS.finditer(pattern):
        is_last = len(fields) == count
        if part["colon"] and not is_last:
            fields.append([""])
        elif part["star"]:
            fields[-1].append("")
        elif part["one"]:
            fields[-1][-1] += _ANY if is_last else _ANY_IN_FIELD
        else:
            text = next(supply) if part["variable"] else part[0]
            fields[-1][-1] += re.escape(text) if is_last or ":" not in text else _NOTHING
    return fields


def _sources(fields: list[list[str]], count: int) -> list[str]:
    return [
        _with_gaps(pieces, _ANY if number == count else _ANY_IN_FIELD) for number, pieces in enumerate(fields, start=1)
    ]


def _with_gaps(pieces: list[str], gap: str) -> str:
    """Join regular expressions with any number of `gap` between them.

    A piece in the middle matches at its first occurrence only (an atomic group): a later occurrence could only leave
    less text for the rest, and trying all of them would take exponential time.
    """
    first, *others = pieces
    if not others:
        return first
    *middle, last = others
    return "".join([first, *(f"(?>{gap}*?{piece})" for piece in middle), f"{gap}*{last}"])
