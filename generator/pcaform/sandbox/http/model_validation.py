"""Requests are checked against AWS's own service model, as the real front end does before any other rule.

Types are judged before, and boto3 and Terraform check required members too; enums, lengths and patterns are left to the
service. The length of a blob is that of its bytes, not of the base64 around them.
"""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore.model import ListShape, ServiceModel, Shape, StringShape, StructureShape

from pcaform.sandbox.http.aws_error import validation


@functools.cache
def service_model(service: str) -> ServiceModel:
    """Load a service's model once; loading takes tens of milliseconds."""
    loader = botocore.session.Session().get_component("data_loader")
    return ServiceModel(loader.load_service_model(service, "service-2"), service)


def check_request(service: str, operation: str, request: dict[str, Any]) -> None:
    """Refuse a request that violates the model, with a ValidationException that lists every violation.

    `request` is the decoded JSON body. Shape of the message:
    https://docs.aws.amazon.com/privateca/latest/APIReference/CommonErrors.html
    """
    shape = service_model(service).operation_model(operation).input_shape
    faults = list(_faults(request, shape, "")) if shape else []
    if faults:
        noun = "error" if len(faults) == 1 else "errors"
        raise validation(f"{len(faults)} validation {noun} detected: {'; '.join(faults)}")


def _faults(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure_faults(value, shape, path)
    elif isinstance(shape, ListShape):
        yield from _list_faults(value, shape, path)
    elif isinstance(shape, StringShape):
        yield from _string_faults(value, shape, path)
    elif shape.type_name == "blob":
        yield from _blob_faults(value, shape, path)
    elif shape.type_name in {"integer", "long"}:
        yield from _integer_faults(value, shape, path)


def _structure_faults(value: dict[str, Any], shape: StructureShape, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield _fault(None, _join(path, name), "Member must not be null")
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _faults(value[name], member, _join(path, name))


def _list_faults(value: list[Any], shape: ListShape, path: str) -> Iterator[str]:
    yield from _length_faults(value, shape, path)
    for number, item in enumerate(value, start=1):
        yield from _faults(item, shape.member, _join(path, f"{number}.member"))


def _string_faults(value: str, shape: StringShape, path: str) -> Iterator[str]:
    yield from _length_faults(value, shape, path)
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield _fault(value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    pattern = _compiled(shape.metadata.get("pattern", ".*"))
    if pattern is not None and not pattern.fullmatch(value):
        yield _fault(value, path, f"Member must satisfy regular expression pattern: {pattern.pattern}")


def _blob_faults(value: str, shape: Shape, path: str) -> Iterator[str]:
    """Judge a blob; no fault shows it, since it may be large or a secret."""
    try:
        size = len(base64.b64decode(value, validate=True))
    except ValueError:
        yield _fault("<blob>", path, "Member must be base64")
        return
    yield from _range_faults(size, "<blob>", shape, path, what="length")


def _integer_faults(value: int, shape: Shape, path: str) -> Iterator[str]:
    yield from _range_faults(value, value, shape, path, what="value")


def _length_faults(value: list[Any] | str, shape: Shape, path: str) -> Iterator[str]:
    yield from _range_faults(len(value), value, shape, path, what="length")


def _range_faults(size: int, value: object, shape: Shape, path: str, *, what: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield _fault(value, path, f"Member must have {what} greater than or equal to {low}")
    if high is not None and size > high:
        yield _fault(value, path, f"Member must have {what} less than or equal to {high}")


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Compile a pattern of the model; the few with Unicode classes go unchecked.

    Patterns are Java's, where a class such as that of word characters is ASCII.
    """
    try:
        return re.compile(pattern, re.DOTALL | re.ASCII)
    except re.error:
        return None


def _join(path: str, name: str) -> str:
    member = name[0].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _fault(value: object, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"
