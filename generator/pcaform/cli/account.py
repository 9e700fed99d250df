"""The options that say which account is read: shared by all commands that read one."""

import re
from typing import Annotated

import typer

from pcaform.core.problems import Failure
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.session import Caller

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}")
_ARN = re.compile(r"arn:[a-z-]+:acm-pca:(?P<region>[a-z0-9-]+):[0-9]{12}:certificate-authority/[0-9a-f-]{36}")

Profile = Annotated[str | None, typer.Option("--profile", metavar="NAME", help="A profile of ~/.aws/config.")]
Regions = Annotated[
    list[str] | None, typer.Option("--region", metavar="REGION", help="A region; again for another. Default: yours.")
]
EveryRegion = Annotated[bool, typer.Option("--all-regions", help="Every region that the account has enabled.")]
AssumeRole = Annotated[str | None, typer.Option("--assume-role", metavar="ARN", help="Take this role to read.")]
ExternalId = Annotated[str | None, typer.Option("--external-id", metavar="ID", help="What that role asks for.")]
Arns = Annotated[list[str] | None, typer.Option("--arn", metavar="ARN", help="Only this CA; again for another.")]
WithTags = Annotated[
    list[str] | None, typer.Option("--tag", metavar="KEY=VALUE", help="Only CAs with this tag; again for another too.")
]


def caller(
    *,
    profile: str | None,
    regions: list[str] | None,
    is_every_region: bool,
    assume_role: str | None,
    external_id: str | None,
    arns: list[str] | None,
) -> Caller:
    """Return who reads and where; CAs that are named say the region by themselves. Raises Failure for bad usage."""
    named = tuple(dict.fromkeys(regions or [_region(arn) for arn in arns or []]))
    wrong = [region for region in named if _REGION.fullmatch(region) is None]
    if wrong:
        raise Failure(f"'{wrong[0]}' is no region, expected one such as eu-west-1")
    if regions and is_every_region:
        raise Failure("--region and --all-regions exclude each other")
    if external_id and not assume_role:
        raise Failure("--external-id is what a role asks for: name it with --assume-role")
    return Caller(profile, assume_role, external_id, named if not is_every_region else (), is_every_region)


def filters(arns: list[str] | None, tags: list[str] | None, statuses: tuple[str, ...] = ()) -> Filters:
    """Return which CAs are wanted; raises Failure for bad usage."""
    pairs = [tag.partition("=") for tag in tags or []]
    bare = [key for key, sign, _ in pairs if not (key and sign)]
    if bare:
        raise Failure(f"--tag '{bare[0]}': expected KEY=VALUE")
    for arn in arns or []:
        _region(arn)
    return Filters(tuple(arns or ()), tuple((key, value) for key, _, value in pairs), statuses)


def _region(arn: str) -> str:
    match = _ARN.fullmatch(arn)
    if match is None:
        raise Failure(f"'{arn}' is no ARN of a CA, expected arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID")
    return match["region"]
