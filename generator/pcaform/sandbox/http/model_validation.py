"""Checks requests against AWS's own service model, as AWS does before any other rule.

Types are checked earlier (json_protocol), and boto3 and Terraform check required members too; they leave enums, lengths
and patterns to the service. The length of a blob is that of its bytes, not of their base64.
"""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Iterator
from typing import Any

from botocore.loaders import create_loader
from botocore.model import ListShape, ServiceModel, Shape, StringShape, StructureShape

from pcaform.sandbox.http.aws_error import validation_error


@functools.cache
def service_model(service: str) -> ServiceModel:
    """Load a service's model once; loading takes tens of milliseconds."""
    return ServiceModel(create_loader().load_service_model(service, "service-2"), service)


def check_request(service: str, operation: str, request: dict[str, Any]) -> None:
    """Raise ValidationException for a request that violates the model; the message lists every violation.

    `request` is the decoded JSON body. Form of the message:
    https://docs.aws.amazon.com/privateca/latest/APIReference/CommonErrors.html
    """
    shape = service_model(service).operation_model(operation).input_shape
    violations = list(_check_value(request, shape, "")) if shape else []
    if violations:
        noun = "error" if len(violations) == 1 else "errors"
        raise validation_error(f"{len(violations)} validation {noun} detected: {'; '.join(violations)}")


def _check_value(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _check_structure(value, shape, path)
    elif isinstance(shape, ListShape):
        yield from _check_list(value, shape, path)
    elif isinstance(shape, StringShape):
        yield from _check_string(value, shape, path)
    elif shape.type_name == "blob":
        yield from _check_blob(value, shape, path)
    elif shape.type_name in {"integer", "long"}:
        yield from _check_integer(value, shape, path)


def _check_structure(value: dict[str, Any], shape: StructureShape, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield _format_violation(None, _join(path, name), "Member must not be null")
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _check_value(value[name], member, _join(path, name))


def _check_list(value: list[Any], shape: ListShape, path: str) -> Iterator[str]:
    yield from _check_length(value, shape, path)
    for number, item in enumerate(value, start=1):
        yield from _check_value(item, shape.member, _join(path, f"{number}.member"))


def _check_string(value: str, shape: StringShape, path: str) -> Iterator[str]:
    yield from _check_length(value, shape, path)
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield _format_violation(value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    pattern = _compile(shape.metadata.get("pattern", ".*"))
    if pattern is not None and not pattern.fullmatch(value):
        yield _format_violation(value, path, f"Member must satisfy regular expression pattern: {pattern.pattern}")


def _check_blob(value: str, shape: Shape, path: str) -> Iterator[str]:
    """Check a blob; no message shows its content, which may be large or a secret."""
    try:
        size = len(base64.b64decode(value, validate=True))
    except ValueError:
        yield _format_violation("<blob>", path, "Member must be base64")
        return
    yield from _check_range(size, "<blob>", shape, path, what="length")


def _check_integer(value: int, shape: Shape, path: str) -> Iterator[str]:
    yield from _check_range(value, value, shape, path, what="value")


def _check_length(value: list[Any] | str, shape: Shape, path: str) -> Iterator[str]:
    yield from _check_range(len(value), value, shape, path, what="length")


def _check_range(size: int, value: object, shape: Shape, path: str, *, what: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield _format_violation(value, path, f"Member must have {what} greater than or equal to {low}")
    if high is not None and size > high:
        yield _format_violation(value, path, f"Member must have {what} less than or equal to {high}")


@functools.cache
def _compile(pattern: str) -> re.Pattern[str] | None:
    r"""Compile a pattern of the model, None for the few with Unicode classes, which are not checked.

    The patterns are Java's, where a class such as \w is ASCII.
    """
    try:
        return re.compile(pattern, re.DOTALL | re.ASCII)
    except re.error:
        return None


def _join(path: str, name: str) -> str:
    member = name[0].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _format_violation(value: object, path: str, constraint: str) -> str:
    text = "null" if value is None else f"'{value}'"
    return f"Value {text} at '{path}' failed to satisfy constraint: {constraint}"
