"""Opens an AWS account: credentials, regions, and clients whose requests are rate-limited; classifies their errors.

All settings of boto3 apply: profiles, single sign-on, AWS_ENDPOINT_URL, proxies. Requests are limited to the rates that
AWS publishes for each operation and region, across all threads. Other programs in the account share the same quotas, so
AWS may still throttle a request; botocore then retries it, and each retry is limited like the first request.

Denied or failed is never taken for absent. Error codes:
https://docs.aws.amazon.com/privateca/latest/APIReference/CommonErrors.html and the errors of each operation there;
those of IAM and STS lack the ending `Exception`. Errors of the SDK itself: botocore/exceptions.py.
"""

import math
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pcaform.core import console
from pcaform.core.facts import REQUEST_RATES
from pcaform.core.problems import Failure

_ATTEMPTS = 8
"""Attempts of one request, unless AWS_MAX_ATTEMPTS is set; botocore waits up to 1, 2, 4, ... 20 seconds in between."""
_FIRST_ATTEMPTS = 3
_CONNECTIONS = 64
_SESSION_NAME = "pcaform-import"
_DISABLED = ("DISABLED", "DISABLING")
_ACCOUNT_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}


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
    ErrorKind.DENIED: ("the caller's policies do not allow it", "AccessDenied UnauthorizedOperation NotAuthorized"),
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


class Stopped(Exception):  # noqa: N818 - it is not an error: the run was stopped
    """The run was stopped, so the request is not sent."""


class RateLimiter:
    """One queue for each operation and region, shared by all threads; without bursts, since AWS publishes none."""

    def __init__(self, rates: Mapping[str, float] = REQUEST_RATES) -> None:
        self._rates = rates
        self._next: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._others: list[RateLimiter] = []

    def fork(self) -> "RateLimiter":
        """Return one for another account, with rates of its own; who stops this one stops that one too."""
        other = RateLimiter(self._rates)
        self._others.append(other)
        return other

    def wait(self, operation: str, region: str) -> None:
        """Wait until a request may be sent; raises Stopped if the run is stopped meanwhile."""
        if self._end.wait(self._delay((operation, region), self.rate(operation))):
            raise Stopped

    def rate(self, operation: str) -> float:
        """Return the allowed requests per second of an operation; infinite if AWS publishes no rate."""
        return self._rates.get(operation) or math.inf

    def stop(self) -> None:
        """Stop all current and future waiting."""
        self._end.set()
        for other in self._others:
            other.stop()

    def _delay(self, queue_key: tuple[str, str], rate: float) -> float:
        now = time.monotonic()
        with self._lock:
            turn = max(now, self._next.get(queue_key, now))
            self._next[queue_key] = turn + 1 / rate
        return turn - now


@dataclass(frozen=True, slots=True)
class Caller:
    """The credentials and regions that the command line selects."""

    profile: str | None = None
    assume_role: str | None = None
    external_id: str | None = None
    regions: tuple[str, ...] = ()
    is_every_region: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An opened account: its id, the caller's ARN, and the selected regions. `session` is boto3's."""

    account_id: str
    arn: str
    regions: tuple[str, ...]
    session: Any
    rate_limiter: RateLimiter

    @property
    def partition(self) -> str:
        """The account's partition, as in ARNs."""
        return self.arn.split(":")[1]

    def client(self, service: str, region: str) -> Any:
        """Return a client whose requests and retries are rate-limited."""
        client_ = self.session.client(service, region_name=region, config=_config(_ATTEMPTS))

        def wait(operation_name: str, **_: Any) -> None:
            self.rate_limiter.wait(f"{service}:{operation_name}", region)

        # Before signing, so that a request that waited long is not rejected as too old.
        client_.meta.events.register_first(f"request-created.{service}", wait)

        def tell(event_name: str, response_dict: dict[str, Any] | None, **_: Any) -> None:
            operation, status = event_name.rpartition(".")[2], (response_dict or {}).get("status_code", "no response")
            console.print_detail(f"asked {service} in {region}: {operation}: {status}")

        client_.meta.events.register(f"response-received.{service}", tell)
        return client_


def open_account(caller: Caller, rate_limiter: RateLimiter, *, is_base: bool = False) -> Account:
    """Return the account of the caller's credentials; raises Failure if they do not work.

    Of a base, from which others are entered, the regions that it has enabled are not asked for.
    """
    session = _open_session(caller)
    regions = caller.regions or tuple(filter(None, [os.environ.get("AWS_REGION") or session.region_name]))
    if not regions and not caller.is_every_region:
        raise Failure("no region: set one or more with --region, or use --all-regions")
    first = regions[0] if regions else "us-east-1"
    try:
        if caller.assume_role is not None:
            session = _assume_role(session, caller, first)
        identity = session.client("sts", region_name=first, config=_config(_FIRST_ATTEMPTS)).get_caller_identity()
    except Exception as error:  # noqa: BLE001 - errors of other kinds are raised again
        raise Failure(_describe_failure(error, caller, first)) from None
    account = Account(identity["Account"], identity["Arn"], regions or (first,), session, rate_limiter)
    return replace(account, regions=enabled_regions(account)) if caller.is_every_region and not is_base else account


