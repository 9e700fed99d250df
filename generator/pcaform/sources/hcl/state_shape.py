"""Arguments as written -> attributes as a state holds them: the provider's types, nothing that is null."""

from collections.abc import Mapping
from typing import Any

from pcaform.sources.hcl.functions import JsonText
from pcaform.sources.hcl.type_conversion import ANY, Kind, convert
from pcaform.sources.hcl.unknown import Unknown

_NUMBERS = ("permanent_deletion_time_in_days", "expiration_in_days", "max_session_duration")
_BOOLEANS = (
    *("enabled", "force_destroy", "prevent_destroy", "block_public_acls", "block_public_policy", "ignore_public_acls"),
    "restrict_public_buckets",
)
_KINDS = {
    **dict.fromkeys(_NUMBERS, Kind("number")),
    **dict.fromkeys(_BOOLEANS, Kind("bool")),
    **dict.fromkeys(("subject", "tags", "validity"), Kind("string")),
}
"""The provider's types of arguments, and of all that lies below some blocks."""


def to_state_shape(attributes: dict[str, Any], default_tags: Mapping[str, str], *, takes_tags: bool) -> dict[str, Any]:
    """Return attributes as a state holds them: what is null is not there, and each has the provider's type."""
    found: dict[str, Any] = _typed(_without_null(attributes))
    if not found.get("tags", True):
        del found["tags"]
    if isinstance(found.get("timeouts"), list):
        found["timeouts"] = found["timeouts"][0]
    if takes_tags:
        found["tags_all"] = {**default_tags, **found.get("tags", {})}
    return found


def misfit(name: str, value: Any) -> Unknown | None:
    """Return why an argument is nothing that the provider takes: Terraform would refuse it, so it was never applied."""
    if name == "tags":
        return None if value is None or isinstance(value, Mapping) else Unknown("it is no object")
    if name == "timeouts":
        return None if value is None or _is_block(value) else Unknown("it is no block")
    return _no_boolean(name, value)


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping))


def _no_boolean(name: str, value: Any) -> Unknown | None:
    """Return why what wants true or false, an argument or what lies below it, is neither."""
    if isinstance(value, Mapping):
        return next((why for key, each in value.items() if (why := _no_boolean(key, each))), None)
    if isinstance(value, list) and name not in _BOOLEANS:
        return next((why for each in value if (why := _no_boolean(name, each))), None)
    is_fit = name not in _BOOLEANS or value is None or isinstance(convert(value, _KINDS[name]), bool)
    return None if is_fit else Unknown(f"'{name}' wants true or false")


def _typed(value: Any, name: str = "", kind: Kind = ANY) -> Any:
    """Return arguments as the provider's types make them, whatever Terraform was given for them."""
    kind = _KINDS.get(name, ANY) if kind == ANY else kind
    if isinstance(value, Mapping):
        return {key: _typed(each, key, kind) for key, each in value.items()}
    return [_typed(each, name, kind) for each in value] if isinstance(value, list) else convert(value, kind)


def _without_null(value: Any) -> Any:
    if isinstance(value, JsonText):
        return value.written
    if isinstance(value, Mapping):
        return {name: _without_null(inner) for name, inner in value.items() if inner is not None}
    return [_without_null(inner) for inner in value] if isinstance(value, list) else value
