"""Pydantic's error records -> messages: what was seen, what is allowed, the nearest spelling."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from pcaform.core import facts
from pcaform.core.formats.text import count
from pcaform.core.unicode import visible
from pcaform.spec.types import PATTERN_DESCRIPTIONS, TEMPLATE, is_tag, strip_tags
from pcaform.spec.yaml_reader import Loc

_TYPES = {
    "string_type": "text (quote it)",
    "int_type": "a number",
    "bool_type": "true or false",
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "a mapping"),
    **dict.fromkeys(("tuple_type", "list_type"), "a list"),
}
_LIMITS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda ctx: f"{ctx['ge']} or more",
    "less_than_equal": lambda ctx: f"{ctx['le']} or less",
    "string_too_short": lambda ctx: f"at least {count(ctx['min_length'], 'character')}",
    "string_too_long": lambda ctx: f"at most {count(ctx['max_length'], 'character')}",
    "too_short": lambda ctx: f"at least {count(ctx['min_length'], 'item')}",
    "too_long": lambda ctx: f"at most {count(ctx['max_length'], 'item')}",
    "string_pattern_mismatch": lambda ctx: PATTERN_DESCRIPTIONS[ctx["pattern"]],
}
_SEEN_WIDTH = 110  # an ARN of a CA, whole

_KIND = "managed"
"""The key of a CA that decides which others it has."""

DEFAULTS = "certificate_authority_defaults"
EXTENDS = "extends"
"""The two keys of a spec that are no fields of the model: what they stand for is merged before validation."""


def describe_error(error: Any, model: type[BaseModel]) -> str:
    """Return the message for one record of `ValidationError.errors()` of `model`."""
    kind, loc, context = error["type"], loc_of(error), error.get("ctx", {})
    if kind == "missing":
        return f"the key '{loc[-1]}' is missing"
    if kind == "union_tag_not_found":
        name = context["discriminator"].strip("'")
        close = find_nearest(name, error["input"]) if isinstance(error["input"], Mapping) else None
        return f"unknown key '{close}' (did you mean '{name}'?)" if close else f"the key '{name}' is missing"
    if kind == "extra_forbidden":
        allowed_keys = list_allowed_keys(model, error["loc"][:-1])
        place = None if find_nearest(loc[-1], allowed_keys) else _find_place(loc)
        hint = f" (did you mean '{place}'?)" if place else suggest(loc[-1], allowed_keys, word="allowed")
        return f"unknown key '{loc[-1]}'{hint}"
    if kind == "union_tag_invalid":
        allowed_tags = _quoted_words(context["expected_tags"])
        return describe_unknown_value(context["discriminator"].strip("'"), context["tag"], allowed_tags)
    if kind == "literal_error":
        words = _quoted_words(context["expected"]) or [context["expected"]]
        allowed_words = [*words, "a mapping"] if is_tag(error["loc"][-1]) else words
        return describe_unknown_value(_key_name(loc), error["input"], allowed_words)
    allowed = _TYPES.get(kind) or (_LIMITS[kind](context) if kind in _LIMITS else error["msg"])
    if is_about_key(error):
        return f"the key {describe_value(loc[-2])} is not allowed: {allowed}"
    known = facts.TEMPLATES if context.get("pattern") == TEMPLATE else ()
    return f"'{_key_name(loc)}' is {describe_value(error['input'])}{suggest(error['input'], known)}, allowed: {allowed}"


def _find_place(loc: Loc) -> str | None:
    """Return where a key of an item stands that is known elsewhere: in a mapping of the item, or as a section.

    `crl` for `crl_configuration` and `share` for `shares` are known too.
    """
    from pcaform.spec.fields import list_fields

    if len(loc) != 3:  # noqa: PLR2004 - section, key of the item, key in it
        return None
    item, key = f"{loc[0]}.*.", str(loc[-1])
    known = (key, f"{key}s", f"{key}_configuration")
    paths = [path for path, *_ in list_fields() if path.rpartition(".")[2] in known]
    inside = [path.removeprefix(item) for path in paths if path.startswith(item)]
    near = [path for path in inside if path.count(".") == 1] + [path for path in paths if "." not in path]
    return None if key in inside or not near else near[0]


def loc_of(error: Any) -> Loc:
    """Return the path of a record in the file; an unknown key is kept even if it looks like a union's tag."""
    loc = error["loc"]
    return (*strip_tags(loc[:-1]), loc[-1]) if error["type"] == "extra_forbidden" else strip_tags(loc)


