"""What AWS, or the way to it, refused -> one cause in our words, so that denied and failed are never taken for absent.

Codes: https://docs.aws.amazon.com/privateca/latest/APIReference/CommonErrors.html and the errors of each operation
there; those of IAM and STS lack the ending `Exception`. What an SDK raises by itself: botocore/exceptions.py.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What became of a request that got no answer."""

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
class Cause:
    """Why a request got no answer; `said` is for people and holds nothing that came over the wire but the code."""

    kind: Kind
    said: str


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
    (Kind.DENIED, _DENIED, "the caller's policies do not allow it"),
    (Kind.EXPIRED, _EXPIRED, "the credentials expired"),
    (Kind.UNKNOWN_CALLER, _UNKNOWN_CALLER, "AWS does not know these credentials there"),
    (Kind.THROTTLED, _THROTTLED, "AWS refused it as one of too many, again and again"),
    (Kind.ABSENT, _ABSENT, "it is not there"),
    (Kind.STATE, _STATE, "AWS does not answer that in the CA's state"),
)


def cause(error: Exception) -> Cause | None:
    """Return why a request failed, None where the error is no answer of AWS's and none of the way to it."""
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        return _of_code(str(error.response.get("Error", {}).get("Code", "")))
    missing = (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.TokenRetrievalError,
        exceptions.SSOError,
        exceptions.MetadataRetrievalError,
    )
    if isinstance(error, missing):
        return Cause(Kind.NO_CREDENTIALS, _WITHOUT[_is_login(error)])
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError):
        return Cause(Kind.UNREACHABLE, "the endpoint cannot be reached, or breaks the connection off")
    return Cause(Kind.FAILED, "the answer cannot be read") if isinstance(error, exceptions.BotoCoreError) else None


_WITHOUT = {
    True: "the login of this profile has ended or never was: run 'aws sso login' with it",
    False: "no credentials: name a --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID",
}


def _is_login(error: Exception) -> bool:
    from botocore import exceptions

    return isinstance(error, exceptions.TokenRetrievalError | exceptions.SSOError)


def _of_code(code: str) -> Cause:
    bare = code.removesuffix("Exception")
    for kind, codes, said in _BY_CODE:
        if bare in codes:
            return Cause(kind, f"{said} ({code})")
    return Cause(Kind.FAILED, f"AWS failed ({_shown(code)})")


def _shown(code: str) -> str:
    return code if code.isascii() and code.replace(".", "").isalnum() else "without a code"
