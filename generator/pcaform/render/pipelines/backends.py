"""The backend of a stack -> the statements with which a pipeline may read, lock and write the state.

Source: https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required. Other backends do not use
IAM, or are not supported here.
"""

from collections.abc import Iterator
from typing import Any

from pcaform.core import facts
from pcaform.spec.stack import Spec

Statement = dict[str, Any]
_OTHER_CREDENTIALS = ("assume_role", "profile", "access_key", "role_arn")


def backend_statements(spec: Spec, *, is_writing: bool) -> Iterator[Statement]:
    """Yield the statements for the state in S3; none if the backend does not use the pipeline's credentials."""
    settings = (spec.terraform.backend or {}).get("s3", {})
    bucket, key = settings.get("bucket"), settings.get("key")
    if not bucket or not key or any(name in settings for name in _OTHER_CREDENTIALS):
        return
    bucket_arn = f"arn:{facts.partition(spec.aws.region)}:s3:::{bucket}"
    prefix = settings.get("workspace_key_prefix", "env:")
    states = [f"{bucket_arn}/{key}", f"{bucket_arn}/{prefix}/*/{key}"]
    yield _allow("FindState", ["s3:ListBucket"], [bucket_arn])
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
