"""Classifies errors of AWS and of the connection, so that denied or failed is never taken for absent.

Codes: https://docs.aws.amazon.com/privateca/latest/APIReference/CommonErrors.html and the errors of each operation
there; those of IAM and STS lack the ending `Exception`. Errors of the SDK itself: botocore/exceptions.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ErrorKind(StrEnum):
    """Why a request got no response."""

    DENIED = "denied"
    ABSENT = "absent"
    STATE = "not in this state"
    EXPIRED = "expired"
    UNKNOWN_CALLER = "unknown caller"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    NO_CREDENTIALS = "no credentials"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ErrorCause:
    """Why a request got no response; of the response, `message` contains only the error code."""

    kind: ErrorKind
    message: str


_CODES: Mapping[ErrorKind, tuple[str, str]] = {
    ErrorKind.DENIED: (
        "the caller's policies do not allow it",
        "AccessDenied UnauthorizedOperation NotAuthorized",
    ),
    ErrorKind.EXPIRED: ("the credentials expired", "ExpiredToken RequestExpired TokenRefreshRequired"),
    ErrorKind.UNKNOWN_CALLER: (
        "AWS does not recognize these credentials",
        (
            "UnrecognizedClient InvalidClientTokenId InvalidAccessKeyId SignatureDoesNotMatch InvalidSignature"
            " IncompleteSignature MissingAuthenticationToken OptInRequired"
        ),
    ),
    ErrorKind.THROTTLED: (
        "AWS throttled it, also after retries",
        "Throttling ThrottledRequest RequestThrottled TooManyRequests RequestLimitExceeded SlowDown",
    ),
    ErrorKind.ABSENT: (
        "it does not exist",
        (
            "ResourceNotFound NoSuchEntity NotFound NoSuchBucket NoSuchBucketPolicy "
            "NoSuchPublicAccessBlockConfiguration OwnershipControlsNotFoundError"
        ),
    ),
    ErrorKind.STATE: ("the CA's status does not allow it", "InvalidState RequestInProgress"),
}
"""By kind: its message, and the error codes without the ending `Exception`."""


def classify_error(error: Exception) -> ErrorCause | None:
    """Return why a request failed; None if the error is neither of AWS nor of the connection."""
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    if isinstance(error, exceptions.ClientError):
        return _classify_code(str(error.response.get("Error", {}).get("Code", "")))
    if isinstance(error, exceptions.TokenRetrievalError | exceptions.SSOError):
        return ErrorCause(ErrorKind.NO_CREDENTIALS, "this profile has no valid login: run 'aws sso login' for it")
    credential_errors = (
        *(exceptions.NoCredentialsError, exceptions.PartialCredentialsError),
        *(exceptions.CredentialRetrievalError, exceptions.MetadataRetrievalError),
    )
    if isinstance(error, credential_errors):
        hint = "name a --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID"
        return ErrorCause(ErrorKind.NO_CREDENTIALS, f"no credentials: {hint}")
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError):
        return ErrorCause(ErrorKind.UNREACHABLE, "the endpoint cannot be reached or closes the connection")
    is_of_sdk = isinstance(error, exceptions.BotoCoreError | ResponseParserError)
    return ErrorCause(ErrorKind.FAILED, "the response cannot be read") if is_of_sdk else None


def _classify_code(code: str) -> ErrorCause:
    for kind, (message, codes) in _CODES.items():
        if code.removesuffix("Exception") in codes.split():
            return ErrorCause(kind, f"{message} ({code})")
    is_plain = code.isascii() and code.replace(".", "").isalnum()
    return ErrorCause(ErrorKind.FAILED, f"AWS failed ({code if is_plain else 'without a code'})")
