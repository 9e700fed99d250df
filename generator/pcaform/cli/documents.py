"""The JSON that commands print as plain data: its keys and types, for its schema and for reading it back."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, create_model

_CODE = Annotated[int, Field(ge=0, le=2)]


def _keys(of: str, **keys: Any) -> Any:
    """Return the model of an object that has these keys and no others."""
    fields: Any = {key: (kind, ...) for key, kind in keys.items()}
    return create_model(of, __config__=ConfigDict(extra="forbid"), **fields)


def _list(of: Any) -> Any:
    return tuple[of, ...]


_SEVERITY = Literal["error", "warning"]
_PROBLEMS = _list(_keys("Problem", path=str, line=int, column=int, severity=_SEVERITY, rule=str, message=str))
_RENDERED = _list(_keys("RenderedStack", stack=str, exit_code=_CODE, files=dict[str, str]))
_HEAD: dict[str, Any] = {"format_version": Literal["1.1"], "exit_code": _CODE, "problems": _PROBLEMS}
VALIDATION = _keys("Validation", **_HEAD)
RENDERING = _keys("Rendering", **_HEAD, stacks=_RENDERED)

_NAMED: dict[str, Any] = {"stack": str, "spec": str}
_PLACE: dict[str, Any] = {"account_id": str, "region": str, "state": str, "certificate_authorities": int}
_LEVEL: dict[str, Any] = {"level": int, "needs": tuple[str, ...]}
STACKS = _keys(
    "Stacks",
    format_version=Literal["1.0"],
    stacks=_list(_keys("Stack", **_NAMED, **_PLACE, **_LEVEL, bases=tuple[str, ...])),
)
_KIND = Literal["spec", "base", "certificate", "stack", "modules", "tool", "lock", "needs"]
_REASONS = _list(_keys("Reason", kind=_KIND, what=str))
AFFECTED = _keys(
    "Affected",
    format_version=Literal["1.0"],
    base=str,
    stacks=_list(_keys("AffectedStack", **_NAMED, level=int, reasons=_REASONS)),
    gone=_list(_keys("GoneStack", **_NAMED)),
    doubts=tuple[str, ...],
)
