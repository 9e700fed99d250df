"""Classifies errors of AWS and of the connection, so that denied or failed is never taken for absent.

Codes: https://docs.aws.amazon.com/privateca/latest/APIReference/CommonErrors.html and the errors of each operation
there; those of IAM and STS lack the ending `Exception`. Errors of the SDK itself: botocore/exceptions.py.
"""

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


_DENIED = ("AccessDenied", "UnauthorizedOperation", "NotAuthorized")
_EXPIRED = ("ExpiredToken", "RequestExpired", "TokenRefreshRequired")
_UNKNOWN_CALLER = (
    "UnrecognizedClient",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidSignature",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "OptInRequired",
)
_THROTTLED = (
    "Throttling",
    "ThrottledRequest",
    "RequestThrottled",
    "TooManyRequests",
    "RequestLimitExceeded",
    "SlowDown",
)
_ABSENT = (
    "ResourceNotFound",
    "NoSuchEntity",
    "NotFound",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
)
_STATE = ("InvalidState", "RequestInProgress")
_BY_CODE = (
    (ErrorKind.DENIED, _DENIED, "the caller's policies do not allow it"),
    (ErrorKind.EXPIRED, _EXPIRED, "the credentials expired"),
    (ErrorKind.UNKNOWN_CALLER, _UNKNOWN_CALLER, "AWS does not recognize these credentials"),
    (ErrorKind.THROTTLED, _THROTTLED, "AWS throttled it, also after retries"),
    (ErrorKind.ABSENT, _ABSENT, "it does not exist"),
    (ErrorKind.STATE, _STATE, "the CA's status does not allow it"),
)


def classify_error(error: Exception) -> ErrorCause | None:
    """Return why a request failed; None if the error is neither of AWS nor of the connection."""
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        return _classify_code(str(error.response.get("Error", {}).get("Code", "")))
    credential_errors = (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.TokenRetrievalError,
        exceptions.SSOError,
        exceptions.MetadataRetrievalError,
    )
    if isinstance(error, credential_errors):
        return ErrorCause(ErrorKind.NO_CREDENTIALS, _NO_CREDENTIALS[_is_login(error)])
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError):
        return ErrorCause(ErrorKind.UNREACHABLE, "the endpoint cannot be reached or closes the connection")
    return (
        ErrorCause(ErrorKind.FAILED, "the response cannot be read")
        if isinstance(error, exceptions.BotoCoreError)
        else None
    )


_NO_CREDENTIALS = {
    True: "this profile has no valid login: run 'aws sso login' for it",
    False: "no credentials: name a --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID",
}


def _is_login(error: Exception) -> bool:
    from botocore import exceptions

    return isinstance(error, exceptions.TokenRetrievalError | exceptions.SSOError)


def _classify_code(code: str) -> ErrorCause:
    bare = code.removesuffix("Exception")
    for kind, codes, message in _BY_CODE:
        if bare in codes:
            return ErrorCause(kind, f"{message} ({code})")
    return ErrorCause(ErrorKind.FAILED, f"AWS failed ({_format_code(code)})")


def _format_code(code: str) -> str:
    return code if code.isascii() and code.replace(".", "").isalnum() else "without a code"
