"""Rules about what is passed through to AWS: the provider drops a key that it does not know, and says nothing."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pcaform.rules.rule import error, select
from pcaform.spec.messages import describe_unknown_value, describe_value, find_nearest, suggest
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc

_KINDS = {
    "structure": (Mapping, "a mapping"),
    "list": (list, "a list"),
    "boolean": (bool, "true or false"),
    "string": (str, "text (quote it)"),
}
_PATTERNS = {
    "CustomObjectIdentifier": "an object identifier such as 2.5.29.30",
    "Base64String1To4096": "base64 of the DER encoding",
    "CountryCodeString": "two letters",
    "ASN1PrintableString64": "letters, digits, spaces and any of '()+,-.?:/=",
}
"""The patterns of the model in words, by shape."""


@error("api-passthrough", source="privateca/latest/APIReference/API_ApiPassthrough.html")
def passthrough_has_shape_of_api(spec: Spec) -> Iterator[Violation]:
    """`api_passthrough` has the shape of the API: what the provider does not know would be missing, in silence."""
    for loc, passthrough in select(spec, "managed.*.api_passthrough"):
        yield from _check(passthrough, "ApiPassthrough", loc)


def _load_shapes() -> Mapping[str, Any]:
    """Return the shapes of the API from its service model, which takes 50 ms to load."""
    from botocore.loaders import Loader

    shapes: Mapping[str, Any] = Loader().load_service_model("acm-pca", "service-2")["shapes"]
    return shapes


_shapes = cache(_load_shapes)


def _check(value: Any, name: str, loc: Loc) -> Iterator[Violation]:
    shape = _shapes()[name]
    kind, allowed = _KINDS[shape["type"]]
    is_kind = isinstance(value, kind)
    if not is_kind:
        yield _refuse(value, loc, allowed)
    elif shape["type"] == "structure":
        yield from _check_structure(value, name, loc)
    elif shape["type"] == "list":
        yield from _check_size(value, shape, loc, noun="items")
        for index, item in enumerate(value):
            yield from _check(item, shape["member"]["shape"], (*loc, index))
    elif shape["type"] == "string":
        yield from _check_text(value, name, loc)


def _check_structure(value: Mapping[str, Any], name: str, loc: Loc) -> Iterator[Violation]:
    members, required = _shapes()[name]["members"], _shapes()[name].get("required", ())
    for key, item in value.items():
        if key in members:
            yield from _check(item, members[key]["shape"], (*loc, key))
        else:
            nearest = suggest(key.replace("_", ""), members, word="allowed")
            yield Violation((*loc, key), f"unknown key '{key}'{nearest}", of_key=True)
    misspelt = {find_nearest(key.replace("_", ""), members) for key in value if key not in members}
    for key in required:
        if key not in value and key not in misspelt:
            yield Violation(loc, f"the key '{key}' is missing")
    known = [key for key in value if key in members]
    if name in ("ExtendedKeyUsage", "GeneralName") and (len(known) > 1 or not value):
        yield Violation(loc, f"{name} is one of {', '.join(members)}, seen: {' and '.join(known) or 'none'}")
    if name == "ASN1Subject" and "CustomAttributes" in value and len(known) > 1:
        yield Violation((*loc, "CustomAttributes"), "'CustomAttributes' cannot be combined with other keys")


def _check_text(value: str, name: str, loc: Loc) -> Iterator[Violation]:
    shape = _shapes()[name]
    words = shape.get("enum")
    if words and value not in words:
        yield Violation(loc, describe_unknown_value(str(loc[-1]), value, words))
    pattern = shape.get("pattern")
    if pattern and not re.fullmatch(pattern, value, re.ASCII):
        yield _refuse(value, loc, _PATTERNS.get(name, f"text like {pattern}"))
    else:
        yield from _check_size(value, shape, loc, noun="characters")


def _check_size(value: Any, shape: Mapping[str, Any], loc: Loc, *, noun: str) -> Iterator[Violation]:
    low, high = shape.get("min", 0), shape.get("max")
    if len(value) < low or (high is not None and len(value) > high):
        yield _refuse(value, loc, f"{low} to {high} {noun}")


def _refuse(value: Any, loc: Loc, allowed: str) -> Violation:
    return Violation(loc, f"'{loc[-1]}' is {describe_value(value)}, allowed: {allowed}")
