"""Why something that exists has no place in a spec: the one answer that every reader of an inventory gives."""

from dataclasses import dataclass

from pydantic import ValidationError

from pcaform.spec.messages import describe_error
from pcaform.spec.stack import Spec

NOT_WHOLE = "only a part of it was found: it was never finished, or the state was edited"


@dataclass(frozen=True, slots=True)
class NotRepresentable(Exception):  # noqa: N818 - it is an answer, not a fault
    """Why one resource cannot be written into a spec."""

    reason: str


def reason_of(error: ValidationError) -> str:
    """Return in words why a value that exists has no place in a spec."""
    return "; ".join(describe_error(record, Spec) for record in error.errors(include_url=False))
