"""Converts arguments to attributes as a state has them: with the provider's types and without nulls."""

from collections.abc import Mapping
from typing import Any

from pcaform.sources.hcl.functions import JsonText
from pcaform.sources.hcl.type_conversion import ANY_TYPE, TypeConstraint, convert
from pcaform.sources.hcl.unknown import Unknown
from pcaform.terraform.arguments import ARGUMENTS

_SCALARS = {row.name.rpartition(".")[2]: row.kind for row in ARGUMENTS if row.kind in ("number", "bool")}
_BOOLEANS = frozenset(name for name, kind in _SCALARS.items() if kind == "bool") | {"prevent_destroy"}
_TYPES = {
    **{name: TypeConstraint(kind) for name, kind in _SCALARS.items()},
    "prevent_destroy": TypeConstraint("bool"),
    **dict.fromkeys(("subject", "tags", "validity"), TypeConstraint("string")),
}
"""The provider's types of some arguments; a type applies to everything below a block or map too."""


def to_state_shape(attributes: dict[str, Any], default_tags: Mapping[str, str], *, takes_tags: bool) -> dict[str, Any]:
    """Return attributes as a state has them: with the provider's types and without nulls."""
    result: dict[str, Any] = _convert_types(_drop_nulls(attributes))
    if not result.get("tags", True):
        del result["tags"]
    if isinstance(result.get("timeouts"), list):
        result["timeouts"] = result["timeouts"][0]
    if takes_tags:
        result["tags_all"] = {**default_tags, **result.get("tags", {})}
    return result


def type_error(name: str, value: Any) -> Unknown | None:
    """Return why the provider does not accept an argument: Terraform rejects it, so it was never applied."""
    if name == "tags":
        return None if value is None or isinstance(value, Mapping) else Unknown("it is not a map")
    if name == "timeouts":
        return None if value is None or _is_block(value) else Unknown("it is not a block")
    return _find_non_boolean(name, value)


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping))


def _find_non_boolean(name: str, value: Any) -> Unknown | None:
    """Return why a boolean argument, or one below it, is not true or false; None if all are."""
    if isinstance(value, Mapping):
        return next((why for key, each in value.items() if (why := _find_non_boolean(key, each))), None)
    if isinstance(value, list) and name not in _BOOLEANS:
        return next((why for each in value if (why := _find_non_boolean(name, each))), None)
    is_fit = name not in _BOOLEANS or value is None or isinstance(convert(value, _TYPES[name]), bool)
    return None if is_fit else Unknown(f"'{name}' must be true or false")


def _convert_types(value: Any, name: str = "", type_constraint: TypeConstraint = ANY_TYPE) -> Any:
    """Return arguments converted to the provider's types."""
    type_constraint = _TYPES.get(name, ANY_TYPE) if type_constraint == ANY_TYPE else type_constraint
    if isinstance(value, Mapping):
        return {key: _convert_types(each, key, type_constraint) for key, each in value.items()}
    return (
        [_convert_types(each, name, type_constraint) for each in value]
        if isinstance(value, list)
        else convert(value, type_constraint)
    )


def _drop_nulls(value: Any) -> Any:
    if isinstance(value, JsonText):
        return value.as_written
    if isinstance(value, Mapping):
        return {name: _drop_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_drop_nulls(inner) for inner in value] if isinstance(value, list) else value
