"""The backend of a stack -> what a pipeline needs there: to read the state, to lock it, and to write it.

Source: https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required. Other backends are not
judged by IAM, or not known here.
"""

from collections.abc import Iterator
from typing import Any

from pcaform.core import facts
from pcaform.spec.stack import Spec

Statement = dict[str, Any]
_ELSEWHERE = ("assume_role", "profile", "access_key", "role_arn")


def backend(spec: Spec, *, is_writing: bool) -> Iterator[Statement]:
    """Yield the statements for the state in S3; none where its credentials are others than the pipeline's."""
    settings = (spec.terraform.backend or {}).get("s3", {})
    bucket, key = settings.get("bucket"), settings.get("key")
    if not bucket or not key or any(name in settings for name in _ELSEWHERE):
        return
    place = f"arn:{facts.partition(spec.aws.region)}:s3:::{bucket}"
    prefix = settings.get("workspace_key_prefix", "env:")
    states = [f"{place}/{key}", f"{place}/{prefix}/*/{key}"]
    yield _allow("FindState", ["s3:ListBucket"], [place])
    yield _allow("State", ["s3:GetObject", *(["s3:PutObject"] if is_writing else [])], states)
    if settings.get("use_lockfile"):
        locks = [f"{state}.tflock" for state in states]
        yield _allow("StateLock", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], locks)
    if settings.get("dynamodb_table"):
        region = settings.get("region", spec.aws.region)
        table = (
            f"arn:{facts.partition(region)}:dynamodb:{region}:{spec.aws.account_id}:table/{settings['dynamodb_table']}"
        )
        yield _allow(
            "StateLockTable",
            ["dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"],
            [table],
        )


def _allow(name: str, actions: list[str], resources: list[str]) -> Statement:
    return {"Sid": name, "Effect": "Allow", "Action": actions, "Resource": resources}
