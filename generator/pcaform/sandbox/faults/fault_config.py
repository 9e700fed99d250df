"""The settings of fault injection, one value for Python, JSON and the documentation.

Each kind of fault maps patterns of operations, such as `acm-pca:List*`, to its setting there (a rate, a chance, seconds
or a resource); the first pattern that matches an operation counts. A value alone applies to all operations:
`throttling=True` is `throttling={"*": True}`, and a list of patterns denies each of them for any resource. A pattern
such as `444455556666/acm-pca:*` is for one account only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from fnmatch import fnmatchcase
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from pcaform.sandbox.http.request import Call

Setting = TypeVar("Setting")


def _apply_to_all_operations(value: Any) -> Any:
    return {"*": value} if isinstance(value, bool | int | float) else value


def _apply_to_any_resource(value: Any) -> Any:
    patterns = [value] if isinstance(value, str) else value
    return dict.fromkeys(patterns, "*") if isinstance(patterns, list | tuple) else patterns


_Chances = Annotated[dict[str, Annotated[float, Field(ge=0, le=1)]], BeforeValidator(_apply_to_all_operations)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class FaultConfig:
    """All faults are off by default; the same seed and the same calls give the same faults.

    `throttling`: True for the rate that AWS publishes, or requests per second. `latency`: the mean in seconds of an
    exponential distribution. `failures`, `resets`, `expiry`: the chance, 0 to 1, of a 5xx answer, of a closed
    connection and of expired credentials. `denials`: the pattern of the resources that are denied.
    Raises pydantic's ValidationError, a ValueError, for invalid values.
    """

    seed: int = 0
    throttling: Annotated[
        dict[str, StrictBool | Annotated[float, Field(gt=0)]], BeforeValidator(_apply_to_all_operations)
    ] = Field(default_factory=dict)
    latency: Annotated[dict[str, Annotated[float, Field(ge=0)]], BeforeValidator(_apply_to_all_operations)] = Field(
        default_factory=dict
    )
    failures: _Chances = Field(default_factory=dict)
    resets: _Chances = Field(default_factory=dict)
    expiry: _Chances = Field(default_factory=dict)
    denials: Annotated[dict[str, str], BeforeValidator(_apply_to_any_resource)] = Field(default_factory=dict)


_JSON = TypeAdapter(FaultConfig)


def read_fault_config(data: bytes) -> FaultConfig:
    """Read the JSON form, an object with any of the fields; raises ValueError that lists every error."""
    try:
        return _JSON.validate_json(data)
    except ValidationError as error:
        raise ValueError("; ".join(_format_error(detail) for detail in error.errors())) from error


def write_fault_config(faults: FaultConfig) -> dict[str, Any]:
    """Write the JSON form, which `read_fault_config` reads."""
    document: dict[str, Any] = _JSON.dump_python(faults, mode="json")
    return document


def find_setting(settings: Mapping[str, Setting], call: Call) -> Setting | None:
    """Look up the setting of one kind of fault for a call, None where no pattern matches."""
    names = (call.operation, f"{call.account_id}/{call.operation}")
    matching = (setting for pattern, setting in settings.items() if fnmatchcase(names["/" in pattern], pattern))
    return next(matching, None)


def _format_error(detail: Any) -> str:
    """Format one of pydantic's errors."""
    path = ".".join(map(str, detail["loc"]))
    if detail["type"] == "json_invalid":
        return "the body is not JSON"
    if detail["type"] == "unexpected_keyword_argument":
        return f"unknown fault '{path}', known: {', '.join(field.name for field in fields(FaultConfig))}"
    return f"{path or 'the body'}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
