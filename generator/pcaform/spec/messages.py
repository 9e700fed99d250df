"""Pydantic's error records -> our words: what was seen, what is allowed, the nearest spelling."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from pcaform.spec.types import WORDS, is_tag, without_tags
from pcaform.spec.yaml_reader import Loc

_TYPES = {
    "string_type": "text (quote it)",
    "int_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}
_LIMITS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda ctx: f"{ctx['ge']} or more",
    "less_than_equal": lambda ctx: f"{ctx['le']} or less",
    "string_too_short": lambda ctx: f"at least {_count(ctx['min_length'], 'character')}",
    "string_too_long": lambda ctx: f"at most {_count(ctx['max_length'], 'character')}",
    "too_short": lambda ctx: f"{ctx['min_length']} or more in it",
    "too_long": lambda ctx: f"{ctx['max_length']} or fewer in it",
    "string_pattern_mismatch": lambda ctx: WORDS[ctx["pattern"]],
}
_SEEN_WIDTH = 60

DEFAULTS = "certificate_authority_defaults"
"""The one key of a spec that is no field of the model: it is merged away before the model sees the spec."""


def describe_error(error: Any, model: type[BaseModel]) -> str:
    """Return the message for one record of `ValidationError.errors()` of `model`."""
    kind, loc, context = error["type"], place_of(error), error.get("ctx", {})
    if kind == "missing":
        return f"the key '{loc[-1]}' is missing"
    if kind == "union_tag_not_found":
        return f"the key {context['discriminator']} is missing"
    if kind == "extra_forbidden":
        return unknown_key(loc, allowed_keys(model, error["loc"][:-1]))
    if kind == "union_tag_invalid":
        return unknown_value(context["discriminator"].strip("'"), context["tag"], _quoted(context["expected_tags"]))
    if kind == "literal_error":
        words = _quoted(context["expected"]) or [context["expected"]]
        return unknown_value(_named(loc), error["input"], [*words, "a mapping"] if is_tag(error["loc"][-1]) else words)
    wanted = _TYPES.get(kind) or (_LIMITS[kind](context) if kind in _LIMITS else error["msg"])
    if is_about_key(error):
        return f"the key {describe_value(loc[-2])} is not allowed: {wanted}"
    return f"'{_named(loc)}' is {describe_value(error['input'])}, allowed: {wanted}"


def place_of(error: Any) -> Loc:
    """Return where a record is in the file; a key that nobody knows is the file's own, whatever it looks like."""
    loc = error["loc"]
    return (*without_tags(loc[:-1]), loc[-1]) if error["type"] == "extra_forbidden" else without_tags(loc)


def is_about_key(error: Any) -> bool:
    """Tell whether a record is about a mapping's own key, which pydantic marks with a last step `[key]`."""
    loc = error["loc"]
    return len(loc) > 1 and loc[-1] == "[key]" and bool(error["input"] == loc[-2])


def unknown_key(loc: Loc, allowed: Sequence[str]) -> str:
    """Return the message for a key that its mapping does not know."""
    return f"unknown key '{loc[-1]}'{nearest(loc[-1], allowed)}, allowed: {', '.join(allowed)}"


def unknown_value(name: str, value: Any, allowed: Sequence[str]) -> str:
    """Return the message for a value outside a closed list."""
    return f"'{name}' is {describe_value(value)}{nearest(value, allowed)}, allowed: {', '.join(allowed)}"


def nearest(value: Any, allowed: Iterable[str]) -> str:
    """Return ` (did you mean …?)` where one of the allowed words is close, else nothing."""
    words = {word.lower(): word for word in allowed if word != value}
    close = difflib.get_close_matches(value.lower(), words, n=1, cutoff=0.7) if isinstance(value, str) else []
    return f" (did you mean '{words[close[0]]}'?)" if close else ""


def describe_value(value: Any) -> str:
    """Return a value as a message shows it: quoted text, plain numbers, and only the kind of a container."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "empty"
    if isinstance(value, str):
        text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in value[: _SEEN_WIDTH + 1])
        return f"'{text[:_SEEN_WIDTH]}…'" if len(value) > _SEEN_WIDTH else f"'{text}'"
    if isinstance(value, Mapping):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    return str(value)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def allowed_keys(model: type[BaseModel], loc: Loc) -> list[str]:
    """Return the keys that the mapping at `loc` of the model knows; at the top the defaults are one of them."""
    found: Any = model
    for step in loc:
        found = _below(found, step)
    fields = list(found.model_fields) if isinstance(found, type) and issubclass(found, BaseModel) else []
    return fields if loc else [*fields, DEFAULTS]


def _below(annotation: Any, step: str | int) -> Any:
    """Return the annotation one step down: a field of a model, an item of a list or mapping, a member of a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(step))
        return _without_optional(field.annotation) if field else None
    members = _arguments(annotation)
    if get_origin(annotation) in (dict, tuple, list):
        return _without_optional(members[1] if get_origin(annotation) is dict else members[0])
    return next((_without_optional(member) for member in members if _has_tag(member, step)), None)


def _without_optional(annotation: Any) -> Any:
    members = [member for member in _arguments(annotation) if member is not type(None)]
    if hasattr(annotation, "__metadata__") or (len(members) == 1 and get_origin(annotation) is not tuple):
        return _without_optional(members[0])
    return annotation


def _arguments(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation)


def _has_tag(annotation: Any, tag: str | int) -> bool:
    """Tell whether a union's member is the one that a tag names: by its mark, or by the value of its own key."""
    if any(getattr(mark, "tag", None) == tag for mark in getattr(annotation, "__metadata__", ())):
        return True
    fields = getattr(annotation, "model_fields", {})
    return any(tag in get_args(field.annotation) for field in fields.values())


def _named(loc: Loc) -> str:
    names = [step for step in loc if isinstance(step, str)]
    return names[-1] if names else "the spec"


def _quoted(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", expected)
