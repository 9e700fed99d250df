"""The options that say which AWS account is read, shared by all commands that read one."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from pcaform.core.problems import Failure
from pcaform.sources.aws.session import Caller
from pcaform.sources.aws.snapshot import Filters

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}")
_ARN = re.compile(r"arn:[a-z-]+:acm-pca:(?P<region>[a-z0-9-]+):[0-9]{12}:certificate-authority/[0-9a-f-]{36}")
_DAYS = re.compile(r"(?P<number>[0-9]{1,4})(?P<unit>[dw]?)")

Profile = Annotated[str | None, typer.Option("--profile", metavar="NAME", help="A profile of ~/.aws/config.")]
Regions = Annotated[
    list[str] | None, typer.Option("--region", metavar="REGION", help="A region to read; repeatable. Default: yours.")
]
AllRegions = Annotated[bool, typer.Option("--all-regions", help="Every region that the account has enabled.")]
AssumeRole = Annotated[str | None, typer.Option("--assume-role", metavar="ARN", help="The role to assume for reading.")]
ExternalId = Annotated[
    str | None, typer.Option("--external-id", metavar="ID", help="The external ID that this role requires.")
]
Arns = Annotated[list[str] | None, typer.Option("--arn", metavar="ARN", help="Only this CA; repeatable.")]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="KEY=VALUE", help="Only CAs with this tag; repeatable, then with all of them."),
]
Expiring = Annotated[
    str, typer.Option("--expiring", metavar="DAYS", help="Report what ends within this time, such as 90d or 12w.")
]


def parse_caller(
    *,
    profile: str | None,
    regions: list[str] | None,
    assume_role: str | None,
    external_id: str | None,
    arns: list[str] | None = None,
    is_all_regions: bool = False,
) -> Caller:
    """Return who reads and where; a CA named by its ARN names its region too. Raises Failure for bad usage."""
    names = tuple(dict.fromkeys(regions or [_parse_region(arn) for arn in arns or []]))
    wrong = [region for region in names if _REGION.fullmatch(region) is None]
    if wrong:
        raise Failure(f"'{wrong[0]}' is not a region, expected one such as eu-west-1")
    if regions and is_all_regions:
        raise Failure("--region and --all-regions exclude each other")
    if external_id and not assume_role:
        raise Failure("--external-id needs a role: name it with --assume-role")
    return Caller(profile, assume_role, external_id, names if not is_all_regions else (), is_all_regions)


def parse_filters(arns: list[str] | None, tags: list[str] | None, statuses: tuple[str, ...] = ()) -> Filters:
    """Return which CAs are read; raises Failure for bad usage."""
    pairs = [tag.partition("=") for tag in tags or []]
    incomplete = [key for key, sign, _ in pairs if not (key and sign)]
    if incomplete:
        raise Failure(f"--tag '{incomplete[0]}': expected KEY=VALUE")
    for arn in arns or []:
        _parse_region(arn)
    return Filters(tuple(arns or ()), tuple((key, value) for key, _, value in pairs), statuses)


def parse_expiring(text: str) -> timedelta:
    """Return the time that `--expiring` names; raises Failure for bad usage."""
    match = _DAYS.fullmatch(text)
    if match is None:
        raise Failure(f"--expiring '{text}': expected days or weeks, such as 90d or 12w")
    return timedelta(days=int(match["number"]) * (7 if match["unit"] == "w" else 1))


def _parse_region(arn: str) -> str:
    match = _ARN.fullmatch(arn)
    if match is None:
        raise Failure(
            f"'{arn}' is not the ARN of a CA, expected arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID"
        )
    return match["region"]
