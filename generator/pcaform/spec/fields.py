"""The fields of a spec in words, from its JSON Schema: where each stands, and which values it takes."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from pcaform.spec.schema import PARTIAL, json_schema


@cache
def read_models() -> tuple[Any, Mapping[str, Any]]:
    """Return the schema of a whole spec, and those of the mappings in it by name."""
    schema = json_schema()
    whole = schema["else"]
    properties = {**schema["properties"], **whole["properties"], **whole["else"]["properties"]}
    return {**schema, "required": whole["required"], "properties": properties}, schema["$defs"]


def list_paths(top: Any, definitions: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return each definition with the paths in a spec where it is used, such as `issuers.*`, breadth first."""
    paths: dict[str, tuple[str, ...]] = {}
    waiting = [("", top)]
    for path, model in waiting:
        for key, field in model.get("properties", {}).items():
            for name, suffix in _references(field):
                at = f"{path}.{key}{suffix}".lstrip(".")
                if at not in paths.get(name, ()) and not name.endswith(PARTIAL):
                    paths[name] = (*paths.get(name, ()), at)
                    waiting.append((at, definitions[name]))
    return paths


def _references(field: Any, suffix: str = "") -> Iterator[tuple[str, str]]:
    if "$ref" in field:
        yield field["$ref"].rpartition("/")[2], suffix
    for union in ("anyOf", "oneOf"):
        for each in field.get(union, []):
            yield from _references(each, suffix)
    if "items" in field:
        yield from _references(field["items"], f"{suffix}[]")
    for each in field.get("patternProperties", {}).values():
        yield from _references(each, f"{suffix}.*")


def list_fields() -> Iterator[tuple[str, Any, Any]]:
    """Yield the path of each field, such as `issuers.*.user_name`, its schema, and that of the mapping it is in."""
    top, definitions = read_models()
    paths = list_paths(top, definitions)
    for at, model in [("", top), *((at, definitions[name]) for name, places in paths.items() for at in places)]:
        for name, field in model.get("properties", {}).items():
            yield f"{at}.{name}".lstrip("."), field, model


def describe_values(field: Any, of_model: Callable[[str], str]) -> str:
    """Return a field's type with its limits, in one short phrase; `of_model` names a mapping of its own."""
    if "$ref" in field:
        return of_model(field["$ref"].rpartition("/")[2].removesuffix(PARTIAL))
    for union in ("anyOf", "oneOf"):
        if union in field:
            return " or ".join(describe_values(each, of_model) for each in field[union] if each.get("type") != "null")
    if "const" in field:
        return code(field["const"])
    if "enum" in field:
        return ", ".join(code(value) for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {describe_values(field['items'], of_model)}{_range(field, 'minItems', 'maxItems')}"
    if "patternProperties" in field:
        members = [describe_values(each, of_model) for each in field["patternProperties"].values()]
        return f"mapping of {' or '.join(members)}"
    words = {"string": "text", "integer": "number", "boolean": "true or false", "object": "mapping"}
    limits = _range(field, "minLength", "maxLength") + _range(field, "minimum", "maximum")
    pattern = f" like {code(field['pattern'])}" if "pattern" in field else ""
    return f"{words.get(field.get('type', ''), 'any')}{limits}{pattern}"


def _range(field: Any, low: str, high: str) -> str:
    if low not in field and high not in field:
        return ""
    return f" ({field.get(low, '')}..{field.get(high, '')})"


def code(value: Any) -> str:
    """Return a value as a code span of Markdown, which also reads well in a terminal."""
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def default_of(field: Any, *, is_required: bool) -> str:
    """Return the default of a field as code, `required`, or nothing where leaving it out means nothing."""
    if is_required:
        return "required"
    return code(field["default"]) if field.get("default") not in (None, [], {}) else ""
