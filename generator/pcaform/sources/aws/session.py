"""The account that is read: whose credentials, in which regions, and clients that keep AWS's pace.

Everything of boto3's that a user may set counts: profiles, single sign-on, AWS_ENDPOINT_URL, proxies.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pcaform.core.problems import Failure
from pcaform.sources.aws.errors import Kind, cause
from pcaform.sources.aws.rate_limit import RateLimiter

_ATTEMPTS = 8
"""Of one request, unless AWS_MAX_ATTEMPTS says otherwise: botocore waits up to 1, 2, 4, ... 20 seconds between them."""
_FIRST_ATTEMPTS = 3
_CONNECTIONS = 64
_SESSION_NAME = "pcaform-import"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who reads, and where: what a user says on the command line about it."""

    profile: str | None = None
    assume_role: str | None = None
    external_id: str | None = None
    regions: tuple[str, ...] = ()
    is_every_region: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An account that answers: its id, who asks, and the regions in question. `session` is boto3's."""

    account_id: str
    arn: str
    regions: tuple[str, ...]
    session: Any
    pace: RateLimiter

    @property
    def partition(self) -> str:
        """The partition that the account is in, as ARNs name it."""
        return self.arn.split(":")[1]

    def client(self, service: str, region: str) -> Any:
        """Return a client whose every request waits for its turn, also when it is tried again."""
        made = self.session.client(service, region_name=region, config=_config(_ATTEMPTS))

        def wait(operation_name: str, **_: Any) -> None:
            self.pace.wait(f"{service}:{operation_name}", region)

        # Before the signature is made, so that a request that waited long is not refused as an old one.
        made.meta.events.register_first(f"request-created.{service}", wait)
        return made


def open_account(caller: Caller, pace: RateLimiter) -> Account:
    """Return the account that the caller's credentials belong to; raises Failure with what is wrong about them."""
    session = _session(caller)
    regions = caller.regions or tuple(filter(None, [os.environ.get("AWS_REGION") or session.region_name]))
    if not regions and not caller.is_every_region:
        raise Failure("no region: name one or more with --region, or take --all-regions")
    first = regions[0] if regions else "us-east-1"
    try:
        if caller.assume_role is not None:
            session = _assumed(session, caller, first)
        identity = session.client("sts", region_name=first, config=_config(_FIRST_ATTEMPTS)).get_caller_identity()
    except Exception as error:  # noqa: BLE001 - what is no answer of AWS's is raised again
        raise Failure(_refused(error, caller, first)) from None
    account = Account(identity["Account"], identity["Arn"], regions, session, pace)
    if not caller.is_every_region:
        return account
    return Account(account.account_id, account.arn, every_region(account), session, pace)


def every_region(account: Account) -> tuple[str, ...]:
    """Return the regions of the partition that have Private CA, without those that the account has not enabled.

    Where AWS does not tell which these are, all are returned. Source: account ListRegions, a global service.
    """
    offered = account.session.get_available_regions("acm-pca", partition_name=account.partition)
    try:
        client = account.session.client("account", config=_config(_FIRST_ATTEMPTS), region_name=_home(account))
        pages = client.get_paginator("list_regions").paginate()
        options = {each["RegionName"]: each["RegionOptStatus"] for page in pages for each in page["Regions"]}
    except Exception as error:
        if cause(error) is None:
            raise
        options = {}
    return tuple(region for region in sorted(offered) if options.get(region, "ENABLED") not in _OFF)


_OFF = ("DISABLED", "DISABLING")
_HOMES = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}


def _home(account: Account) -> str:
    return _HOMES.get(account.partition) or next(iter(account.regions), "us-east-1")


def _session(caller: Caller) -> Any:
    import boto3
    from botocore.exceptions import BotoCoreError, ProfileNotFound

    try:
        return boto3.Session(profile_name=caller.profile)
    except ProfileNotFound:
        asked = caller.profile or "that AWS_PROFILE names"
        known = ", ".join(_profiles()) or "none"
        raise Failure(f"no profile '{asked}' in ~/.aws/config or ~/.aws/credentials; there are: {known}") from None
    except BotoCoreError:
        raise Failure("~/.aws/config or ~/.aws/credentials cannot be read: mend the file") from None


def _profiles() -> Sequence[str]:
    import botocore.session

    found: Sequence[str] = botocore.session.Session(profile=None).full_config.get("profiles", {})
    return sorted(found)


def _assumed(session: Any, caller: Caller, region: str) -> Any:
    import boto3

    external = {"ExternalId": caller.external_id} if caller.external_id else {}
    answer = session.client("sts", region_name=region, config=_config(_FIRST_ATTEMPTS)).assume_role(
        RoleArn=caller.assume_role, RoleSessionName=_SESSION_NAME, **external
    )
    given = answer["Credentials"]
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=region,
    )


def _config(attempts: int) -> Any:
    from botocore.config import Config

    wanted = os.environ.get("AWS_MAX_ATTEMPTS", "")
    return Config(
        retries={
            "mode": "standard",
            "total_max_attempts": int(wanted) if wanted.isdigit() and int(wanted) else attempts,
        },
        connect_timeout=10,
        read_timeout=30,
        max_pool_connections=_CONNECTIONS,
    )


def _refused(error: Exception, caller: Caller, region: str) -> str:
    found = cause(error)
    if found is None:
        raise error
    if found.kind is Kind.DENIED and caller.assume_role is not None:
        return f"{caller.assume_role}: it cannot be assumed: it does not trust this caller, or wants an --external-id"
    hints = {
        Kind.EXPIRED: "log in again, or take fresh credentials",
        Kind.UNKNOWN_CALLER: "the access key is wrong, disabled or of another partition",
        Kind.UNREACHABLE: f"is '{region}' spelled right, and AWS_ENDPOINT_URL and the proxy?",
    }
    hint = hints.get(found.kind)
    return f"who is asking cannot be found out: {found.said}" + (f": {hint}" if hint else "")