def is_about_key(error: Any) -> bool:
    """Tell whether a record is about a mapping's own key, which pydantic marks with a last step `[key]`."""
    loc = error["loc"]
    return len(loc) > 1 and loc[-1] == "[key]" and bool(error["input"] == loc[-2])


def describe_unknown_value(name: str, value: Any, allowed: Sequence[str]) -> str:
    """Return the message for a value that is none of the allowed ones."""
    return f"'{name}' is {describe_value(value)}{suggest(value, allowed)}, allowed: {', '.join(allowed)}"


def find_nearest(value: Any, allowed: Iterable[str]) -> str | None:
    """Return the most similar of the allowed words, if one is similar."""
    words = {word.lower(): word for word in allowed if word != value}
    close = difflib.get_close_matches(value.lower(), words, n=1, cutoff=0.7) if isinstance(value, str) else []
    return words[close[0]] if close else None


def suggest(value: Any, allowed: Iterable[str], *, word: str = "") -> str:
    """Return ` (did you mean …?)` if an allowed word is similar, else all of them after `word`, if it is given."""
    words = list(allowed)
    close = find_nearest(value, words)
    if close is not None:
        return f" (did you mean '{close}'?)"
    return f", {word}: {', '.join(words)}" if word else ""


def is_echo(record: Any, records: Sequence[Any], model: type[BaseModel]) -> bool:
    """Tell whether a record says once more that a key is misspelt: where another names its right spelling.

    A misspelt `managed`, or a wrong value of it, also makes another kind of CA, whose keys are then missing.
    """
    if record["type"] != "missing":
        return False
    *parent, name = record["loc"]
    beside = [each for each in records if list(each["loc"][:-1]) == parent and each is not record]
    unknown = [each["loc"][-1] for each in beside if each["type"] == "extra_forbidden"]
    close = {find_nearest(key, list_allowed_keys(model, parent)) for key in unknown}
    wrong = {each["loc"][-1] for each in beside if each["type"] not in ("missing", "extra_forbidden")}
    return name in close or _KIND in close | wrong


def describe_value(value: Any) -> str:
    """Return a value as messages show it: quoted text, plain numbers, and only the kind of a container."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "empty"
    if isinstance(value, str):
        text = visible(value[: _SEEN_WIDTH + 1])
        return f"'{text[:_SEEN_WIDTH]}…'" if len(value) > _SEEN_WIDTH else f"'{text}'"
    if isinstance(value, Mapping):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    return str(value)


def list_allowed_keys(model: type[BaseModel], loc: Loc) -> list[str]:
    """Return the keys that the mapping at `loc` of the model may have; at the top of a spec also what is merged."""
    annotation: Any = model
    for step in loc:
        annotation = _descend(annotation, step)
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    fields = list(annotation.model_fields) if is_model else []
    return [*fields, DEFAULTS, EXTENDS] if not loc and "certificate_authorities" in fields else fields


def _descend(annotation: Any, step: str | int) -> Any:
    """Return the annotation one step down: a field of a model, an item of a list or mapping, a member of a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(step))
        return _strip_optional(field.annotation) if field else None
    members = get_args(annotation)
    if get_origin(annotation) in (dict, tuple, list):
        return _strip_optional(members[1] if get_origin(annotation) is dict else members[0])
    return next((_strip_optional(member) for member in members if _has_tag(member, step)), None)


def _strip_optional(annotation: Any) -> Any:
    members = [member for member in get_args(annotation) if member is not type(None)]
    if hasattr(annotation, "__metadata__") or (len(members) == 1 and get_origin(annotation) is not tuple):
        return _strip_optional(members[0])
    return annotation


def _has_tag(annotation: Any, tag: str | int) -> bool:
    """Tell whether a union's member has this tag: as its Tag, or as the literal value of one of its fields."""
    if any(getattr(mark, "tag", None) == tag for mark in getattr(annotation, "__metadata__", ())):
        return True
    fields = getattr(annotation, "model_fields", {})
    return any(tag in get_args(field.annotation) for field in fields.values())


def _key_name(loc: Loc) -> str:
    names = [step for step in loc if isinstance(step, str)]
    return names[-1] if names else "the spec"


def _quoted_words(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", expected)