def enter_account(base: Account, caller: Caller) -> Account:
    """Return the account whose role the caller of `base` assumes, with rates of its own; raises Failure if not."""
    account = replace(base, rate_limiter=base.rate_limiter.fork())
    if caller.assume_role is not None:
        try:
            session = _assume_role(base.session, caller, base.regions[0])
        except Exception as error:  # noqa: BLE001 - errors of other kinds are raised again
            raise Failure(_describe_failure(error, caller, base.regions[0])) from None
        account_id = caller.assume_role.split(":")[4]
        account = replace(account, account_id=account_id, arn=caller.assume_role, session=session)
    if caller.is_every_region:
        return replace(account, regions=enabled_regions(account))
    return replace(account, regions=caller.regions or base.regions)


def enabled_regions(account: Account) -> tuple[str, ...]:
    """Return the regions of the partition that have Private CA and that the account has enabled.

    If the enabled regions cannot be read, all are returned. Source: account ListRegions, a global service.
    """
    offered = account.session.get_available_regions("acm-pca", partition_name=account.partition)
    try:
        region = _ACCOUNT_REGIONS.get(account.partition) or next(iter(account.regions), "us-east-1")
        client = account.session.client("account", config=_config(_FIRST_ATTEMPTS), region_name=region)
        pages = client.get_paginator("list_regions").paginate()
        options = {region["RegionName"]: region["RegionOptStatus"] for page in pages for region in page["Regions"]}
    except Exception as error:
        if classify_error(error) is None:
            raise
        options = {}
    return tuple(region for region in sorted(offered) if options.get(region, "ENABLED") not in _DISABLED)


def _open_session(caller: Caller) -> Any:
    import boto3
    import botocore.session
    from botocore.exceptions import BotoCoreError, ProfileNotFound

    try:
        return boto3.Session(profile_name=caller.profile)
    except ProfileNotFound:
        profile = f"profile '{caller.profile}' is" if caller.profile else "the profile in AWS_PROFILE is"
        configured = botocore.session.Session(profile=None).full_config.get("profiles", {})
        profiles = ", ".join(sorted(configured)) or "none"
        raise Failure(f"{profile} not in ~/.aws/config or ~/.aws/credentials; profiles there: {profiles}") from None
    except BotoCoreError:
        raise Failure("~/.aws/config or ~/.aws/credentials cannot be read: fix the file") from None


def _assume_role(session: Any, caller: Caller, region: str) -> Any:
    import boto3
    import botocore.session

    external = {"ExternalId": caller.external_id} if caller.external_id else {}
    response = session.client("sts", region_name=region, config=_config(_FIRST_ATTEMPTS)).assume_role(
        RoleArn=caller.assume_role, RoleSessionName=_SESSION_NAME, **external
    )
    credentials = response["Credentials"]
    core = botocore.session.get_session()  # reading the models takes most of the time of making a client
    core.register_component("data_loader", session._session.get_component("data_loader"))  # noqa: SLF001
    return boto3.Session(
        botocore_session=core,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=region,
    )


def _config(attempts: int) -> Any:
    from botocore.config import Config

    wanted = os.environ.get("AWS_MAX_ATTEMPTS", "")
    total = int(wanted) if wanted.isdigit() and int(wanted) else attempts
    return Config(
        retries={"mode": "standard", "total_max_attempts": total},
        connect_timeout=10,
        read_timeout=30,
        max_pool_connections=_CONNECTIONS,
    )


def _describe_failure(error: Exception, caller: Caller, region: str) -> str:
    cause = classify_error(error)
    if cause is None:
        raise error
    if cause.kind is ErrorKind.DENIED and caller.assume_role is not None:
        reason = (
            "it does not exist, does not trust the caller or needs an --external-id, or the caller may not assume it"
        )
        return f"{caller.assume_role}: this role cannot be assumed: {reason}"
    hints = {
        ErrorKind.EXPIRED: "log in again, or use new credentials",
        ErrorKind.UNKNOWN_CALLER: "the access key is wrong, disabled or of another partition",
        ErrorKind.UNREACHABLE: f"check the region '{region}', AWS_ENDPOINT_URL and the proxy",
    }
    hint = hints.get(cause.kind)
    if cause.kind is ErrorKind.NO_CREDENTIALS:
        return cause.message
    return f"the caller's identity cannot be read: {cause.message}" + (f": {hint}" if hint else "")
