"""JSON: the one writer of all reports, and the one builder of their JSON Schemas."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, computed_field

from pcaform.core.unicode import COMMAND, json_escape

T = TypeVar("T")
_DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


def format_json(document: Any) -> str:
    """Return a dataclass or plain data as JSON in which nothing commands a terminal or a CI log, also as text.

    The field `format_version` of every report: its major number grows with breaking changes.
    """
    data = TypeAdapter(type(document)).dump_python(document, mode="json", by_alias=True)
    text = json.dumps(data, indent=2, ensure_ascii=False)
    if not text.replace("\n", "").isprintable():
        text = "".join(each if each.isprintable() or each == "\n" else json_escape(each) for each in text)
    return COMMAND.sub(r"#\\u0023", text)


def alias(name: str, kind: type[T]) -> T:
    """Return a property that repeats a field under another name, in Python and in JSON."""
    repeated: Any = computed_field(return_type=kind)(property(lambda finding: getattr(finding, name)))
    return cast("T", repeated)


def json_schema(report: type, *, rules: Sequence[str] = ()) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a report's dataclass, for programs that read it; all keys are always there.

    `rules` are the ids that its findings may have, if they are a closed list.
    """
    schema = {**_DIALECT, **TypeAdapter(report).json_schema(mode="serialization")}
    for name, part in [("", schema), *schema["$defs"].items()]:
        if "properties" in part:
            part["required"] = list(part["properties"])
        if rules and name.endswith("Finding"):
            part["properties"]["rule"] = {"$ref": "#/$defs/Rule"}
    if rules:
        schema["$defs"]["Rule"] = {"title": "Rule", "type": "string", "enum": list(rules)}
    return schema
