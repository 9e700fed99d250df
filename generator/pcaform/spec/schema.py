"""The models -> JSON Schema (2020-12) for editors: the keys, types, allowed values and limits of a spec."""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from pcaform.spec.messages import DEFAULTS, EXTENDS
from pcaform.spec.stack import Spec
from pcaform.spec.types import EXAMPLES, Model

ID = "https://pcaform.dev/schema/spec-1.json"
_AUTHORITIES = "certificate_authorities"
PARTIAL = "Partial"
"""The suffix of the definitions for what is merged, which have the same keys."""
_NAMES = {
    "oneOf": [{"required": ["arn"]}, {"required": ["stack"]}],
    "dependentRequired": {"stack": ["certificate_authority"], "certificate_authority": ["stack"]},
}
"""What names a CA that is managed elsewhere."""
_OF_DEFAULTS = {"description": "The defaults of every CA of this stack."}
_EXTENDS = {
    "description": "The bases that this file is merged over: the name of a file relative to this one, or a list.",
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
    ],
}


class _Schema(GenerateJsonSchema):
    """Pydantic's schema with the dialect, and without titles that only repeat a key."""

    def generate(self, schema: Any, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
        return {"$schema": self.schema_dialect, "$id": ID, **super().generate(schema, mode)}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the signature is pydantic's
        return False


def json_schema() -> dict[str, Any]:
    """Return the schema of a spec.

    If a spec has `certificate_authority_defaults`, no key is required in a single CA: the defaults may contain it. If
    it extends bases, none but `stack` is required anywhere, except in items of lists.
    """
    schema: dict[str, Any] = _close_mappings(Spec.model_json_schema(schema_generator=_Schema))
    definitions = schema["$defs"]
    for model in _list_models(Model):
        node = schema if model is Spec else definitions.get(model.__name__, {})
        for name, text in _read_docstrings(model).items():
            if name in node.get("properties", {}):
                node["properties"][name]["description"] = text
    names = set(definitions)
    for name in sorted(names):  # without required keys, also in nested mappings; items of lists stay whole
        fields = {key: value for key, value in definitions[name].items() if key != "required"}
        definitions[f"{name}{PARTIAL}"] = _refer_to_partial(fields, names)
    definitions["Reference"] |= _NAMES
    whole = schema["properties"]
    authorities = whole.pop(_AUTHORITIES)
    of_defaults = {"$ref": f"#/$defs/CertificateAuthority{PARTIAL}", **_OF_DEFAULTS}
    partial = {**_refer_to_partial({**whole, _AUTHORITIES: authorities}, names), DEFAULTS: of_defaults}
    whole[DEFAULTS] = of_defaults
    described = {name: {"description": each["description"]} for name, each in partial.items()}
    return {
        **schema,
        "properties": {**described, EXTENDS: _EXTENDS},
        "required": ["stack"],
        "if": {"required": [EXTENDS]},
        "then": {"properties": partial},
        "else": {
            "properties": whole,
            "required": schema["required"],
            "if": {"required": [DEFAULTS]},
            "then": {"properties": {_AUTHORITIES: partial[_AUTHORITIES]}},
            "else": {"properties": {_AUTHORITIES: authorities}},
        },
    }


def _list_models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield a model and those derived from it, the base first: the words of a derived one are more exact."""
    yield model
    for derived in model.__subclasses__():
        yield from _list_models(derived)


def _read_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the texts below the fields of a model and of its bases.

    Pydantic can do that for each model when it is made, which would read all sources anew at each start.
    """
    texts: dict[str, str] = {}
    for each in reversed([base for base in model.__mro__ if issubclass(base, Model)]):
        body = cast("ast.ClassDef", ast.parse(inspect.getsource(each)).body[0]).body
        for field, text in pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                texts[cast("ast.Name", field.target).id] = inspect.cleandoc(str(text.value.value))
    return texts


def _close_mappings(schema: Any) -> Any:
    """Forbid keys that do not match a mapping's pattern, which JSON Schema allows by default; add examples."""
    if isinstance(schema, dict):
        more: dict[str, Any] = {"additionalProperties": False} if "patternProperties" in schema else {}
        if schema.get("pattern") in EXAMPLES:
            more["examples"] = [EXAMPLES[schema["pattern"]]]
        return {key: _close_mappings(value) for key, value in schema.items()} | more
    return [_close_mappings(value) for value in schema] if isinstance(schema, list) else schema


def _refer_to_partial(schema: Any, names: set[str]) -> Any:
    """Return a schema that refers to partial definitions, except inside lists, which are replaced and not merged.

    What is partial may fit several of the definitions that exclude each other as a whole.
    """
    if isinstance(schema, dict):
        parts = {"anyOf" if key == "oneOf" else key: each for key, each in schema.items()}
        fields = {key: each if key == "items" else _refer_to_partial(each, names) for key, each in parts.items()}
        name = schema.get("$ref", "").rpartition("/")[2]
        return {**fields, "$ref": f"{schema['$ref']}{PARTIAL}"} if name in names else fields
    return [_refer_to_partial(value, names) for value in schema] if isinstance(schema, list) else schema
