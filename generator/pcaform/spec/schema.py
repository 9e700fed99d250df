"""The models -> JSON Schema (2020-12) for editors: the shape of a spec, its words and its limits."""

import copy
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from pcaform.spec.messages import DEFAULTS
from pcaform.spec.stack import Spec
from pcaform.spec.types import EXAMPLES

ID = "https://pcaform.dev/schema/spec-1.json"
_AUTHORITIES = "certificate_authorities"
_PARTIAL = "Partial"


class _Schema(GenerateJsonSchema):
    """Pydantic's schema with the dialect named, and without the titles that only repeat a key."""

    def generate(self, schema: Any, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
        return {"$schema": self.schema_dialect, "$id": ID, **super().generate(schema, mode)}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the signature is pydantic's
        return False


def json_schema() -> dict[str, Any]:
    """Return the schema of a spec.

    Where a spec has `certificate_authority_defaults`, nothing is required of a single CA: the defaults may give it.
    """
    schema: dict[str, Any] = _closed(Spec.model_json_schema(schema_generator=_Schema))
    definitions = schema["$defs"]
    needed = _needed("CertificateAuthority", definitions)
    definitions |= {f"{name}{_PARTIAL}": _partial(definitions[name], needed) for name in sorted(needed)}
    properties = schema["properties"]
    whole = properties.pop(_AUTHORITIES)
    partial = _renamed(copy.deepcopy(whole), needed)
    properties[_AUTHORITIES] = {"type": "object", "description": whole["description"]}
    properties[DEFAULTS] = {
        "$ref": f"#/$defs/CertificateAuthority{_PARTIAL}",
        "description": "What every CA of this stack has unless it says otherwise.",
    }
    return {
        **schema,
        "if": {"required": [DEFAULTS]},
        "then": {"properties": {_AUTHORITIES: partial}},
        "else": {"properties": {_AUTHORITIES: whole}},
    }


def _closed(schema: Any) -> Any:
    """Refuse the keys that a mapping's pattern does not fit, which JSON Schema lets through; add examples."""
    if isinstance(schema, dict):
        more: dict[str, Any] = {"additionalProperties": False} if "patternProperties" in schema else {}
        if schema.get("pattern") in EXAMPLES:
            more["examples"] = [EXAMPLES[schema["pattern"]]]
        return {key: _closed(value) for key, value in schema.items()} | more
    return [_closed(value) for value in schema] if isinstance(schema, list) else schema


def _needed(name: str, definitions: dict[str, Any]) -> set[str]:
    """Return a definition and all those it refers to."""
    found: set[str] = set()
    waiting = {name}
    while waiting:
        current = waiting.pop()
        found.add(current)
        waiting |= _references(definitions[current]) - found
    return found


def _references(schema: Any) -> set[str]:
    if isinstance(schema, dict):
        own = {schema["$ref"].rpartition("/")[2]} if "$ref" in schema else set()
        return own.union(*(_references(value) for value in schema.values()))
    return set().union(*(_references(value) for value in schema)) if isinstance(schema, list) else set()


def _partial(schema: Any, names: set[str]) -> Any:
    """Return a definition that requires nothing, all the way down the mappings; items of lists stay whole."""
    return {key: value for key, value in _renamed(copy.deepcopy(schema), names).items() if key != "required"}


def _renamed(schema: Any, names: set[str]) -> Any:
    """Point every reference at the partial definition, except inside lists, which are replaced and not merged."""
    if isinstance(schema, dict):
        if schema.get("$ref", "").rpartition("/")[2] in names:
            schema["$ref"] += _PARTIAL
        return {key: value if key == "items" else _renamed(value, names) for key, value in schema.items()}
    return [_renamed(value, names) for value in schema] if isinstance(schema, list) else schema
