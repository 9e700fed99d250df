"""The models -> JSON Schema (2020-12) for editors: the keys, types, allowed values and limits of a spec."""

import copy
import json
import re
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from pcaform.spec.messages import DEFAULTS
from pcaform.spec.stack import Spec
from pcaform.spec.types import EXAMPLES

ID = "https://pcaform.dev/schema/spec-1.json"
_AUTHORITIES = "certificate_authorities"
_PARTIAL = "Partial"
_REFERENCE = re.compile(r'"#/\$defs/(\w+)"')


class _Schema(GenerateJsonSchema):
    """Pydantic's schema with the dialect, and without titles that only repeat a key."""

    def generate(self, schema: Any, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
        return {"$schema": self.schema_dialect, "$id": ID, **super().generate(schema, mode)}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the signature is pydantic's
        return False


def json_schema() -> dict[str, Any]:
    """Return the schema of a spec.

    If a spec has `certificate_authority_defaults`, no key is required in a single CA: the defaults may contain it.
    """
    schema: dict[str, Any] = _close_mappings(Spec.model_json_schema(schema_generator=_Schema))
    definitions = schema["$defs"]
    reachable = _list_reachable("CertificateAuthority", definitions)
    definitions |= {f"{name}{_PARTIAL}": _make_partial(definitions[name], reachable) for name in sorted(reachable)}
    properties = schema["properties"]
    whole = properties.pop(_AUTHORITIES)
    partial = _refer_to_partial(copy.deepcopy(whole), reachable)
    properties[_AUTHORITIES] = {"type": "object", "description": whole["description"]}
    properties[DEFAULTS] = {
        "$ref": f"#/$defs/CertificateAuthority{_PARTIAL}",
        "description": "The defaults of every CA of this stack.",
    }
    return {
        **schema,
        "if": {"required": [DEFAULTS]},
        "then": {"properties": {_AUTHORITIES: partial}},
        "else": {"properties": {_AUTHORITIES: whole}},
    }


def _close_mappings(schema: Any) -> Any:
    """Forbid keys that do not match a mapping's pattern, which JSON Schema allows by default; add examples."""
    if isinstance(schema, dict):
        more: dict[str, Any] = {"additionalProperties": False} if "patternProperties" in schema else {}
        if schema.get("pattern") in EXAMPLES:
            more["examples"] = [EXAMPLES[schema["pattern"]]]
        return {key: _close_mappings(value) for key, value in schema.items()} | more
    return [_close_mappings(value) for value in schema] if isinstance(schema, list) else schema


def _list_reachable(name: str, definitions: dict[str, Any]) -> set[str]:
    """Return a definition and all those it refers to."""
    reachable: set[str] = set()
    waiting = {name}
    while waiting:
        current = waiting.pop()
        reachable.add(current)
        waiting |= set(_REFERENCE.findall(json.dumps(definitions[current]))) - reachable
    return reachable


def _make_partial(schema: Any, names: set[str]) -> Any:
    """Return a definition without required keys, also in nested mappings; items of lists stay whole."""
    return {key: value for key, value in _refer_to_partial(copy.deepcopy(schema), names).items() if key != "required"}


def _refer_to_partial(schema: Any, names: set[str]) -> Any:
    """Point every reference to the partial definition, except inside lists, which are replaced and not merged."""
    if isinstance(schema, dict):
        if schema.get("$ref", "").rpartition("/")[2] in names:
            schema["$ref"] += _PARTIAL
        return {key: value if key == "items" else _refer_to_partial(value, names) for key, value in schema.items()}
    return [_refer_to_partial(value, names) for value in schema] if isinstance(schema, list) else schema
