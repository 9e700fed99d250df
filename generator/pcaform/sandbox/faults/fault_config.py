"""What can go wrong on demand: the settings, as a value that Python, JSON and the documentation share.

Each kind of trouble maps patterns of operations, such as `acm-pca:List*`, to how strongly it strikes there; the first
pattern that fits an operation counts. A value alone stands for all operations: `throttling=True` is
`throttling={"*": True}`, and a list of patterns denies each of them for any resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from fnmatch import fnmatchcase
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

Strength = TypeVar("Strength")


def _everywhere(value: Any) -> Any:
    return {"*": value} if isinstance(value, bool | int | float) else value


def _any_resource(value: Any) -> Any:
    patterns = [value] if isinstance(value, str) else value
    return dict.fromkeys(patterns, "*") if isinstance(patterns, list | tuple) else patterns


_Chances = Annotated[dict[str, Annotated[float, Field(ge=0, le=1)]], BeforeValidator(_everywhere)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class FaultConfig:
    """All trouble is off by default; the same seed and the same calls meet the same trouble.

    `throttling`: True for the rate that AWS publishes, or requests per second. `latency`: the mean in seconds of an
    exponential distribution. `failures`, `resets`, `expiry`: the chance, 0 to 1, of a 5xx answer, of a closed
    connection and of expired credentials. `denials`: the pattern of the resources that are denied.
    Raises pydantic's ValidationError, a ValueError, for what does not fit.
    """

    seed: int = 0
    throttling: Annotated[dict[str, StrictBool | Annotated[float, Field(gt=0)]], BeforeValidator(_everywhere)] = Field(
        default_factory=dict
    )
    latency: Annotated[dict[str, Annotated[float, Field(ge=0)]], BeforeValidator(_everywhere)] = Field(
        default_factory=dict
    )
    failures: _Chances = Field(default_factory=dict)
    resets: _Chances = Field(default_factory=dict)
    expiry: _Chances = Field(default_factory=dict)
    denials: Annotated[dict[str, str], BeforeValidator(_any_resource)] = Field(default_factory=dict)


_JSON = TypeAdapter(FaultConfig)


def read_fault_config(data: bytes) -> FaultConfig:
    """Read the JSON form, an object with any of the fields; raises ValueError with one line for every fault."""
    try:
        return _JSON.validate_json(data)
    except ValidationError as error:
        raise ValueError("; ".join(_fault(fault) for fault in error.errors())) from error


def write_fault_config(faults: FaultConfig) -> dict[str, Any]:
    """Write the JSON form, which `read_troubles` takes."""
    written: dict[str, Any] = _JSON.dump_python(faults, mode="json")
    return written


def strength_at(strengths: Mapping[str, Strength], operation: str) -> Strength | None:
    """Look up how strongly one kind of trouble strikes an operation, None for not at all."""
    return next((strength for pattern, strength in strengths.items() if fnmatchcase(operation, pattern)), None)


def _fault(fault: Any) -> str:
    """Put one of pydantic's findings into our words."""
    place = ".".join(map(str, fault["loc"]))
    if fault["type"] == "json_invalid":
        return "the body is not JSON"
    if fault["type"] == "unexpected_keyword_argument":
        return f"there is no trouble '{place}'; there are {', '.join(field.name for field in fields(FaultConfig))}"
    return f"{place or 'the body'}: {fault['msg'][:1].lower()}{fault['msg'][1:]}"
