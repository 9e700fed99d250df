"""Raised when an existing resource cannot be represented in a spec; holds the reason."""

from dataclasses import dataclass

from pydantic import ValidationError

from pcaform.spec.messages import describe_error
from pcaform.spec.stack import Spec

INCOMPLETE_RESOURCE = "it is incomplete: its creation failed, or the state was edited"


@dataclass(frozen=True, slots=True)
class NotRepresentable(Exception):  # noqa: N818 - it is a result, not a fault
    """Why one resource cannot be written into a spec."""

    reason: str


def describe_reason(error: ValidationError) -> str:
    """Describe why an existing value cannot be represented in a spec."""
    return "; ".join(describe_error(record, Spec) for record in error.errors(include_url=False))
